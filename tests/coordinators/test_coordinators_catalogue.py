"""What is on sale is asked once a day at most, and an empty answer takes nothing away."""

from datetime import timedelta

from home import Home


async def test_the_catalogue_is_asked_once_a_day(home: Home) -> None:
    entry = await home.sign_in("green-tokyo")
    account = entry.runtime_data.account
    spin = home.spin("green-tokyo")

    def asked() -> int:
        return sum(request.operation == "TariffSummary" for request in home.simulator.requests)

    sold = account.data.supply_points[spin].catalogue
    assert len(sold) >= 12
    assert asked() == 1
    # The account clock polls twice a day, and whenever somebody asks it to.
    await home.pass_time(timedelta(hours=13))
    await account.async_ask_anew()
    assert asked() == 1
    home.simulator.faults.add("empty_list", field="tariffSummary")
    await home.pass_time(timedelta(hours=12))
    assert asked() == 2
    assert account.data.supply_points[spin].catalogue == sold
    # Refused, it is asked again after an hour; what was told stands.
    home.simulator.faults.clear()
    home.simulator.faults.add("refused_field", field="tariffSummary", code="KT-CT-1111")
    await home.pass_time(timedelta(hours=25))
    await home.pass_time(timedelta(hours=1, minutes=1))
    assert asked() == 4
    assert account.data.supply_points[spin].catalogue == sold
