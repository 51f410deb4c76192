"""What is on sale is asked once a day at most, and an empty answer takes nothing away."""

from datetime import timedelta

from home import Home
from homeassistant.const import CONF_API_KEY, CONF_URL


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


async def test_where_the_catalogue_is_refused_rest_tells_who_has_a_key_what_is_sold(
    home: Home,
) -> None:
    home.leave_readings_out()
    home.simulator.faults.add("refused_field", field="tariffSummary", code="KT-CT-1111")
    login, spin = home.simulator.world.households["green-tokyo"], home.spin("green-tokyo")
    data = {CONF_API_KEY: login.api_key, CONF_URL: home.simulator.url}
    entry = await home.sign_in_with(login.viewer_id, data)
    sold = {
        each.name: each for each in entry.runtime_data.account.data.supply_points[spin].catalogue
    }
    assert {"グリーンオクトパス", "EVオクトパス", "シンプルオクトパス"} <= sold.keys()
    # One price and nothing beside it: what REST says is all there is.
    (tier,) = sold["シンプルオクトパス"].tiers
    assert [str(rate.price_per_unit_inc_tax) for rate in tier.consumption_rates] == ["30.35"]
    assert not sold["グリーンオクトパス"].tiers
    assert "permission_missing" not in {issue.translation_key for issue in home.issues()}


async def test_without_a_key_a_refused_catalogue_stays_unknown(home: Home) -> None:
    home.leave_readings_out()
    home.simulator.faults.add("refused_field", field="tariffSummary", code="KT-CT-1111")
    entry = await home.sign_in("green-tokyo")
    spin = home.spin("green-tokyo")
    assert entry.runtime_data.account.data.supply_points[spin].catalogue == ()
    assert not home.simulator.rest.asked
