"""Every plan that the simulator sells, compared with what it bills by its own arithmetic: each month to the yen."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from aiohttp import ClientSession
import pytest

from custom_components.octopus_japan.oejp.household.comparison import RatesOf
from custom_components.octopus_japan.oejp.household.plans import OnSale, on_other_plans
from custom_components.octopus_japan.oejp.household.year_of_use import year_of_use
from custom_components.octopus_japan.oejp.kraken import EmailPassword, KrakenClient
from custom_components.octopus_japan.oejp.tariff import MonthBasis, contracted_capacity
from custom_components.octopus_japan.oejp.tariff.from_kraken import Evidence, tariff
from simulator import Simulator
from simulator.dates import jst_date, slot_from, slot_start
from simulator.products import sold_as

NOW = datetime(2026, 9, 25, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
async def session(socket_enabled: None) -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


def hours(
    simulator: Simulator, spin: str, periods: list[tuple[datetime, datetime]]
) -> list[tuple[datetime, Decimal]]:
    """The hours that the bills were made from; later corrections are not on them."""
    found: dict[datetime, Decimal] = {}
    meter = simulator.world.point(spin).meter
    for start, end in periods:
        closed = meter.closed_at(jst_date(start))
        for reading in meter.settled(slot_from(start), slot_from(end), closed):
            at = slot_start(reading.slot).replace(minute=0)
            found[at] = found.get(at, Decimal(0)) + Decimal(reading.centi) / 100
    return sorted(found.items())


@pytest.mark.parametrize(
    ("household", "basis", "priced", "unpriced"),
    [
        (
            "green-tokyo",
            "calendar_day",
            11,
            {"JPN_POWER_OCTOPUS": "no_standing_charge", "JPN_SIM_NIGHT_OWL": "unknown_schedule", "JPN_COMMON_OCTOPUS_03": "no_capacity"},
        ),
        ("ev-tokyo", "reading_month", 11, {}),
        ("subsidised", "calendar_day", 11, {}),
        # 10 kVA: what is sold by amperes only has no charge.
        ("large-tokyo", "calendar_day", 12, {}),
        ("green-kansai", "reading_month", 9, {"JPN_COMMON_OCTOPUS_06": "not_for_capacity"}),
        ("kansai-high", "calendar_day", 9, {"JPN_ALL_DENKA_OCTOPUS_06": "not_for_capacity"}),
        ("chugoku-high", "calendar_day", 10, {}),
        ("shikoku-low", "calendar_day", 8, {"JPN_ALL_DENKA_OCTOPUS_08": "not_for_capacity"}),
    ],
)  # fmt: skip
async def test_every_plan_of_the_area_costs_what_the_simulator_bills(
    session: ClientSession,
    household: str,
    basis: Literal["calendar_day", "reading_month"],
    priced: int,
    unpriced: dict[str, str],
) -> None:
    simulator = Simulator(households=(household,), now=NOW, month_basis=basis)
    await simulator.start()
    try:
        login = simulator.world.households[household]
        account, spin = login.accounts[-1].number, login.accounts[-1].supply_points[0].spin
        client = KrakenClient(
            session,
            simulator.url,
            EmailPassword(login.email, login.password),
            now=simulator.clock.timestamp,
        )
        details = (await client.terms.supply_details(account)).get(spin, ())
        capacity = contracted_capacity(details, NOW)
        built = tariff(
            (await client.supply.agreements(account))[spin],
            Evidence(
                intervals=(
                    await client.supply.interval_readings(account, NOW - timedelta(days=400))
                )[spin],
                meti_credits=await client.billing.meti_credits(
                    date(2025, 1, 1), date(2026, 12, 31)
                ),
                capacity=capacity,
                standing_charges=await client.terms.standing_charges(account),
            ),
            area=spin[:2],
            month_basis=MonthBasis(basis),
            subsidies=True,
        )
        sold = OnSale(spin[:2], await client.catalogue.products(spin[:2]), capacity)
    finally:
        await simulator.stop()
    truth = simulator.truth
    periods = [period for period in truth.periods(spin) if period[1] <= NOW]
    use = year_of_use(hours(simulator, spin, periods), built.calendar)
    assert [(u.period.start, u.period.end) for u in use.periods] == periods[-12:]
    assert len(use.periods) == len(periods) or len(use.periods) == 12
    kva = simulator.world.point(spin).kva
    for rates in RatesOf:
        found = on_other_plans(built, use, sold, NOW, rates_of=rates)
        for cost in found.priced:
            key = sold_as(cost.plan.code, kva)
            expected = [
                truth.plan_bill(spin, period, key, today=rates is RatesOf.TODAY, at_close=True)
                for period in periods[-12:]
            ]
            assert [bill.total for bill in cost.bills] == [bill.total for bill in expected], key
            assert [bill.kwh for bill in cost.bills] == [bill.kwh for bill in expected]
        assert len(found.priced) == priced
        reasons = {cost.plan.code: cost.reason for cost in found.plans if cost.yen is None}
        assert reasons | unpriced == reasons
        assert found.current is not None
        assert found.difference(found.current) == 0
