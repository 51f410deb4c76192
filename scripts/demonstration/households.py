"""Signs the simulated households in and waits until their history is there."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from simulator import Simulator

from .connection import Connection
from .progress import DemoError, step

HOUSEHOLDS = {"green-tokyo": "stepped", "simple-kansai": "single rate", "ev-tokyo": "time-of-use"}
FLOW = "/api/config/config_entries/flow"


def digest_of(number: str) -> str:
    """Return what stands for the number of an account or a point in ids: the integration never shows the number."""
    return sha256(f"octopus_japan{number}".encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Home:
    """A household of the simulator as Home Assistant shows it."""

    name: str
    shape: str
    spin: str
    account: str

    @property
    def digest(self) -> str:
        """What stands for the supply point's number in ids: the integration never shows the number."""
        return digest_of(self.spin)

    @property
    def account_digest(self) -> str:
        """The same of the account's number."""
        return digest_of(self.account)

    def statistic(self, kind: str) -> str:
        """Return the id of the consumption or cost statistic."""
        return f"octopus_japan:electricity_{self.digest}_{kind}"


def simulator_of_the_demo(now: datetime | None = None) -> Simulator:
    """Return a simulator of the households. Its clock stands still at `now`, or follows real time."""
    simulator = Simulator(HOUSEHOLDS, now, regular_readings=True)
    for number, account in enumerate(simulator.world.accounts):
        account.balance = 1234 * number
    return simulator


def requests_of(simulator: Simulator) -> Hashable:
    """Return what changes with every request to the service."""
    return len(simulator.requests), id(simulator.requests[-1]) if simulator.requests else 0


def homes(simulator: Simulator) -> list[Home]:
    """Return the households; each has one account and one supply point."""
    found = []
    for name, household in simulator.world.households.items():
        account = household.accounts[0]
        spin = account.supply_points[0].spin
        found.append(Home(name, HOUSEHOLDS.get(name, "time-of-use"), spin, account.number))
    return found


async def sign_in(simulator: Simulator, connection: Connection, home: Home) -> None:
    """Add the integration for a household through its config flow."""
    household = simulator.world.households[home.name]
    menu = await connection.post(FLOW, {"handler": "octopus_japan"})
    flow = f"{FLOW}/{menu['flow_id']}"
    await connection.post(flow, {"next_step_id": "password"})
    credentials = {"email": household.email, "password": household.password}
    found = await connection.post(flow, {**credentials, "advanced": {"url": simulator.url}})
    if found.get("step_id") != "found":
        raise DemoError(f"signing {home.name} in ended with {found}")
    # All that is proposed goes to the Energy dashboard.
    proposed = [field["default"] for field in found["data_schema"] if "default" in field]
    result = await connection.post(
        flow, {"energy_dashboard": [key for keys in proposed for key in keys]}
    )
    if result["type"] != "create_entry":
        raise DemoError(f"the config flow of {home.name} ended with {result}")


async def reload(connection: Connection, home: Home) -> None:
    """Reload the entry of a household, which has it read anew."""
    for entity in await connection.call("config/entity_registry/list"):
        if entity["unique_id"] == f"{home.digest}_history_import":
            entry = entity["config_entry_id"]
            await connection.post(f"/api/config/config_entries/entry/{entry}/reload", {})


async def settle(connection: Connection, home: Home) -> None:
    """Wait until the history import of a household says 100 % and its statistics are stored."""
    told = ""

    async def look() -> tuple[bool, str]:
        nonlocal told
        part = await imported(connection, home)
        seen = await _states(connection) if part is None else f"history {part:.0f} %"
        if part is not None and seen != told:
            told = seen
            step(f"{home.name}: {seen}")
        return part == 100 and await _stored(connection, home), seen

    await connection.watch.until(f"the history of {home.name}", look)


async def enable(connection: Connection, all_homes: list[Home], keys: set[str]) -> None:
    """Enable sensors that start disabled, as a user may, and reload their entries at once."""
    numbers = [number for home in all_homes for number in (home.digest, home.account_digest)]
    wanted = {f"{number}_{key}" for number in numbers for key in keys}
    entries = set()
    for entity in await connection.call("config/entity_registry/list"):
        if entity["unique_id"] in wanted and entity["disabled_by"] is not None:
            await connection.call(
                "config/entity_registry/update", entity_id=entity["entity_id"], disabled_by=None
            )
            entries.add(entity["config_entry_id"])
    for entry in entries:
        await connection.post(f"/api/config/config_entries/entry/{entry}/reload", {})


async def imported(connection: Connection, home: Home) -> float | None:
    """Return how much of a household's history is imported, in %; None while that is not known."""
    entity_id = (await connection.entity_ids()).get(f"{home.digest}_history_import")
    state = (await connection.states()).get(entity_id or "")
    try:
        return float(state["state"]) if state else None
    except ValueError:  # unknown, unavailable
        return None


async def _states(connection: Connection) -> str:
    """Tell how the integration's entries are."""
    entries = await connection.call("config_entries/get", domain="octopus_japan")
    states = {f"{entry['state']} {entry['reason'] or ''}".strip() for entry in entries}
    return f"history not begun, {', '.join(sorted(states))}"


async def _stored(connection: Connection, home: Home) -> bool:
    ids = {home.statistic("consumption"), home.statistic("cost")}
    listed = await connection.call("recorder/list_statistic_ids")
    return ids <= {statistic["statistic_id"] for statistic in listed}


async def save_energy_preferences(
    connection: Connection, all_homes: list[Home], others: Sequence[dict[str, Any]] = ()
) -> None:
    """Put every household into the Energy dashboard as drawn from the grid, with its cost, and other sources beside them."""
    sources: list[dict[str, Any]] = [
        {
            "type": "grid",
            "name": f"{home.name} ({home.shape})",
            "stat_energy_from": home.statistic("consumption"),
            "stat_energy_to": None,
            "stat_cost": home.statistic("cost"),
            "entity_energy_price": None,
            "number_energy_price": None,
            "stat_compensation": None,
            "entity_energy_price_export": None,
            "number_energy_price_export": None,
            "cost_adjustment_day": 0,
        }
        for home in all_homes
    ]
    await connection.call("energy/save_prefs", energy_sources=[*sources, *others])
