"""The same bills and hours as the simulator, whose arithmetic was written apart: from its API's answers alone."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from aiohttp import ClientSession
import pytest

from custom_components.octopus_japan.oejp.kraken import (
    EmailPassword,
    KrakenClient,
    Question,
    ReadingPath,
)
from custom_components.octopus_japan.oejp.tariff import (
    Component,
    MonthBasis,
    Tariff,
    bill_for,
    contracted_capacity,
    costs,
    price_at,
)
from custom_components.octopus_japan.oejp.tariff.from_kraken import Evidence, bands_seen, tariff
from custom_components.octopus_japan.oejp.tariff.schedule import SeenBands, merge_seen
from simulator import Simulator
from simulator.dates import jst_date, slot_from, slot_start
from simulator.practice import Practice

NOW = datetime(2026, 9, 25, 3, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
WEEKS = timedelta(weeks=4)
HOUSEHOLDS = (
    "green-tokyo", "simple-kansai", "ev-tokyo", "green-kansai", "denka-kansai", "solar-tokyo", "power-tokyo", "moved",
    "unknown-tou", "switching-tokyo", "subsidised", "intro-rate", "discount-rate", "kansai-high", "shikoku-high", "chugoku-high",
    "shikoku-low", "small-tokyo", "large-tokyo",
)  # fmt: skip

type Basis = Literal["calendar_day", "reading_month"]


@pytest.fixture
async def session(socket_enabled: None) -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


async def from_answers(
    simulator: Simulator,
    session: ClientSession,
    key: str,
    basis: Basis | None,
    *,
    with_bills: bool = False,
) -> tuple[Tariff, str]:
    household = simulator.world.households[key]
    account = household.accounts[-1].number
    spin = household.accounts[-1].supply_points[0].spin
    credential = EmailPassword(household.email, household.password)
    client = KrakenClient(session, simulator.url, credential, now=simulator.clock.timestamp)
    agreements = (await client.supply.agreements(account))[spin]
    # The bands of time-of-use plans are worth keeping for every month; the readings at hand are the last weeks.
    weeks = [
        await Question(client.readings, account, spin, start, start + WEEKS).by(
            ReadingPath.HALF_HOURLY
        )
        for start in (NOW - WEEKS * number for number in range(10, 0, -1))
    ]
    seen: dict[str, tuple[SeenBands, ...]] = {}
    for readings in weeks:
        for code, bands in bands_seen(agreements, readings).items():
            seen[code] = merge_seen(seen.get(code, ()), bands)
    (product,) = {each.product.code for each in agreements[-1:] if each.product}
    summaries = await client.catalogue.products(spin[:2], product)
    evidence = Evidence(
        intervals=(await client.supply.interval_readings(account, NOW - timedelta(days=400))).get(
            spin, ()
        ),
        reading_dates=(await client.supply.reading_dates(account)).get(spin),
        supply_periods=(await client.supply.periods(account)).get(spin, ()),
        meti_credits=await client.billing.meti_credits(date(2025, 1, 1), date(2026, 12, 31)),
        charges=[
            replace(line, document=statement.identifier)
            for statement in (await client.billing.statements(account) if with_bills else ())
            for line in await client.billing.charges(account, statement.identifier)
        ],
        readings=weeks[-1],
        seen=seen,
        schemes={each.code: each.scheme for each in summaries if each.scheme},
        standing_charges=await client.terms.standing_charges(account),
        capacity=contracted_capacity(
            (await client.terms.supply_details(account)).get(spin, ()),
            NOW,
            options=(await client.terms.amperage_options(account)).get(spin),
            sold={number for each in summaries for number in each.amperages},
            bands=[reading.consumption_rate_band for reading in weeks[-1]],
        ),
    )
    found = tariff(
        agreements,
        evidence,
        area=spin[:2],
        month_basis=None if basis is None else MonthBasis(basis),
        subsidies=True,
    )
    return found, spin


def at_close(
    simulator: Simulator, spin: str, start: datetime, end: datetime
) -> list[tuple[datetime, Decimal]]:
    """The half hours that the bill was made from; later corrections are not on it."""
    meter = simulator.world.point(spin).meter
    closed = meter.closed_at(jst_date(start))
    readings = meter.settled(slot_from(start), slot_from(end), closed)
    return [(slot_start(reading.slot), Decimal(reading.centi) / 100) for reading in readings]


@pytest.mark.parametrize("basis", ["calendar_day", "reading_month"])
@pytest.mark.parametrize("key", HOUSEHOLDS)
async def test_bills_and_hours_equal_the_simulator_s(
    session: ClientSession, key: str, basis: Basis
) -> None:
    simulator = Simulator(households=(key,), now=NOW, month_basis=basis)
    await simulator.start()
    try:
        built, spin = await from_answers(simulator, session, key, basis)
    finally:
        await simulator.stop()
    assert built.gaps == ()
    assert built.mismatches == ()
    truth = simulator.truth
    closed = [period for period in truth.periods(spin) if period[1] <= NOW][-6:]
    assert len(closed) == 6
    for start, end in closed:
        period = built.calendar.period_at(start)
        assert (period.start, period.end) == (start, end)
        halves = at_close(simulator, spin, start, end)
        found = bill_for(built, period, halves, resolution=HALF_HOUR)
        expected = truth.bill(spin, (start, end))
        assert found.kwh == expected.kwh
        assert found.total == expected.total
        assert found.tax == expected.tax
        assert found.components.get(Component.RENEWABLE_ENERGY_LEVY, 0) == expected.levy
        assert found.components.get(Component.FUEL_COST_ADJUSTMENT, 0) == expected.fuel
        hours = list(truth.hours(spin, start, end).items())
        wanted = truth.costs(spin, start, end)
        for row in costs(built, hours):
            assert abs(row.total - wanted[row.start]) < Decimal("1e-20")
    if basis == "reading_month":
        return  # the monthly rates of next month's reading are not told yet: the price now is an estimate
    used = truth.used(spin, NOW)
    price, known = price_at(built, NOW, used), truth.price(spin, NOW, used)
    assert (price.total, price.band) == (known.total, known.band)


PRACTICES = {
    "usual": Practice(),
    "by the month": Practice(standing="month"),
    "hundredths of a kWh": Practice(kwh="exact"),
    "lines cut": Practice(amounts="cut"),
    "lines rounded": Practice(amounts="half_up", standing="month"),
}


@pytest.mark.parametrize("basis", ["calendar_day", "reading_month"])
@pytest.mark.parametrize("practice", PRACTICES.values(), ids=list(PRACTICES))
async def test_how_bills_are_made_is_learned_from_bills(
    session: ClientSession, practice: Practice, basis: Basis
) -> None:
    simulator = Simulator(households=("green-tokyo",), now=NOW, month_basis=basis)
    simulator.world.practice = practice
    await simulator.start()
    try:
        built, spin = await from_answers(simulator, session, "green-tokyo", None, with_bills=True)
    finally:
        await simulator.stop()
    lessons = built.lessons
    assert lessons.bills == 12
    assert built.month_basis == basis
    assert lessons.standing_charge.value == practice.standing
    assert lessons.units.value == practice.kwh
    assert lessons.amounts.value == practice.amounts
    assert lessons.other_periods == ()
    for start, end in simulator.truth.periods(spin)[-4:-1]:
        halves = at_close(simulator, spin, start, end)
        period = built.calendar.period_at(start)
        found = bill_for(built, period, halves, resolution=HALF_HOUR)
        expected = simulator.truth.bill(spin, (start, end))
        assert (found.kwh, found.total) == (expected.kwh, expected.total)
