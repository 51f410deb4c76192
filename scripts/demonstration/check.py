"""Compares what Home Assistant shows with what the simulator knows to be true."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from simulator import Simulator
from simulator.dates import JST, Month, midnight

from .comparison import comparison_rows
from .connection import Connection
from .households import Home, digest_of
from .progress import DemoError, step
from .rows import Row, number_row

HALF_HOUR = timedelta(minutes=30)
PATIENCE = 120
"""Looks at wrong rows during which nothing moves, after which they stay wrong."""


class Window(NamedTuple):
    """From an instant until before another."""

    start: datetime
    end: datetime


def windows(now: datetime, period: tuple[datetime, datetime]) -> dict[str, Window]:
    """Return the windows that the sensors are named for, as of now."""
    today = now.astimezone(JST).date()
    begin = midnight(today)
    return {
        "today": Window(begin, now),
        "yesterday": Window(begin - timedelta(days=1), begin),
        "this_month": Window(midnight(today.replace(day=1)), now),
        "billing_period": Window(*period),
    }


class Check:
    """Everything that is compared."""

    def __init__(self, simulator: Simulator, connection: Connection, homes: list[Home]) -> None:
        self._simulator = simulator
        self._truth = simulator.truth
        self._world = simulator.world
        self._clock = simulator.clock
        self._connection = connection
        self._homes = homes
        self._billed: dict[tuple[str, str], int] = {}
        self._entity_ids: Mapping[str, str] = {}
        self._states: Mapping[str, dict[str, Any]] = {}

    async def rows(self) -> list[Row]:
        """Return all rows as they are now."""
        self._entity_ids = await self._connection.entity_ids()
        self._states = await self._connection.states()
        rows: list[Row] = []
        for home in self._homes:
            rows += self._price_rows(home)
            rows += self._usage_rows(home)
            rows += self._account_rows(home)
        for home in self._homes:
            rows += await self.month_rows(home)
            rows += await comparison_rows(
                self._connection,
                self._simulator,
                home,
                (
                    self._state(f"{home.digest}_cheapest_plan"),
                    self._state(f"{home.digest}_saving_on_cheapest_plan"),
                ),
                self._billed,
            )
        return [*rows, *await self._energy_rows(), *await self._health_rows()]

    def _price_rows(self, home: Home) -> Iterable[Row]:
        now = datetime.now(UTC)
        used = self._used(home, now)
        price = self._truth.price(home.spin, now, used)
        key = f"{home.digest}_current_price"
        yield self._number(home, "current price", key, price.total, "JPY/kWh")
        for attribute, part in {
            "energy_charge": price.energy,
            "fuel_cost_adjustment": price.fuel,
            "renewable_energy_levy": price.levy,
        }.items():
            # A plan without adjustment has no such attribute.
            shown = self._state(key).get("attributes", {}).get(attribute, 0)
            yield number_row(f"{home.name} {attribute.replace('_', ' ')}", shown, part, "JPY/kWh")
        # The adjustment of a month to come is not published: only changes within the month can be right.
        if (change := self._next_change(home, now, used)) is not None:
            total = self._truth.price(home.spin, change, used).total
            yield self._number(home, "next price", f"{home.digest}_next_price", total, "JPY/kWh")
            yield self._time(home, "next price change", f"{home.digest}_next_price_change", change)

    def _used(self, home: Home, now: datetime) -> Decimal:
        """Return the kWh used in the billing period, published or not.

        Home Assistant can but estimate what is not published. Where that decides on the step, what is published counts too.
        """
        start, at = self._truth.periods(home.spin)[-1][0], self._clock.now()
        settled = self._truth.half_hours(home.spin, start, at, published=False)
        used = sum(settled.values(), Decimal(0)), self._truth.used(home.spin, at)
        shown = self._state(f"{home.digest}_current_price").get("state")
        prices = (str(float(self._truth.price(home.spin, now, kwh).total)) for kwh in used)
        return next(
            (kwh for kwh, price in zip(used, prices, strict=True) if price == shown), used[0]
        )

    def _next_change(self, home: Home, now: datetime, used: Decimal) -> datetime | None:
        """Return when the price changes by the clock, if that is within this month."""
        price = self._truth.price(home.spin, now, used)
        at = now.replace(minute=now.minute // 30 * 30, second=0, microsecond=0)
        while (at := at + HALF_HOUR).astimezone(JST).month == now.astimezone(JST).month:
            if self._truth.price(home.spin, at, used).total != price.total:
                return at
        return None

    def _usage_rows(self, home: Home) -> Iterable[Row]:
        spin, now = home.spin, self._clock.now()
        for name, window in windows(datetime.now(UTC), self._truth.periods(spin)[-1]).items():
            words = name.replace("_", " ")
            hours = self._truth.hours(spin, *window)
            if not hours:
                # Nothing of it is published.
                yield self._unknown(
                    home, f"consumption {words}", f"{home.digest}_consumption_{name}"
                )
                yield self._unknown(home, f"cost {words}", f"{home.digest}_cost_{name}")
                continue
            kwh = sum(hours.values(), Decimal(0))
            yen = sum(self._truth.costs(spin, *window).values(), Decimal(0))
            yield self._number(
                home, f"consumption {words}", f"{home.digest}_consumption_{name}", kwh, "kWh"
            )
            yield self._number(home, f"cost {words}", f"{home.digest}_cost_{name}", yen, "JPY")
        half_hours = self._truth.half_hours(spin, now - timedelta(days=7), now)
        latest = max(half_hours)
        yield self._number(
            home, "latest half hour", f"{home.digest}_latest_half_hour", half_hours[latest], "kWh"
        )
        yield self._time(
            home, "latest reading", f"{home.digest}_latest_reading", latest + HALF_HOUR
        )

    def _account_rows(self, home: Home) -> Iterable[Row]:
        account = self._world.account(home.account)
        point = self._world.point(home.spin)
        agreement = point.agreement_on(datetime.now(JST).date())
        if account is None or agreement is None:
            raise RuntimeError(f"{home.name} has no account or no agreement")
        yield self._number(
            home, "balance", f"{home.account_digest}_balance", Decimal(account.balance), "JPY"
        )
        shown = str(self._state(f"{home.account_digest}_plan").get("state"))
        yield Row(
            f"{home.name} plan", shown, agreement.product.name, shown == agreement.product.name
        )

    async def month_rows(self, home: Home) -> list[Row]:
        """Compare each month of the statistics, the first of which may be part of one."""
        start = self._truth.periods(home.spin)[0][0]
        ids = {kind: home.statistic(kind) for kind in ("consumption", "cost")}
        changes = await self._connection.call(
            "recorder/statistics_during_period",
            start_time=start.isoformat(),
            statistic_ids=list(ids.values()),
            period="month",
            types=["change"],
        )
        shown = {
            kind: {
                Month.of(datetime.fromtimestamp(row["start"] / 1000, JST).date()): row["change"]
                for row in changes.get(statistic, [])
            }
            for kind, statistic in ids.items()
        }
        rows = []
        month = Month.of(start.astimezone(JST).date())
        while (begin := midnight(month.first)) < self._clock.now():
            window = begin, midnight(month.plus(1).first)
            kwh = sum(self._truth.hours(home.spin, *window).values(), Decimal(0))
            yen = sum(self._truth.costs(home.spin, *window).values(), Decimal(0))
            label = f"{home.name} statistics {month.year}-{month.month:02}"
            rows += [
                number_row(label, shown["consumption"].get(month), kwh, "kWh"),
                number_row(label, shown["cost"].get(month), yen, "JPY"),
            ]
            month = month.plus(1)
        months = len(rows) // 2
        return [
            *rows,
            Row(f"{home.name} months of statistics", str(months), "13 or more", months >= 13),
        ]

    async def _energy_rows(self) -> list[Row]:
        preferences = await self._connection.call("energy/get_prefs")
        shown = {source["stat_energy_from"] for source in preferences["energy_sources"]}
        truth = {home.statistic("consumption") for home in self._homes}
        gas = self._world.gas_points
        truth |= {f"octopus_japan:gas_{digest_of(spin)}_consumption" for spin in gas}
        validation = await self._connection.call("energy/validate")
        issues = [issue for source in validation["energy_sources"] for issue in source]
        return [
            Row("Energy dashboard sources", str(len(shown)), str(len(truth)), shown == truth),
            Row("Energy dashboard issues", str(issues or "none"), "none", not issues),
        ]

    async def _health_rows(self) -> list[Row]:
        """Look at what the browser asks for first, and at what went wrong meanwhile."""
        services = await self._connection.call("get_services")
        described = "described" if "homeassistant" in services else "not described"
        records = await self._connection.call("system_log/list")
        errors = [record["message"][0] for record in records if record["level"] == "ERROR"]
        return [
            Row("services for the browser", described, "described", described == "described"),
            Row("errors in the log", "; ".join(errors) or "none", "none", not errors),
        ]

    def _number(self, home: Home, name: str, key: str, truth: Decimal, unit: str) -> Row:
        return number_row(f"{home.name} {name}", self._state(key).get("state"), truth, unit)

    def _unknown(self, home: Home, name: str, key: str) -> Row:
        shown = str(self._state(key).get("state"))
        return Row(f"{home.name} {name}", shown, "unknown", shown == "unknown")

    def _time(self, home: Home, name: str, key: str, truth: datetime) -> Row:
        shown = str(self._state(key).get("state"))
        return Row(f"{home.name} {name}", shown, truth.isoformat(), shown == truth.isoformat())

    def _state(self, unique_id: str) -> Mapping[str, Any]:
        return self._states.get(self._entity_ids.get(unique_id, ""), {})


async def settled_rows(
    connection: Connection, rows: Callable[[], Awaitable[list[Row]]]
) -> list[Row]:
    """Return rows as soon as all are right, or nothing moves any more: what is wrong then, stays wrong.

    Home Assistant writes statistics in the background, while the simulator stands still.
    """
    found: list[Row] = []

    async def look() -> tuple[bool, str]:
        nonlocal found
        found = await rows()
        wrong = [row for row in found if not row.ok]
        first = f"{wrong[0].what}: {wrong[0].shown} for {wrong[0].truth}" if wrong else ""
        return not wrong, f"{len(wrong)} of {len(found)} rows wrong, first {first}"

    try:
        await connection.watch.until("what is shown to be right", look, patience=PATIENCE)
    except DemoError as error:
        if not found:
            raise
        step(str(error))
    return found
