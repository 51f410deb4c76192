"""Every plan that the simulator sells, compared with what it bills by its own arithmetic: each month to the yen."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal

from aiohttp import ClientSession
import pytest

from custom_components.octopus_japan.oejp.household.comparison import Comparison, RatesOf
from custom_components.octopus_japan.oejp.household.plans import OnSale, on_other_plans
from custom_components.octopus_japan.oejp.household.year_of_use import YearOfUse, year_of_use
from custom_components.octopus_japan.oejp.kraken import EmailPassword, KrakenClient
from custom_components.octopus_japan.oejp.tariff import MonthBasis, Tariff, contracted_capacity
from custom_components.octopus_japan.oejp.tariff.from_kraken import Evidence, tariff
from simulator import Simulator
from simulator.dates import jst_date, slot_from, slot_start
from simulator.products import sold_as

NOW = datetime(2026, 9, 25, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)

type Basis = Literal["calendar_day", "reading_month"]


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


@dataclass(frozen=True)
class Known:
    """What is known of a household's point from the service's answers, and of its use from its bills."""

    simulator: Simulator
    spin: str
    tariff: Tariff
    sold: OnSale
    use: YearOfUse
    periods: list[tuple[datetime, datetime]]

    def compared(self, rates_of: RatesOf) -> Comparison:
        return on_other_plans(self.tariff, self.use, self.sold, NOW, rates_of=rates_of)


async def known(session: ClientSession, household: str, basis: Basis = "calendar_day") -> Known:
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
    return Known(simulator, spin, built, sold, use, periods)


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
    basis: Basis,
    priced: int,
    unpriced: dict[str, str],
) -> None:
    point = await known(session, household, basis)
    truth, spin, use, periods = point.simulator.truth, point.spin, point.use, point.periods
    assert [(u.period.start, u.period.end) for u in use.periods] == periods[-12:]
    assert len(use.periods) == len(periods) or len(use.periods) == 12
    kva = point.simulator.world.point(spin).kva
    for rates in RatesOf:
        found = point.compared(rates)
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


DOCS = Path(__file__).parents[3] / "docs" / "comparison.md"


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading of the page, without its head."""
    section = DOCS.read_text("utf-8").split(f"\n{heading}\n", 1)[1].split("\n##", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


async def test_the_page_on_comparison_says_what_the_program_says(session: ClientSession) -> None:
    """Six plans for three households; and a year of one line, which the page works out by hand."""
    table = rows("## Six plans for three households")
    for column, household in enumerate(("green-tokyo", "ev-tokyo", "denka-tokyo"), 1):
        point = await known(session, household)
        found = {cost.plan.name: cost for cost in point.compared(RatesOf.TODAY).plans}
        for cells in table:
            cost = found[cells[0]]
            assert cells[column].replace(",", "").replace("*", "") == str(cost.yen), cells[0]
            assert ("**" in cells[column]) == cost.plan.current, cells[0]
        if household == "green-tokyo":
            by_hand = rows("### One line by hand")
            simple = found["シンプルオクトパス"]
            assert [(cells[1], cells[4]) for cells in by_hand] == [
                (str(bill.kwh), f"{bill.total:,}") for bill in simple.bills
            ]
