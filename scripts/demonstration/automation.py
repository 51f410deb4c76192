"""Automations made of the blueprints by the interface of Home Assistant's own automation editor."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .connection import Connection
from .households import Home
from .rows import Row

APPLIANCE = "automation.none"
"""What they turn on and off; nothing here."""


def inputs(all_homes: Iterable[Home], entity_ids: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return what a user would choose, by the name of the blueprint: of a household whose plan has it."""

    def first(key: str) -> str:
        found = (entity_ids.get(f"{home.digest}_{key}") for home in all_homes)
        return next(entity_id for entity_id in found if entity_id)

    prices = first("current_price")
    return {
        "cheapest_time": {"prices": prices, "appliance": APPLIANCE},
        "while_cheapest": {
            "cheapest_rate": first("cheapest_rate"),
            "appliance": APPLIANCE,
        },
        "daily_report": {"prices": prices},
        "step_crossed": {"rate_band": first("rate_band")},
    }


async def automation_rows(connection: Connection, all_homes: Sequence[Home]) -> list[Row]:
    """Make an automation of each blueprint and say whether it loaded; take it away again."""
    entity_ids = await connection.entity_ids()
    rows = []
    for name, chosen in inputs(all_homes, entity_ids).items():
        path = f"/api/config/automation/config/demo_{name}"
        blueprint = {"path": f"octopus_japan/{name}.yaml", "input": chosen}
        await connection.post(path, {"alias": f"Demo {name}", "use_blueprint": blueprint})
        state = await _loaded(connection, f"automation.demo_{name}")
        rows.append(Row(f"automation of {name}", state, "on", state == "on"))
        await connection.delete(path)
    return rows


async def _loaded(connection: Connection, entity_id: str) -> str:
    """Return the state of an automation once it has one: the editor is answered before it is loaded."""
    state = "none"

    async def look() -> tuple[bool, str]:
        nonlocal state
        state = (await connection.states()).get(entity_id, {}).get("state", "none")
        return state != "none", state

    await connection.watch.until(f"{entity_id} to load", look)
    return state
