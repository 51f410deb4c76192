"""A supply point is one thing however often it is listed, and each account speaks for its own time only."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.octopus_japan.oejp.household.accounts import AccountData, LoginData
from custom_components.octopus_japan.oejp.household.supply import Listing, SupplyPointData, joined
from custom_components.octopus_japan.oejp.interval import Interval
from custom_components.octopus_japan.oejp.kraken.models import (
    AddonRate,
    Agreement,
    ElectricitySteppedProduct,
    GenerationPoint,
    IntervalReading,
    LineItem,
    Product,
    Rate,
    ReadingDates,
    SupplyPeriod,
)

SPIN = "0300000000000000000000"
DAY_0 = datetime(2026, 1, 1, tzinfo=UTC)
GREEN = ElectricitySteppedProduct("GREEN", display_name="Green")
EV = ElectricitySteppedProduct("EV")


def day(number: float) -> datetime:
    return DAY_0 + timedelta(days=number)


def agreed(
    start: int | None,
    end: int | None = None,
    *,
    id: int | None = None,  # noqa: A002
    product: Product | None = GREEN,
    revoked: bool = False,
) -> Agreement:
    return Agreement(
        id,
        None if start is None else day(start),
        None if end is None else day(end),
        revoked,
        product,
    )


def on_supply(start: int, end: int | None = None) -> SupplyPeriod:
    return SupplyPeriod(day(start), None if end is None else day(end))


def closed(start: int, end: int) -> IntervalReading:
    return IntervalReading(day(start), day(end), Decimal(300), "2026-02")


# ---------------------------------------------------------------- by example


def test_a_point_that_one_account_lists() -> None:
    point = joined(
        SPIN,
        [
            Listing(
                account_number="A",
                status="ON_SUPPLY",
                agreements=(agreed(0, 40, id=1), agreed(40, id=2, product=EV)),
                supply_periods=(on_supply(0),),
                interval_readings=(closed(0, 30), closed(30, 60)),
                reading_dates=ReadingDates(reading_date_day_of_month=18),
                addon_rates={1: (AddonRate("x"),)},
            )
        ],
    )
    assert point.area == "03"
    assert point.account_number == point.account_at(day(-9)) == point.account_at(day(99)) == "A"
    assert point.supply_start == day(0)
    assert point.supply_end is None
    # A change of the plan alone ends no billing period.
    assert point.supply_breaks == (day(0),)
    assert point.interval_readings == (closed(0, 30), closed(30, 60))
    assert point.reading_dates == ReadingDates(reading_date_day_of_month=18)
    assert point.addon_rates == {1: (AddonRate("x"),)}
    assert point.product_name(day(39)) == "Green"
    assert point.product_name(day(40)) == "EV"
    assert point.product_name(day(-1)) is None


def test_an_agreement_takes_the_product_that_one_listing_nulls_from_another() -> None:
    nulled = Listing(account_number="A", agreements=(agreed(0, id=1, product=None),))
    whole = Listing(account_number="B", agreements=(agreed(0, id=1),))
    for items in ([nulled, whole], [whole, nulled]):
        (agreement,) = joined(SPIN, items).agreements
        assert agreement.product == GREEN


def test_a_listing_that_is_told_of_no_more_states_no_monthly_rates() -> None:
    """It told those of its last answer, which may be of another month or restated since."""

    def green(yen: str) -> ElectricitySteppedProduct:
        return replace(GREEN, fuel_cost_adjustment=Rate(Decimal(yen)))

    old, new = green("5.78"), green("6.25")
    left = Listing(
        account_number="A",
        agreements=(agreed(0, id=1, product=old), agreed(1, id=3, product=None)),
        answers=False,
    )
    taken = Listing(account_number="B", agreements=(agreed(45, id=2, product=new),))
    before, nulled, now = joined(SPIN, [left, taken]).agreements
    assert (before.id, before.product, nulled.product, now.product) == (1, new, None, new)
    # Where nobody else tells of the product, what was told last stands.
    others = [left, replace(taken, agreements=(agreed(45, id=2, product=EV),))]
    assert [item.product for item in joined(SPIN, others).agreements] == [old, None, EV]


ENDED = Listing(
    account_number="B",
    status="OFF_SUPPLY",
    agreements=(agreed(0, 45, id=1),),
    supply_periods=(on_supply(0, 45),),
    interval_readings=(closed(0, 30), closed(30, 60)),
    reading_dates=ReadingDates(reading_date_day_of_month=18),
)
LIVE = Listing(
    account_number="A",
    status="ON_SUPPLY",
    agreements=(agreed(45, id=2, product=EV),),
    supply_periods=(on_supply(45),),
    interval_readings=(closed(30, 60), closed(60, 90)),
    reading_dates=ReadingDates(reading_date_day_of_month=20),
)


@pytest.mark.parametrize("listings", [(ENDED, LIVE), (LIVE, ENDED)])
def test_a_contract_that_ended_beside_one_that_began(listings: Sequence[Listing]) -> None:
    point = joined(SPIN, listings)
    assert point.agreements == (agreed(0, 45, id=1), agreed(45, id=2, product=EV))
    assert point.account_at(day(44)) == "B"
    assert point.account_at(day(45)) == point.account_number == "A"
    assert point.status == "ON_SUPPLY"
    assert point.reading_dates == ReadingDates(reading_date_day_of_month=20)
    assert point.supply_breaks == (day(0), day(45))
    # Nothing is known of the kWh of a period that was cut, nor of its month.
    assert point.interval_readings == (
        closed(0, 30),
        IntervalReading(day(30), day(45)),
        IntervalReading(day(45), day(60)),
        closed(60, 90),
    )


def test_the_number_of_an_account_tells_nothing() -> None:
    """The account that was left may come first by its number."""
    listings = [replace(ENDED, account_number="A"), replace(LIVE, account_number="B")]
    point = joined(SPIN, listings)
    assert point.status == "ON_SUPPLY"
    assert not point.has_ended(day(99))
    assert point.account_number == point.account_at(day(46)) == "B"
    assert point.account_at(day(44)) == "A"


def test_an_agreement_that_two_accounts_share_is_one() -> None:
    shared = Listing(account_number="A", agreements=(agreed(0, id=1),))
    other = replace(shared, account_number="B", agreements=(agreed(0, id=1, product=None),))
    point = joined(SPIN, [other, shared])
    assert point.agreements == (agreed(0, id=1),)
    assert point.owned[0].accounts == ("A", "B")
    assert point.counts("A", day(1))
    assert point.counts("B", day(1))
    assert point.supply_breaks == (day(0),)


def test_a_shared_point_is_asked_of_the_account_that_answers() -> None:
    silent = Listing(account_number="A", agreements=(agreed(0, id=1),), answers=False)
    answering = replace(silent, account_number="B", answers=True)
    assert joined(SPIN, [silent, answering]).account_at(day(1)) == "B"


def test_a_gap_in_supply_begins_a_billing_period_anew() -> None:
    point = joined(
        SPIN,
        [
            Listing(
                account_number="A",
                agreements=(agreed(0, 40), agreed(50)),
                interval_readings=(closed(30, 60),),
            )
        ],
    )
    assert point.supply_breaks == (day(0), day(40), day(50))
    assert point.interval_readings == (
        IntervalReading(day(30), day(40)),
        IntervalReading(day(50), day(60)),
    )
    assert point.account_at(day(45)) == "A"


def test_the_supply_periods_tell_of_supply_where_there_are_any() -> None:
    """A day without an agreement, as when one is renewed late, is no gap in supply."""
    listing = Listing(
        account_number="A",
        agreements=(agreed(0, 40), agreed(41)),
        supply_periods=(on_supply(0),),
    )
    assert joined(SPIN, [listing]).supply_breaks == (day(0),)


def test_readings_are_asked_for_within_supply() -> None:
    assert joined(SPIN, [ENDED, LIVE]).supply_spans == [(day(0), None)]
    assert joined(SPIN, [replace(ENDED, status=None)]).supply_spans == [(day(0), day(45))]
    renewed = (agreed(0, 45), agreed(45, 60))
    late = Listing(account_number="A", agreements=renewed, supply_periods=(on_supply(0, 45),))
    assert joined(SPIN, [late]).supply_spans == [(day(0), day(60))]
    assert joined(SPIN, [replace(late, supply_periods=())]).supply_spans == [(day(0), None)]


def test_nothing_counts_after_the_end_of_supply() -> None:
    point = joined(SPIN, [replace(ENDED, status=None)])
    assert point.supply_end == day(45)
    assert not point.has_ended(day(44))
    assert point.has_ended(day(45))
    assert point.counts("B", day(44))
    assert not point.counts("B", day(45))
    assert point.interval_readings[-1] == IntervalReading(day(30), day(45))
    assert not point.has_agreement(day(45))


def test_silence_is_no_end() -> None:
    silent = joined(SPIN, [Listing(account_number="A")])
    assert not silent.has_ended(day(0))
    assert silent.account_at(day(0)) == silent.account_number == "A"
    assert silent.supply_start is silent.supply_end is silent.status is silent.reading_dates is None
    assert silent.supply_breaks == silent.agreements == silent.interval_readings == ()
    assert silent.counts("A", day(0))
    assert joined(SPIN, [Listing(account_number="A", status="OFF_SUPPLY")]).has_ended(day(0))


def test_where_no_agreement_is_told_the_supply_periods_tell_the_account() -> None:
    former = Listing(account_number="A", supply_periods=(on_supply(0, 45),))
    latter = Listing(account_number="B", supply_periods=(on_supply(45),))
    point = joined(SPIN, [former, latter])
    assert point.account_at(day(44)) == "A"
    assert point.account_at(day(45)) == "B"


@pytest.mark.parametrize("odd", [agreed(0, revoked=True), agreed(5, 5), agreed(9, 3)])
def test_agreements_that_were_never_in_force_count_for_nothing(odd: Agreement) -> None:
    point = joined(SPIN, [Listing(account_number="A", agreements=(odd,))])
    assert point.owned == point.supplied == ()
    assert not point.has_agreement(day(4))
    assert point.product_name(day(4)) is None


def test_an_agreement_without_a_start_began_before_anything() -> None:
    point = joined(SPIN, [Listing(account_number="A", agreements=(agreed(None, None),))])
    assert point.supply_start is point.supply_end is None
    assert point.supply_breaks == ()
    assert point.account_at(day(-9999)) == "A"


def test_lines_of_bills_count_in_their_accounts_own_time() -> None:
    point = joined(SPIN, [ENDED, LIVE])

    def line(at: int | None, spin: str | None = SPIN) -> LineItem:
        return LineItem(period_start_at=None if at is None else day(at), spin=spin)

    lines = [line(30), line(45), line(30, None), line(None), line(30, "another")]
    assert point.own_lines("B", lines) == [line(30), line(30, None), line(None)]
    assert point.own_lines("A", lines) == [line(45), line(None)]


def test_a_login_has_each_point_once() -> None:
    point = joined(SPIN, [ENDED, LIVE])
    feeding = GenerationPoint("2100000000000000000000")
    login = LoginData(
        accounts={
            "A": AccountData(
                number="A", supply_points={SPIN: point}, generation_points={feeding.gpin: feeding}
            ),
            "B": AccountData(number="B"),
        }
    )
    assert login.supply_points == {SPIN: point}
    assert login.generation_points == {feeding.gpin: ("A", feeding)}
    assert login.accounts["A"].plan(day(44)) == "Green"
    assert login.accounts["A"].plan(day(46)) == "EV"
    assert login.accounts["B"].plan(day(46)) is None


# ---------------------------------------------------------------- whatever is listed

DAYS = st.integers(0, 60)
SPANS = st.tuples(DAYS, DAYS).filter(lambda span: span[0] < span[1])
PRODUCTS = st.sampled_from([GREEN, EV, None])


@st.composite
def listings(draw: st.DrawFn, *, apart: bool = False) -> list[Listing]:
    """Up to three accounts. `apart`: none shares an agreement with another."""
    starts = draw(st.lists(DAYS, min_size=1, max_size=6, unique=apart))
    found: dict[str, Listing] = {}
    for number, start in enumerate(starts):
        account = draw(st.sampled_from("ABC"))
        end = draw(st.none() | st.integers(start + 1, 61))
        item = found.get(account, Listing(account_number=account))
        found[account] = replace(
            item,
            agreements=(
                *item.agreements,
                agreed(start, end, id=number + 1, product=draw(PRODUCTS)),
            ),
        )
    for account, item in found.items():
        periods = draw(st.lists(SPANS, max_size=2))
        readings = draw(st.lists(SPANS, max_size=3))
        found[account] = replace(
            item,
            supply_periods=tuple(on_supply(*span) for span in periods),
            interval_readings=tuple(closed(*span) for span in readings),
            answers=draw(st.booleans()),
        )
    return list(found.values())


def told(point: SupplyPointData) -> tuple[object, ...]:
    return (
        point.agreements,
        point.supply_periods,
        point.interval_readings,
        point.supply_breaks,
        point.supplied,
        point.supply_end,
        point.account_number,
    )


@given(listings(), st.randoms())
def test_the_order_in_which_accounts_list_a_point_changes_nothing(
    items: list[Listing], random: object
) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert joined(SPIN, shuffled) == joined(SPIN, items)


@given(listings())
def test_what_another_account_repeats_adds_nothing(items: list[Listing]) -> None:
    """But the readings of an account's own: they begin to count where the other's agreement makes it an owner."""
    bare = [replace(item, interval_readings=(), answers=True) for item in items]
    again = [replace(item, account_number="Z" + item.account_number) for item in bare]
    assert told(joined(SPIN, [*bare, *again])) == told(joined(SPIN, bare))


@given(listings(), DAYS)
def test_a_time_belongs_to_the_account_whose_agreement_began_last(
    items: list[Listing], at: int
) -> None:
    covering = [
        (agreement.valid_from, item.account_number)
        for item in items
        for agreement in item.agreements
        if agreement.valid_from is not None
        and agreement.valid_from <= day(at)
        and (agreement.valid_to is None or day(at) < agreement.valid_to)
    ]
    point = joined(SPIN, items)
    assert point.has_agreement(day(at)) == bool(covering)
    if covering:
        latest = max(began for began, _ in covering if began is not None)
        owners = {number for began, number in covering if began == latest}
        assert point.account_at(day(at)) in owners
        assert {n for n in "ABC" if point.counts(n, day(at))} == owners


@given(listings())
def test_no_billing_period_reaches_over_a_break(items: list[Listing]) -> None:
    point = joined(SPIN, items)
    for period in point.interval_readings:
        assert period.start_at < period.end_at
        assert not any(period.start_at < at < period.end_at for at in point.supply_breaks)


@settings(max_examples=500)
@given(listings(apart=True), DAYS)
def test_a_time_keeps_the_billing_periods_of_its_own_account_and_no_others(
    items: list[Listing], number: int
) -> None:
    at = day(number + 0.5)
    point = joined(SPIN, items)
    own = any(
        period.start_at <= at < period.end_at and point.counts(item.account_number, at)
        for item in items
        for period in item.interval_readings
    )
    assert own == any(period.start_at <= at < period.end_at for period in point.interval_readings)


@given(listings())
def test_times_are_in_order_and_apart(items: list[Listing]) -> None:
    point = joined(SPIN, items)
    for before, after in pairwise(point.supplied):
        assert before.end < after.start
    for owned, following in pairwise(point.owned):
        assert owned.end <= following.start


@given(listings(), st.integers(0, 60), st.integers(1, 60))
def test_a_window_is_cut_where_the_account_changes(
    items: list[Listing], start: int, length: int
) -> None:
    point = joined(SPIN, items)
    window = Interval(day(start), day(start + length))
    parts = point.accounts(window)
    assert (parts[0][0].start, parts[-1][0].end) == (window.start, window.end)
    for (before, account), (after, other) in pairwise(parts):
        assert before.end == after.start
        assert account != other
    for number in range(start, start + length):
        (account,) = [account for part, account in parts if part.covers(day(number))]
        assert account == point.account_at(day(number))


def test_what_was_not_billed_has_no_billed_time() -> None:
    assert AccountData(number="A").last_billed is None
