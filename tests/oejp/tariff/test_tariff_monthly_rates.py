"""Fuel cost adjustment, levy and subsidy, month by month, and whence."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given, strategies as st
import pytest

from custom_components.octopus_japan.oejp.japan_time import JST, add_months, month_start
from custom_components.octopus_japan.oejp.tariff import (
    Component,
    MonthBasis,
    MonthlyRate,
    Provenance,
    timeline,
)
from custom_components.octopus_japan.oejp.tariff.from_bills import (
    ChargeLine,
    bases_shown,
    unit_price,
    windows,
)
from custom_components.octopus_japan.oejp.tariff.monthly_rates import MonthlyPrice, keep, of_product
from custom_components.octopus_japan.oejp.tariff.published import (
    fuel_cost_adjustments,
    renewable_energy_levies,
    subsidies,
)

FUEL = Component.FUEL_COST_ADJUSTMENT
LEVY = Component.RENEWABLE_ENERGY_LEVY
AUGUST = 2026 * 12 + 7


def window(
    price: str, provenance: Provenance, month: int = AUGUST, *, exact: bool = True
) -> MonthlyRate:
    return MonthlyRate(
        FUEL, month_start(month), month_start(month + 1), Decimal(price), provenance, exact
    )


def test_sources_are_believed_in_order() -> None:
    rough = window("1", Provenance.BILL, exact=False)
    published = window("2", Provenance.PUBLISHED)
    entered = window("2.5", Provenance.ENTERED)
    observed = window("3", Provenance.OBSERVED)
    bill = window("4", Provenance.BILL)
    api = window("5", Provenance.API)
    told = [rough, published, entered, observed, bill, api]
    for count, source in enumerate(told, 1):
        price = timeline(reversed(told[:count])).at(AUGUST)
        assert price == MonthlyPrice(source.price, source.provenance, not source.exact)


def test_a_month_that_nobody_states_is_carried_forward_and_says_so() -> None:
    line = timeline([window("2", Provenance.PUBLISHED), window("3", Provenance.API, AUGUST + 2)])
    assert line.at(AUGUST - 1) is None
    assert line.at(AUGUST + 1) == MonthlyPrice(Decimal(2), Provenance.CARRIED_FORWARD, True)
    assert line.at(AUGUST + 2) == MonthlyPrice(Decimal(3), Provenance.API)
    assert line.at(AUGUST + 30) == MonthlyPrice(Decimal(3), Provenance.CARRIED_FORWARD, True)
    assert line.stated(AUGUST + 1) is None


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (None, month_start(AUGUST)),
        (month_start(AUGUST), None),
        (month_start(AUGUST), month_start(AUGUST)),
        (datetime(2026, 8, 1, tzinfo=UTC), month_start(AUGUST + 1)),
        (month_start(AUGUST), datetime(2026, 8, 31, tzinfo=JST)),
        (month_start(AUGUST), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (datetime(1, 1, 1, tzinfo=UTC), month_start(AUGUST)),
    ],
)
def test_an_unreadable_window_is_refused(start: datetime | None, end: datetime | None) -> None:
    bad = MonthlyRate(FUEL, start, end, Decimal(9), Provenance.API)
    line = timeline([bad, window("2", Provenance.PUBLISHED)])
    assert line.refused == (bad,)
    assert line.at(AUGUST) == MonthlyPrice(Decimal(2), Provenance.PUBLISHED)


def test_windows_at_odds_with_each_other_are_refused() -> None:
    one, other = window("3", Provenance.API), window("4", Provenance.API)
    line = timeline([one, other, window("2", Provenance.PUBLISHED)])
    assert line.refused == (one, other)
    assert line.at(AUGUST) == MonthlyPrice(Decimal(2), Provenance.PUBLISHED)
    assert timeline([one, one]).refused == ()


def test_shipped_tables() -> None:
    fuel = timeline(fuel_cost_adjustments("03"))
    assert fuel.at(AUGUST) == MonthlyPrice(Decimal("4.32"), Provenance.PUBLISHED)
    assert fuel.at(2022 * 12 + 4) is None
    assert fuel_cost_adjustments("10") == ()
    assert fuel_cost_adjustments(None) == ()
    levy = timeline(renewable_energy_levies())
    assert [levy.at(month) for month in (2026 * 12 + 3, 2026 * 12 + 4)] == [
        MonthlyPrice(Decimal("3.98"), Provenance.PUBLISHED),
        MonthlyPrice(Decimal("4.18"), Provenance.PUBLISHED),
    ]
    assert timeline(subsidies()).stated(AUGUST) == MonthlyPrice(
        Decimal("-4.5"), Provenance.PUBLISHED
    )
    assert timeline(subsidies(gas=True)).stated(AUGUST) == MonthlyPrice(
        Decimal(-18), Provenance.PUBLISHED
    )
    assert timeline(subsidies()).stated(2026 * 12 + 5) is None
    for area in range(1, 10):
        assert len(fuel_cost_adjustments(f"{area:02d}")) == 52


@pytest.mark.parametrize(
    ("units", "gross", "price", "exact"),
    [
        ("250", "1080.00", "4.32", True),  # whole yen, but no other hundredth comes near
        ("251", "1049", "4.18", True),  # 1049.18 cut to whole yen
        ("37", "154", "4.16", False),  # 154.66 cut: 4.17 would do as well
        ("37", "154.66", "4.18", True),
        ("100", "-35.00", "-0.35", True),
        ("3", "10.005", "3.34", True),  # 3.335, half up
    ],
)
def test_unit_price_of_a_line(units: str, gross: str, price: str, exact: bool) -> None:
    assert unit_price(Decimal(units), Decimal(gross)) == (Decimal(price), exact)


def line(
    name: str | None, start: str | None, end: str | None, units: str | None, gross: str | None
) -> ChargeLine:
    def instant(text: str | None) -> datetime | None:
        return None if text is None else datetime.fromisoformat(text).replace(tzinfo=JST)

    def number(text: str | None) -> Decimal | None:
        return None if text is None else Decimal(text)

    return ChargeLine(name, instant(start), instant(end), number(units), number(gross))


def test_line_items_tell_the_monthly_rates_of_past_months() -> None:
    lines = [
        line(
            "JPN_ELECTRICITY_FUEL_COST_ADJUSTMENT_03", "2026-06-18", "2026-07-01", "100", "328.50"
        ),
        line("jpn_electricity_renewable_energy_levy", "2026-06-18", "2026-07-18", "200", "836.00"),
    ]
    june, july = 2026 * 12 + 5, 2026 * 12 + 6
    found = windows(lines, MonthBasis.CALENDAR_DAY)
    assert [(w.component, w.months, w.price, w.exact) for w in found] == [
        (FUEL, range(june, june + 1), Decimal("3.29"), True),
        (LEVY, range(july, july + 1), Decimal("4.18"), False),
    ]
    found = windows(lines[1:], MonthBasis.READING_MONTH)
    assert [(w.months, w.exact) for w in found] == [(range(july, july + 1), True)]


@pytest.mark.parametrize(
    "item",
    [
        line("JPN_GAS_FUEL_COST_ADJUSTMENT", "2026-06-01", "2026-07-01", "10", "10.5"),
        line("JPN_ELECTRICITY_CONSUMPTION_03", "2026-06-01", "2026-07-01", "10", "10.5"),
        line(None, "2026-06-01", "2026-07-01", "10", "10.5"),
        line("FUEL", None, "2026-07-01", "10", "10.5"),
        line("FUEL", "2026-06-01", None, "10", "10.5"),
        line("FUEL", "2026-07-01", "2026-06-01", "10", "10.5"),
        line("FUEL", "2026-06-01", "2026-07-01", None, "10.5"),
        line("FUEL", "2026-06-01", "2026-07-01", "0", "10.5"),
        line("FUEL", "2026-06-01", "2026-07-01", "-4", "10.5"),
        line("FUEL", "2026-06-01", "2026-07-01", "10", None),
        line("FUEL", "2026-05-01", "2026-07-15", "10", "10.5"),
    ],
)
def test_lines_that_tell_nothing_are_passed_over(item: ChargeLine) -> None:
    assert windows([item], MonthBasis.CALENDAR_DAY) == ()


JULY_AUGUST = timeline(
    [window("3.00", Provenance.PUBLISHED, AUGUST - 1), window("4.00", Provenance.PUBLISHED)]
)
NOTHING = timeline([])


@pytest.mark.parametrize(
    ("gross", "basis"),
    [
        ("400.00", MonthBasis.READING_MONTH),
        ("355.50", MonthBasis.CALENDAR_DAY),
        ("300.00", None),
        ("450.50", None),
    ],
)
def test_bills_tell_by_which_month_monthly_rates_are_charged(
    gross: str, basis: MonthBasis | None
) -> None:
    item = line("FUEL", "2026-07-18", "2026-08-18", "100", gross)
    shown = {basis} if basis else set()
    assert bases_shown([item], JULY_AUGUST, NOTHING) == shown
    assert bases_shown([item], NOTHING, NOTHING) == set()
    levied = line("RENEWABLE", "2026-07-18", "2026-08-18", "100", gross)
    assert bases_shown([levied], NOTHING, JULY_AUGUST) == shown


def test_lines_divided_at_a_month_are_charged_by_the_day() -> None:
    first = line("FUEL", "2026-07-18", "2026-08-01", "100", "300.00")
    second = line("FUEL", "2026-08-01", "2026-08-18", "100", "400.00")
    assert bases_shown([first, second], NOTHING, NOTHING) == {MonthBasis.CALENDAR_DAY}
    crossing = line("FUEL", "2026-07-18", "2026-08-18", "100", "400.00")
    assert bases_shown([first, second, crossing], JULY_AUGUST, NOTHING) == set(MonthBasis)
    # Two whole periods that meet on the first of a month say nothing.
    july = line("FUEL", "2026-07-01", "2026-08-01", "100", "300.00")
    august = line("FUEL", "2026-08-01", "2026-09-01", "100", "400.00")
    assert bases_shown([july, august], NOTHING, NOTHING) == set()


def test_months() -> None:
    assert add_months(datetime(2024, 1, 31, tzinfo=JST), 1) == datetime(2024, 2, 29, tzinfo=JST)
    assert add_months(datetime(2024, 2, 28, 20, tzinfo=UTC), 12) == datetime(
        2025, 2, 27, 20, tzinfo=UTC
    )


def test_a_price_beyond_reason_is_refused() -> None:
    bad = window("10000.01", Provenance.API)
    line = timeline([bad, window("2", Provenance.PUBLISHED)])
    assert (line.refused, line.at(AUGUST)) == (
        (bad,),
        MonthlyPrice(Decimal(2), Provenance.PUBLISHED),
    )


FIRST, SECOND, THIRD = (datetime(2026, 8, day, tzinfo=UTC) for day in (2, 12, 22))


def told(price: str, month: int = AUGUST, product: str | None = "GREEN") -> MonthlyRate:
    return replace(window(price, Provenance.API, month), product_code=product)


def test_of_a_rate_that_was_restated_the_newest_observation_counts() -> None:
    kept = keep(keep((), [told("4.40")], FIRST), [told("4.90")], SECOND)
    assert [(rate.price, rate.observed_at) for rate in kept] == [
        (Decimal("4.40"), FIRST),
        (Decimal("4.90"), SECOND),
    ]
    line = timeline([*kept, window("2", Provenance.PUBLISHED)])
    assert line.at(AUGUST) == MonthlyPrice(Decimal("4.90"), Provenance.OBSERVED)
    assert line.refused == ()


def test_a_rate_that_goes_back_is_observed_anew() -> None:
    kept: tuple[MonthlyRate, ...] = ()
    for price, at in (("4.40", FIRST), ("4.90", SECOND), ("4.40", THIRD)):
        kept = keep(kept, [told(price)], at)
    assert timeline(kept).at(AUGUST) == MonthlyPrice(Decimal("4.40"), Provenance.OBSERVED)
    assert len(kept) == 2


def test_what_is_told_again_is_not_kept_again() -> None:
    kept = keep((), [told("4.40"), told("4.10", AUGUST - 1), told("4.40", product="EV")], FIRST)
    assert len(kept) == 3
    assert keep(kept, [told("4.40", product="EV"), told("4.40")], SECOND) == kept
    assert keep(kept, [], THIRD) == kept


def test_what_cannot_be_read_is_not_kept() -> None:
    endless = replace(told("4.40"), end=datetime(9999, 12, 31, tzinfo=UTC))
    assert keep((), [endless, told("99999")], FIRST) == ()


@given(st.lists(st.sampled_from(["4.10", "4.20", "4.30"]), min_size=1))
def test_whatever_was_told_in_whatever_order_the_last_word_counts(prices: list[str]) -> None:
    kept: tuple[MonthlyRate, ...] = ()
    for days, price in enumerate(prices):
        kept = keep(kept, [told(price)], FIRST + timedelta(days=days))
    assert timeline(reversed(kept)).at(AUGUST) == MonthlyPrice(
        Decimal(prices[-1]), Provenance.OBSERVED
    )


def test_what_another_product_states_is_an_estimate_for_this_one() -> None:
    seen = keep(
        (), [told("4.40"), told("3.00", product="EV"), told("3.10", AUGUST + 1, "EV")], FIRST
    )
    green = timeline(of_product(seen, "GREEN"))
    assert green.at(AUGUST) == MonthlyPrice(Decimal("4.40"), Provenance.OBSERVED)
    assert green.at(AUGUST + 1) == MonthlyPrice(Decimal("3.10"), Provenance.OBSERVED, True)
    table = window("5", Provenance.PUBLISHED, AUGUST + 1)
    assert timeline(of_product([*seen, table], "GREEN")).at(AUGUST + 1) == MonthlyPrice(
        Decimal(5), Provenance.PUBLISHED
    )
    other_bill = replace(window("9", Provenance.BILL), product_code="EV")
    assert of_product([other_bill], "GREEN") == []
