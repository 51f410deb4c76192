"""Random worlds for the oracle, and the same worlds as tariffs."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st
from tariff_oracle import Plan, World

from custom_components.octopus_japan.oejp.japan_time import midnight, month_start
from custom_components.octopus_japan.oejp.tariff import (
    Band,
    BillingCalendar,
    Component,
    Kind,
    MonthBasis,
    MonthlyRate,
    MonthlyRates,
    Provenance,
    RateCard,
    StandingCharge,
    Step,
    Tariff,
    timeline,
)
from custom_components.octopus_japan.oejp.tariff.schedule import published

FIRST = date(2023, 11, 1)
MONTHS = [(2023 + (10 + i) // 12, (10 + i) % 12 + 1) for i in range(17)]
PRICES = st.integers(0, 6000)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    kind = draw(st.sampled_from(["stepped", "free first step", "single", "ev"]))
    standing, fuel = draw(st.integers(0, 9000)), draw(st.booleans())
    if kind == "ev":
        bands = {slot: draw(PRICES) for slot in ("NIGHT", "DAY", "STANDARD")}
        return Plan(standing, bands=bands, fuel=fuel)
    if kind == "single":
        return Plan(standing, [(None, draw(PRICES))], fuel=fuel)
    tops = sorted(draw(st.sets(st.integers(1, 40), min_size=1, max_size=4)))
    steps = [(top, draw(PRICES)) for top in (*tops, None)]
    if kind == "free first step":
        steps[0] = (tops[0], 0)
    return Plan(standing, steps, fuel=fuel)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    later = draw(st.dates(FIRST + timedelta(days=20), date(2025, 2, 1)))
    changes = draw(st.lists(st.tuples(st.just(later), plans()), max_size=1))
    months = [MONTHS[0], *draw(st.lists(st.sampled_from(MONTHS), unique=True))]
    return World(
        plans=[(date(2000, 1, 1), draw(plans())), *changes],
        reading_day=draw(st.one_of(st.sampled_from([1, 29, 30, 31]), st.integers(1, 31))),
        fuel={month: draw(st.integers(-500, 1500)) for month in months},
        levy={MONTHS[0]: 140, (2024, 5): draw(st.integers(0, 500))},
        subsidy={
            month: draw(st.integers(0, 700)) for month in draw(st.sets(st.sampled_from(MONTHS)))
        },
        by_reading_month=draw(st.booleans()),
    )


# Around the ends of months and years, leap day included, more often than elsewhere.
STARTS = st.one_of(
    st.sampled_from([date(2023, 12, 30), date(2024, 2, 27), date(2024, 4, 29), date(2024, 12, 30)]),
    st.dates(date(2023, 12, 1), date(2025, 1, 31)),
).map(lambda day: datetime(day.year, day.month, day.day, tzinfo=UTC))


def yen(centi: int) -> Decimal:
    return Decimal(centi) / 100


def card(plan: Plan, start: date | None, end: date | None) -> RateCard:
    steps, low = [], Decimal(0)
    for number, (top, price) in enumerate(plan.steps, 1):
        high = None if top is None else Decimal(top)
        steps.append(Step(low, high, yen(price), f"step_{number}"))
        low = high or low
    kind = Kind.TIME_OF_USE if plan.bands else Kind.STEPPED if len(steps) > 1 else Kind.SINGLE
    return RateCard(
        kind,
        StandingCharge(yen(plan.standing)),
        tuple(steps),
        tuple(Band(slot, slot, yen(price)) for slot, price in plan.bands.items()),
        published("tgoe_ev_tou_jan_25_scheme", "03") if plan.bands else None,
        fuel_cost_adjusted=plan.fuel,
        start=None if start is None else midnight(start),
        end=None if end is None else midnight(end),
    )


def months(
    component: Component, table: dict[tuple[int, int], int], sign: int = 1
) -> list[MonthlyRate]:
    return [
        MonthlyRate(
            component,
            month_start(year * 12 + month - 1),
            month_start(year * 12 + month),
            yen(sign * price),
            Provenance.PUBLISHED,
        )
        for (year, month), price in table.items()
    ]


def as_tariff(world: World) -> Tariff:
    cards = []
    for index, (first, plan) in enumerate(world.plans):
        following = world.plans[index + 1 :]
        cards.append(card(plan, first if index else None, following[0][0] if following else None))
    return Tariff(
        tuple(cards),
        MonthlyRates(
            timeline(months(Component.FUEL_COST_ADJUSTMENT, world.fuel)),
            timeline(months(Component.RENEWABLE_ENERGY_LEVY, world.levy)),
            timeline(months(Component.SUBSIDY, world.subsidy, -1)),
        ),
        BillingCalendar(day=world.reading_day),
        MonthBasis.READING_MONTH if world.by_reading_month else MonthBasis.CALENDAR_DAY,
    )
