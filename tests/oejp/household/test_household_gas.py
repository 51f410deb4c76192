"""Gas readings over many answers: which row each is, what takes the place of what, and what is shown."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from custom_components.octopus_japan.oejp.household.gas import (
    GasPointData,
    GasPricing,
    GasUsage,
    by_account,
    closed,
    days_of,
    gas_usage,
    joined_readings,
    last_hour,
    superseded,
)
from custom_components.octopus_japan.oejp.household.hour import Hour
from custom_components.octopus_japan.oejp.interval import Interval
from custom_components.octopus_japan.oejp.japan_time import HOUR, JST, midnight
from custom_components.octopus_japan.oejp.kraken.gas import (
    GasReading,
    GasReadingDates,
    GasSupplyPoint,
)
from custom_components.octopus_japan.oejp.kraken.models import (
    Agreement,
    ElectricitySteppedProduct,
    GasTieredProduct,
    MetiCredit,
    Rate,
)
from custom_components.octopus_japan.oejp.tariff import GasTariff

MONTHS = [date(2026, month, 24) for month in range(1, 13)]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


def reading(start: date, end: date, m3: int = 30, days: int | None = -1) -> GasReading:
    told = (end - start).days if days == -1 else days
    return GasReading(midnight(start), midnight(end), Decimal(m3), told)


def month(number: int, m3: int = 30) -> GasReading:
    """The reading of the 24th of a month of 2026, February to December."""
    return reading(MONTHS[number - 2], MONTHS[number - 1], m3)


def product(code: str = "G", name: str | None = None, **more: object) -> GasTieredProduct:
    def rates(unit: str, *prices: str) -> tuple[Rate, ...]:
        bounds = [0, 20, None]
        return tuple(
            Rate(
                Decimal(price),
                Decimal(0),
                tier_start=bounds[n],
                tier_end=bounds[n + 1],
                unit_type=unit,
            )
            for n, price in enumerate(prices)
        )

    return GasTieredProduct(
        code,
        name,
        standing_charges=rates("MONTHS_ON_SUPPLY", "759", "1056"),
        consumption_charges=rates("CUBIC_METRES_CONSUMPTION", "145.31", "130.46"),
    )


SINCE_2025 = Agreement(1, midnight(date(2025, 1, 1)), None, False, product(name="ガス"))


def point(
    *readings: GasReading, dates: GasReadingDates | None = None, **more: object
) -> GasPointData:
    told = GasSupplyPoint("G", "ON_SUPPLY", (SINCE_2025,))
    return replace(GasPointData(spin="G", points=(told,), readings=readings, dates=dates), **more)


def test_a_reading_is_the_row_of_its_last_hour() -> None:
    assert last_hour(month(10)) == datetime(2026, 10, 23, 14, tzinfo=UTC)
    # An end that names the last second is the same hour.
    assert last_hour(replace(month(10), end_at=at("2026-10-23T23:59:59"))) == last_hour(month(10))


@pytest.mark.parametrize(("told", "days"), [(29, 29), (None, 30), (0, 30), (101, 30), (-4, 30)])
def test_the_days_that_are_billed(told: int | None, days: int) -> None:
    assert days_of(reading(date(2026, 9, 24), date(2026, 10, 24), days=told)) == days


def test_what_is_told_stands_for_its_time_and_silence_keeps() -> None:
    known = (month(8), month(9), month(10))
    assert joined_readings(known, ()) == known
    assert joined_readings(known, (month(11),)) == (*known, month(11))
    corrected = month(9, 31)
    assert joined_readings(known, (corrected,)) == (known[0], corrected, known[2])
    # One over the time of two, and two in the place of one.
    whole = reading(MONTHS[7], MONTHS[9], 60)
    assert joined_readings(known, (whole,)) == (known[0], whole)
    halves = (reading(MONTHS[7], date(2026, 9, 10)), reading(date(2026, 9, 10), MONTHS[8]))
    assert joined_readings(known, halves) == (known[0], *halves, known[2])
    # A start that is wrong takes nothing away: its days say that it is one month.
    wrong = replace(month(10), start_at=month(8).start_at)
    assert joined_readings(known, (wrong,)) == (*known[:2], wrong)


def test_rows_of_a_reading_that_was_none_hold_nothing() -> None:
    stored = [last_hour(month(number)) for number in (8, 9, 10)]
    whole = reading(MONTHS[7], MONTHS[9], 60)
    assert superseded(stored, [whole]) == {stored[1]}
    assert superseded(stored, [month(8), whole]) == {stored[1]}
    # The first of all follows nothing.
    assert superseded(stored[1:], [whole]) == {stored[1]}
    assert superseded(stored, [month(8), month(9), month(10)]) == set()
    assert superseded(stored, [whole, month(9)]) == set()
    # It begins where no reading ended, or its days are not those of its time, or are not told.
    begun_early = reading(MONTHS[7] - timedelta(days=4), MONTHS[9], 60)
    assert superseded([last_hour(month(7)), *stored], [begun_early]) == set()
    assert superseded(stored, [replace(whole, days_of_gas_usage=30)]) == set()
    assert superseded(stored, [replace(whole, days_of_gas_usage=None)]) == set()


@given(st.data())
def test_after_any_answers_the_rows_hold_what_is_told_last_of_each_time(
    data: st.DataObject,
) -> None:
    """The meter's true uses by day; answers tell them in pieces that change. Rows that stand add up to what they tell."""
    days = data.draw(st.lists(st.integers(0, 9), min_size=20, max_size=20))
    begin = date(2026, 3, 1)
    rows: dict[datetime, Decimal] = {}
    for _ in range(data.draw(st.integers(1, 4))):
        cuts = sorted({0, 20, *data.draw(st.lists(st.integers(1, 19), max_size=4))})
        told = [
            reading(
                begin + timedelta(days=start), begin + timedelta(days=end), sum(days[start:end])
            )
            for start, end in pairwise(cuts)
        ]
        rows |= dict.fromkeys(superseded(rows, told), Decimal(0))
        rows |= {last_hour(item): item.usage for item in told}
        assert sum(rows.values()) == sum(days)
        assert {hour for hour, m3 in rows.items() if m3} <= {last_hour(item) for item in told}


def test_pricing_leaves_out_what_it_cannot_price() -> None:
    tariff = point().tariff(None)
    pricing = GasPricing(tariff, (month(9), month(10)), frozenset({last_hour(month(8))}))
    rows = [Hour(last_hour(month(number)), Decimal(30)) for number in (7, 8, 9, 10)]
    # 1,056 + 30 x 130.46 = 4,969.80; the discount of August's use is 18 yen a m³, of September's 14.
    assert pricing.price(rows) == [
        (rows[1].start, Decimal(0)),
        (rows[2].start, Decimal(4969 - 30 * 18)),
        (rows[3].start, Decimal(4969 - 30 * 14)),
    ]
    assert GasPricing(GasTariff(()), (month(9),)).price(rows) == []
    assert pricing.period(rows[0].start) == Interval(rows[0].start, rows[0].start + HOUR)
    # What the service tells of the discount goes before the published table.
    told = [MetiCredit("GAS", date(2026, 8, 1), date(2026, 8, 31), Decimal(20))]
    ((_, yen),) = GasPricing(point().tariff(told), (month(9),)).price(rows)
    assert yen == 4969 - 600


def shown(data: GasPointData, now: str = "2026-10-26T12:00") -> GasUsage:
    return gas_usage(data, data.tariff(None), at(now), at(now).date())


def test_what_is_shown_is_the_last_reading_that_is_over() -> None:
    dates = GasReadingDates(date(2026, 10, 24), date(2026, 11, 24))
    usage = shown(point(month(9), month(10, 17), month(11), dates=dates))
    assert usage.reading == month(10, 17)
    # The first row: 759 + 17 x (145.31 - 14) = 2,991.27.
    assert usage.bill is not None
    assert usage.bill.total == 2991
    assert (usage.tier, usage.plan, usage.reason) == (usage.bill.tier, "ガス", None)
    assert (usage.estimated, usage.next_reading) == (False, date(2026, 11, 24))
    assert closed([month(11)], at("2026-11-23T23:59")) == ()


def test_what_is_not_known_is_not_shown() -> None:
    nothing = GasUsage(plan="ガス", table=point().tariff(None).cards[0])
    assert shown(point()) == nothing
    assert shown(point(dates=GasReadingDates(date(2026, 10, 25)))) == nothing
    unknown = GasSupplyPoint("G", "ON_SUPPLY", (replace(SINCE_2025, product=None),))
    usage = shown(point(month(10), points=(unknown,)))
    assert (usage.bill, usage.table, usage.tier, usage.plan) == (None, None, None, None)
    assert usage.reason == "unknown_product"
    # A reading from before the agreement has no price, the table of now has.
    late = GasSupplyPoint("G", None, (replace(SINCE_2025, valid_from=at("2026-10-24")),))
    usage = shown(point(month(10), points=(late,)))
    assert (usage.bill, usage.reason) == (None, "no_agreement")
    assert usage.table is not None
    # No row of the table is for more than 20 m³.
    table = product(name="ガス")
    short = replace(
        table,
        consumption_charges=table.consumption_charges[:1],
        standing_charges=table.standing_charges[:1],
    )
    cut = GasSupplyPoint("G", None, (replace(SINCE_2025, product=short),))
    assert shown(point(month(10), points=(cut,))).reason == "unknown_product"


def test_an_end_is_believed_when_no_agreement_is_in_force() -> None:
    ended = Agreement(1, None, at("2026-10-24"), False, product())
    revoked = Agreement(2, at("2026-10-24"), None, True, product())
    later = Agreement(3, at("2026-05-01"), at("2026-06-01"), False, product("LATER"))
    off = point(points=(GasSupplyPoint("G", "OFF_SUPPLY", (ended, revoked, later, ended)),))
    assert [item.id for item in off.agreements] == [1, 2, 3]
    assert not off.has_ended(at("2026-10-23"))
    assert off.has_ended(at("2026-10-24"))
    assert (off.product_name(at("2026-05-10")), off.product_name(at("2026-06-10"))) == (
        "LATER",
        "G",
    )
    silent = point(points=(GasSupplyPoint("G", None, ()),))
    assert (silent.status, silent.has_ended(at("2026-10-24"))) == (None, False)
    foreign = replace(SINCE_2025, product=ElectricitySteppedProduct("E"))
    assert (
        point(points=(GasSupplyPoint("G", None, (foreign,)),)).product_name(at("2026-05-01"))
        is None
    )


def test_a_point_of_two_accounts_is_one() -> None:
    first = point(month(9), points=(GasSupplyPoint("G", "OFF_SUPPLY", ()),))
    second = point(month(10), dates=GasReadingDates(date(2026, 11, 24)))
    found = by_account({"A-1": {"G": first}, "A-2": {"G": second}, "A-3": {}})
    assert found["A-1"] == found["A-3"] == {}
    joined = found["A-2"]["G"]
    assert (joined.status, joined.readings) == ("ON_SUPPLY", (month(9), month(10)))
    assert joined.dates == second.dates
    assert by_account({"A-1": {"G": first}})["A-1"]["G"].status == "OFF_SUPPLY"
