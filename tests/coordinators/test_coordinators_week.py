"""One week of a login with two accounts and three points, hour by hour: what a user sees while nearly everything goes wrong.

`docs/history.md` shows the table that this test makes and prints; where the two differ the test fails.

    scripts/test tests/coordinators/test_coordinators_week.py
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from home import Home
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.entities.account import ACCOUNT_SENSORS
from custom_components.octopus_japan.entities.prices import PRICE_SENSORS
from custom_components.octopus_japan.entities.usage import USAGE_SENSORS
from custom_components.octopus_japan.identity import digest
from custom_components.octopus_japan.recorder.statistic_ids import consumption_id, cost_id
from simulator.dates import jst_date, midnight

HOUSEHOLD = "three-points-two-accounts"
BEGIN = datetime.fromisoformat("2026-11-27T00:00:00+09:00")
NEW_MONTH = datetime.fromisoformat("2026-12-01T00:00:00+09:00")
HOUR = timedelta(hours=1)
WEEK = 7 * 24
DOC = Path(__file__).parents[2] / "docs" / "history.md"
KNOWN, UNKNOWN, UNAVAILABLE = "●", "?", "–"
REST = {"account": "balance", "usage": "consumption_billing_period", "price": "current_price"}
"""By group of entities, the one that says whether the group's are known: others may have nothing to tell at times."""

FAULTS: dict[str, dict[str, Any]] = {
    "accounts": {"kind": "empty_list", "field": "accounts"},
    "throttled": {"kind": "http_429", "retry_after": 3600},
    "down": {"kind": "http_503"},
    "agreements": {"kind": "http_500", "operation": "Agreements"},
    "properties": {"kind": "empty_list", "field": "properties"},
    "readings": {"kind": "http_500", "operation": "HalfHourlyReadings"},
    "short": {"kind": "short", "share": 0.2},
}
SCRIPT: dict[int, tuple[str, ...]] = {
    0: ("set up", ""),
    9: ("the barn's account is refused", "refuse"),
    24 + 7: ("the barn's account is answered for again", "allow"),
    24 + 11: ("the list of accounts comes empty", "begin", "accounts"),
    24 + 16: ("the list of accounts is whole again", "end", "accounts"),
    48 + 3: ("429 for everything: come back in an hour", "begin", "throttled"),
    48 + 6: ("no more 429", "end", "throttled"),
    48 + 12: ("Home Assistant is stopped", "stop"),
    48 + 15: ("Home Assistant is started", "start"),
    72 + 5: ("the service is down (503)", "begin", "down"),
    72 + 6: ("Home Assistant is restarted meanwhile", "restart"),
    72 + 9: ("the service is back", "end", "down"),
    96: ("a new month: another adjustment", ""),
    96 + 23: ("a power cut", "stop"),
    120 + 6: ("power is back", "start"),
    120 + 10: ("no agreements; properties come empty", "begin", "agreements", "properties"),
    120 + 20: ("both are told again", "end", "agreements", "properties"),
    144 + 8: ("no readings (500)", "begin", "readings"),
    144 + 11: ("readings again", "end", "readings"),
    144 + 12: ("of readings only the newest fifth comes", "begin", "short"),
    144 + 15: ("readings come whole", "end", "short"),
}
"""By hour of the week: what happens, how it is made, and by which faults."""


@pytest.fixture
def households() -> tuple[str, ...]:
    return (HOUSEHOLD,)


@pytest.fixture
def now() -> datetime:
    return BEGIN


@pytest.fixture
def since() -> date:
    return date(2026, 11, 20)


class Week:
    """The week's script: what begins and ends at which hour."""

    def __init__(self, home: Home) -> None:
        self.home = home
        household = home.simulator.world.households[HOUSEHOLD]
        self.home_account, self.barn_account = (account.number for account in household.accounts)
        self.points = [point.spin for point in household.supply_points]
        self.down = False
        self.faults: dict[str, Any] = {}

    async def stop(self) -> None:
        (entry,) = self.home.hass.config_entries.async_entries(DOMAIN)
        await self.home.hass.config_entries.async_unload(entry.entry_id)
        self.down = True

    async def start(self) -> None:
        (entry,) = self.home.hass.config_entries.async_entries(DOMAIN)
        await self.home.hass.config_entries.async_setup(entry.entry_id)
        await self.home.settle()
        self.down = False

    async def happen(self, hour: int) -> str:
        """Let happen what happens at this hour, and say what it is."""
        text, act, *names = SCRIPT.get(hour, ("", None))
        match act:
            case "begin":
                for name in names:
                    self.faults[name] = self.home.simulator.faults.add(**FAULTS[name])
            case "end":
                for name in names:
                    self.home.simulator.faults.remove(self.faults.pop(name))
            case "refuse":
                self.home.simulator.world.refuse(self.barn_account, "KT-CT-4177")
            case "allow":
                self.home.simulator.world.refuse(self.barn_account, None)
            case "stop":
                await self.stop()
            case "start":
                await self.start()
            case "restart":
                await self.stop()
                await self.start()
        return text


def groups(home: Home) -> dict[tuple[str, str], dict[str, str]]:
    """Return the states of balance, usage and prices by number's digest and group; by key. Other families have clocks of their own."""
    tables = {
        group: {description.key for description in sensors}
        for group, sensors in (
            ("account", ACCOUNT_SENSORS),
            ("usage", USAGE_SENSORS),
            ("price", PRICE_SENSORS),
        )
    }
    found: dict[tuple[str, str], dict[str, str]] = {}
    (entry,) = home.hass.config_entries.async_entries(DOMAIN)
    for entity in er.async_entries_for_config_entry(er.async_get(home.hass), entry.entry_id):
        name, _, key = entity.unique_id.partition("_")
        group = next((group for group, keys in tables.items() if key in keys), None)
        if group is None:
            continue
        state = home.hass.states.get(entity.entity_id)
        if entity.disabled_by is None:
            assert state is not None, key
            found.setdefault((name, group), {})[key] = state.state
    return found


def sign(states: dict[str, str], group: str) -> str:
    """Sum up a group: its entities are available together or not at all."""
    away = {key for key, state in states.items() if state == STATE_UNAVAILABLE}
    if away:
        assert away == set(states), f"{group}: only some are unavailable: {sorted(away)}"
        return UNAVAILABLE
    return UNKNOWN if states[REST[group]] == STATE_UNKNOWN else KNOWN


def row(week: Week) -> tuple[str, ...]:
    """Return the signs of an hour: price and use of each point, balance of each account."""
    found = groups(week.home)
    columns = [(spin, group) for spin in week.points for group in ("price", "usage")]
    columns += [(number, "account") for number in (week.home_account, week.barn_account)]
    return tuple(sign(found[digest(number), group], group) for number, group in columns)


def true_prices(week: Week, spin: str) -> set[Decimal]:
    """Return what a kWh truly costs now: by the use that is published, and by that of the hours that are not published yet.

    On a stepped plan the integration counts what it expects of those hours, so that it may see a step before it is published.
    """
    truth, now = week.home.simulator.truth, week.home.simulator.clock.now()
    period, _ = truth.periods(spin)[-1]
    settled = sum(truth.half_hours(spin, period, now, published=False).values(), Decimal(0))
    return {truth.price(spin, now, used).total for used in (truth.used(spin, now), settled)}


def check_prices(week: Week) -> None:
    """Compare every price that is shown with the truth.

    Only at the very moment when a month begins its adjustment is not told yet, and the price says that it is estimated.
    """
    begins = week.home.simulator.clock.now() == NEW_MONTH
    for spin in week.points:
        price = week.home.state(spin, "current_price")
        if price.state not in {STATE_UNAVAILABLE, STATE_UNKNOWN}:
            true = Decimal(price.state) in true_prices(week, spin)
            assert true or (begins and price.attributes["estimated"]), f"…{spin[-4:]}"


async def check_history(week: Week) -> None:
    """Compare what is stored of the whole time with the truth: nothing was lost and nothing was counted twice."""
    home, now = week.home, week.home.simulator.clock.now()
    for spin in week.points:
        start = midnight(home.simulator.world.point(spin).start)
        for name, true in (
            (consumption_id(digest(spin)), home.simulator.truth.hours(spin, start, now)),
            (cost_id(digest(spin)), home.simulator.truth.costs(spin, start, now)),
        ):
            rows = await get_instance(home.hass).async_add_executor_job(
                statistics_during_period, home.hass, start, None, {name}, "hour", None, {"state"}
            )
            stored = {datetime.fromtimestamp(r["start"], UTC): r["state"] for r in rows[name]}
            assert stored == pytest.approx({at: float(value) for at, value in true.items()})


def table(hours: list[tuple[str, tuple[str, ...]]]) -> list[str]:
    """Write hours in which nothing happens and nothing changes as one row."""

    def at(hour: int) -> str:
        return (BEGIN + hour * HOUR).strftime("%a %H:%M")

    def lines() -> Iterator[str]:
        yield "| from | what happens | home | shop | barn | accounts |"
        yield "| --- | --- | --- | --- | --- | --- |"
        shown: tuple[str, ...] = ()
        for hour, (event, signs) in enumerate(hours):
            if event or signs != shown:
                pairs = [f"{signs[n]} {signs[n + 1]}" for n in range(0, 8, 2)]
                yield f"| {at(hour)} | {event} | {' | '.join(pairs)} |"
            shown = signs

    return list(lines())


def documented() -> list[str]:
    text = DOC.read_text("utf-8").split("## A week of mishaps", 1)[-1].split("\n## ", 1)[0]
    return [line for line in text.splitlines() if line.startswith("|")]


async def test_a_week_of_mishaps_is_as_the_documentation_says(
    home: Home, record_property: Callable[[str, object], None]
) -> None:
    await home.sign_in(HOUSEHOLD)
    week = Week(home)
    hours: list[tuple[str, tuple[str, ...]]] = []
    for hour in range(WEEK):
        event = await week.happen(hour)
        if not week.down:
            check_prices(week)
        hours.append((event, row(week)))
        await home.pass_time(HOUR)
    lines = table(hours)
    assert jst_date(home.simulator.clock.now()) == date(2026, 12, 4)
    await check_history(week)
    assert not home.issues()
    record_property("told", "\n".join(lines))
    assert lines == documented(), "\n".join(lines)
