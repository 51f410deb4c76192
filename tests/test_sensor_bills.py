"""The last bill worked out here, the supplier's beside it, and the repair where they differ."""

from datetime import date, datetime, timedelta

from home import Home
from homeassistant.const import STATE_UNKNOWN
import pytest

from simulator.practice import Practice

NOW = datetime.fromisoformat("2025-11-25T12:00:00+09:00")


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def since() -> date:
    return date(2025, 10, 18)


def difference(home: Home, household: str = "green-tokyo") -> str:
    return home.state(home.spin(household), "bill_difference").state


async def test_it_is_the_supplier_s_to_the_yen_and_a_wrong_price_is_named(home: Home) -> None:
    await home.sign_in("green-tokyo")
    spin, truth = home.spin("green-tokyo"), home.simulator.truth
    bill = truth.bill(spin, truth.periods(spin)[0])
    computed = home.state(spin, "last_bill_computed")
    assert computed.state == str(bill.total)
    shown = computed.attributes
    assert (shown["first_day"], shown["consumption"]) == (bill.period.start, float(bill.kwh))
    assert (shown["last_day"], shown["complete"]) == (bill.period.last, True)
    assert shown["standing_charge"] == pytest.approx(float(bill.standing))
    off = home.state(spin, "bill_difference")
    assert (off.state, off.attributes["percent"], off.attributes["compared_by"]) == (
        "0",
        0,
        "lines",
    )
    assert off.attributes["billed"] == bill.total
    assert home.issues() == []

    # The service states another standing charge than it bills: 60 yen a day.
    wrong = home.simulator.faults.add("value", field="standingChargePricePerDay", value="60.00")
    await home.pass_time(timedelta(hours=13))
    more = round((60 - 38.8) * bill.period.days)
    assert abs(int(difference(home)) - more) <= 1
    off = home.state(spin, "bill_difference")
    assert off.attributes["standing_charge"] == pytest.approx(21.2 * bill.period.days)
    assert off.attributes["renewable_energy_levy"] == 0
    (issue,) = home.issues()
    assert issue.translation_key == "bill_off"
    assert issue.translation_placeholders == {
        "number": spin[-4:],
        "first_day": bill.period.start.isoformat(),
        "computed": home.state(spin, "last_bill_computed").state,
        "billed": str(bill.total),
        "component": "standing charge",
    }
    home.simulator.faults.remove(wrong)
    await home.pass_time(timedelta(hours=13))
    assert difference(home) == "0"
    assert home.issues() == []


@pytest.mark.parametrize(
    ("since", "now"), [(date(2025, 9, 18), datetime.fromisoformat("2025-10-25T12:00:00+09:00"))]
)
async def test_where_lines_are_refused_totals_are_compared_unless_something_was_given_back(
    home: Home,
) -> None:
    (account,) = home.simulator.world.households["green-tokyo"].accounts
    account.refused["charges"] = "KT-CT-3824"
    await home.sign_in("green-tokyo")
    spin, truth = home.spin("green-tokyo"), home.simulator.truth
    assert home.state(spin, "last_bill_computed").state == str(
        truth.bill(spin, truth.periods(spin)[0]).total
    )
    # 3,000 yen were given back on the first bill.
    assert difference(home) == STATE_UNKNOWN
    await home.pass_time(timedelta(days=31))
    off = home.state(spin, "bill_difference")
    assert (off.state, off.attributes["compared_by"]) == ("0", "total")
    assert "standing_charge" not in off.attributes
    assert home.issues() == []


@pytest.mark.parametrize("households", [("three-points-two-accounts",)])
async def test_several_points_on_one_bill(home: Home) -> None:
    """By lines each has its part; a total says nothing of one of them."""
    home.simulator.world.practice = Practice(together=True, credit_lines=True)
    await home.sign_in("three-points-two-accounts")
    shop = home.simulator.world.households["three-points-two-accounts"].supply_points[0].spin
    off = home.state(shop, "bill_difference")
    assert (off.state, off.attributes["compared_by"]) == ("0", "lines")


@pytest.mark.parametrize(
    ("households", "since", "now"),
    [
        (
            ("three-points-two-accounts",),
            date(2025, 11, 1),
            datetime.fromisoformat("2025-11-10T12:00:00+09:00"),
        )
    ],
)
async def test_a_point_without_a_closed_period_has_no_bill_yet(home: Home) -> None:
    """The shop's meter was read on the 3rd, that of the home is on the 18th."""
    await home.sign_in("three-points-two-accounts")
    house, shop, _ = home.simulator.world.households["three-points-two-accounts"].supply_points
    truth = home.simulator.truth
    expected = truth.bill(shop.spin, truth.periods(shop.spin)[0]).total
    assert home.state(shop.spin, "last_bill_computed").state == str(expected)
    assert home.state(house.spin, "last_bill_computed").state == STATE_UNKNOWN
    assert home.state(house.spin, "bill_difference").state == STATE_UNKNOWN


async def test_agreements_that_come_late_make_no_bill_of_nothing(
    home: Home, every_entity_enabled: None
) -> None:
    home.simulator.faults.add("http_502", operation="Agreements", times=1)
    await home.sign_in("green-tokyo")
    assert difference(home) == STATE_UNKNOWN
    assert home.issues() == []
    await home.pass_time(timedelta(minutes=3))
    assert difference(home) == "0"
    # The comparison of plans did not know what is paid now.
    saving = home.state(home.spin("green-tokyo"), "saving_on_cheapest_plan")
    assert saving.state != STATE_UNKNOWN
