"""Gas, a campaign and rewards of the demo's first household, and whether Home Assistant shows them as they are."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from simulator import Simulator
from simulator.accounts import Account
from simulator.dates import JST, Month, jst_date, midnight
from simulator.plans import GasPlan
from simulator.points import GasPoint

from .connection import Connection
from .households import digest_of
from .rows import Row, number_row

CAMPAIGN = "節電チャレンジ"
OPEN = "ピークシフト・チャレンジ"
POINTS, VOUCHERS = 1250, (2000, 500)


def give(simulator: Simulator) -> None:
    """Give gas since thirteen months, a campaign since two, and rewards to the first account."""
    account = simulator.world.accounts[0]
    today = jst_date(simulator.clock.now())
    start = Month.of(today).plus(-13).first.replace(day=24)
    simulator.world.add_gas(account.number, GasPlan((("gas-monthly", start, None),), 24, start))
    first, last = Month.of(today).plus(-2).first, Month.of(today).plus(3).first
    simulator.world.offer_campaign(account.number, CAMPAIGN, first, last, joined=True)
    simulator.world.offer_campaign(account.number, OPEN, first, last)
    account.programme.loyalty_points, account.programme.vouchers = POINTS, VOUCHERS


def statistics_of(point: GasPoint) -> dict[str, str]:
    """Return the ids of the statistics of a gas point."""
    return {
        kind: f"octopus_japan:gas_{digest_of(point.spin)}_{kind}"
        for kind in ("consumption", "cost")
    }


def sources(simulator: Simulator) -> list[dict[str, Any]]:
    """Return the gas points as sources of the Energy dashboard."""
    return [
        {
            "type": "gas",
            "stat_energy_from": statistics_of(point)["consumption"],
            "stat_cost": statistics_of(point)["cost"],
            "entity_energy_price": None,
            "number_energy_price": None,
        }
        for point in simulator.world.gas_points.values()
    ]


class GasCheck:
    """Compares what is shown of them with the truth."""

    def __init__(self, simulator: Simulator, connection: Connection) -> None:
        self._simulator = simulator
        self._connection = connection
        self._entity_ids: Mapping[str, str] = {}
        self._states: Mapping[str, dict[str, Any]] = {}

    async def rows(self) -> list[Row]:
        """Return all rows as they are now."""
        self._entity_ids = await self._connection.entity_ids()
        self._states = await self._connection.states()
        account = self._simulator.world.accounts[0]
        rows = [*self._campaign_rows(account), *self._reward_rows(account)]
        for point in self._simulator.world.gas_points.values():
            rows += self._reading_rows(point)
            rows += await self._month_rows(point)
        return rows

    def _reading_rows(self, point: GasPoint) -> Iterable[Row]:
        bill = self._simulator.truth.gas_bills(point.spin)[-1]
        for key, truth, unit in (
            ("last_reading", Decimal(bill.volume), "m³"),
            ("last_reading_cost", Decimal(bill.total), "JPY"),
            ("last_reading_days", Decimal(bill.period.days), "d"),
            ("unit_price", bill.price, "JPY/m³"),
        ):
            yield self._number("gas", point.spin, key, truth, unit)

    async def _month_rows(self, point: GasPoint) -> list[Row]:
        """Compare each month of the statistics: a reading counts where its last day is."""
        bills = self._simulator.truth.gas_bills(point.spin)
        ids = statistics_of(point)
        changes = await self._connection.call(
            "recorder/statistics_during_period",
            start_time=midnight(point.start).isoformat(),
            statistic_ids=list(ids.values()),
            period="month",
            types=["change"],
        )
        rows = []
        for kind, unit in (("consumption", "m³"), ("cost", "JPY")):
            shown = {
                Month.of(datetime.fromtimestamp(row["start"] / 1000, JST).date()): row["change"]
                for row in changes.get(ids[kind], [])
            }
            for month in sorted({Month.of(bill.period.last) for bill in bills}):
                of_month = [bill for bill in bills if Month.of(bill.period.last) == month]
                truth = sum(
                    bill.volume if kind == "consumption" else bill.total for bill in of_month
                )
                label = f"gas statistics {kind} {month.year}-{month.month:02}"
                rows.append(number_row(label, shown.get(month), Decimal(truth), unit))
        return rows

    def _campaign_rows(self, account: Account) -> Iterable[Row]:
        results = account.programme.results(CAMPAIGN, self._simulator.clock.now())
        for key, truth, unit in (
            ("open_campaigns", Decimal(1), ""),
            ("joined_campaigns", Decimal(1), ""),
            ("campaign_energy_shifted", sum((item.shifted for item in results), Decimal(0)), "kWh"),
            ("campaign_days_met", Decimal(sum(item.met for item in results)), ""),
            ("campaign_savings", sum((item.saved for item in results), Decimal(0)), "JPY"),
        ):
            yield self._number("account", account.number, key, truth, unit)
        calendar = self._state(account.number, "campaigns")
        shown = str(calendar.get("attributes", {}).get("message"))
        yield Row("account campaigns", shown, CAMPAIGN, shown == CAMPAIGN)

    def _reward_rows(self, account: Account) -> Iterable[Row]:
        yield self._number("account", account.number, "loyalty_points", Decimal(POINTS), "")
        yield self._number("account", account.number, "vouchers", Decimal(VOUCHERS[0]), "JPY")

    def _number(self, of: str, number: str, key: str, truth: Decimal, unit: str) -> Row:
        words = key.replace("_", " ")
        return number_row(f"{of} {words}", self._state(number, key).get("state"), truth, unit)

    def _state(self, number: str, key: str) -> Mapping[str, Any]:
        return self._states.get(self._entity_ids.get(f"{digest_of(number)}_{key}", ""), {})
