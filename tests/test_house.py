"""Who may import whom: a line for every package and every loose module (docs/architecture.md).

Imports for type checking count. A module that has no line fails, and so does an import that no line allows.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
COMPONENT = ROOT / "custom_components" / "octopus_japan"

GROUND = {"oejp.interval", "oejp.japan_time"}
PLATFORM = {"const", "runtime", "entity", "presentation", "coordinators", "oejp"}

# A room, and the rooms that it may import. A room is a package or a loose module; within a room all is free.
HOUSE: dict[str, set[str]] = {
    # The library wing.
    "oejp": set(),
    "oejp.interval": set(),
    "oejp.japan_time": set(),
    "oejp.kraken": GROUND,
    "oejp.tariff": GROUND,
    "oejp.tariff.from_kraken": GROUND | {"oejp.tariff", "oejp.kraken"},
    "oejp.household": GROUND | {"oejp.tariff", "oejp.tariff.from_kraken", "oejp.kraken"},
    "oejp.probe": {"oejp.kraken", "oejp.tariff"},
    # The Home Assistant wing, from the ground up.
    "const": set(),
    "identity": {"const"},
    "store": {"const", "oejp"},
    "issues": {"const"},
    "recorder": GROUND | {"const", "oejp.household.hour"},
    "coordinators": {"const", "identity", "store", "issues", "recorder", "oejp"},
    "oauth": {"const", "oejp.kraken"},
    "application_credentials": {"oauth"},
    "runtime": {"const", "store", "issues", "coordinators", "oauth", "oejp"},
    "entering": {"const", "identity", "coordinators", "oejp"},
    "entering_plan": {"const", "entering", "oejp"},
    "renumbering": {"const", "runtime"},
    "plan_repairs": {
        "coordinators.tariff_book",
        "entering",
        "identity",
        "issues",
        "runtime",
        "oejp",
    },
    "bill_repairs": {"const", "identity", "issues", "presentation", "runtime", "oejp"},
    "probing": {"const", "runtime", "oejp"},
    "report_repairs": {"probing", "runtime", "oejp"},
    "repairs": {"energy_repairs", "plan_repairs", "report_repairs"},
    "energy_dashboard": {"const", "identity", "recorder"},
    "energy_repairs": {
        "const",
        "identity",
        "issues",
        "runtime",
        "entity",
        "energy_dashboard",
        "coordinators",
        "recorder",
        "oejp",
    },
    "found_points": {"const", "identity", "energy_dashboard", "oejp"},
    "service_repairs": {"const", "identity", "issues", "runtime", "coordinators", "oejp"},
    "shared_points": {"const", "identity", "issues", "runtime"},
    "entity": {
        "const",
        "identity",
        "runtime",
        "shared_points",
        "coordinators.tariff_book",
        "oejp.household.plan_shape",
        "oejp.household.gas",
        "oejp.household.accounts",
        "oejp.household.supply",
        "oejp.kraken.models",
    },
    "presentation": {"const", "coordinators", "oejp"},
    "automation_targets": {"const"},
    "actions": {
        "const",
        "identity",
        "entering",
        "probing",
        "runtime",
        "presentation",
        "coordinators",
        "recorder",
        "oejp",
    },
    "entities": {"const", "entity", "presentation", "coordinators", "oejp"},
    "sensor": PLATFORM | {"entities"},
    "binary_sensor": PLATFORM | {"entities"},
    "calendar": PLATFORM | {"entities"},
    "trigger": {"automation_targets"},
    "condition": {"automation_targets", "presentation"},
    "llm": {"const"},
    "diagnostics": {
        "const",
        "identity",
        "probing",
        "runtime",
        "store",
        "coordinators",
        "oejp",
    },
    "system_health": {"const", "runtime", "coordinators.without_login", "oejp"},
    "bill_lessons": {"oejp"},
    "options_flow": {
        "bill_lessons",
        "const",
        "coordinators",
        "energy_dashboard",
        "energy_repairs",
        "entering",
        "identity",
        "oejp",
        "runtime",
    },
    "oauth_flow": {"const", "oauth"},
    "without_login_flow": {
        "const",
        "coordinators",
        "entering",
        "entering_plan",
        "identity",
        "issues",
        "oauth",
        "oejp",
        "renumbering",
        "runtime",
    },
    "config_flow": {
        "const",
        "coordinators.without_login",
        "energy_dashboard",
        "found_points",
        "identity",
        "issues",
        "oauth",
        "oauth_flow",
        "oejp",
        "options_flow",
        "renumbering",
        "runtime",
        "without_login_flow",
    },
    "dashboard": {"const"},
    "__init__": {
        "dashboard",
        "energy_repairs",
        "service_repairs",
        "shared_points",
        "const",
        "identity",
        "issues",
        "oauth",
        "runtime",
        "store",
        "coordinators",
        "bill_repairs",
        "plan_repairs",
        "actions",
    },
}


def room_of(module: str) -> str | None:
    """Return the room of a module: the longest line of the table that it is or stands under."""
    fitting = [room for room in HOUSE if module == room or module.startswith(f"{room}.")]
    return max(fitting, key=len, default=None)


def name_of(file: Path) -> str:
    parts = file.relative_to(COMPONENT).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


MODULES = {name_of(file): file for file in COMPONENT.rglob("*.py")}


def imports(file: Path) -> Iterator[tuple[str, bool]]:
    """Yield what a module imports, and whether it is ours: `oejp.kraken.models`, `homeassistant.core`."""
    package = file.relative_to(COMPONENT).parent.parts
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((name.name, False) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or "", False
        elif isinstance(node, ast.ImportFrom):
            base = [*package[: len(package) - node.level + 1]]
            module = ".".join([*base, *(node.module.split(".") if node.module else ())])
            for name in node.names:
                inner = ".".join(filter(None, [module, name.name]))
                yield inner if inner in MODULES else module, True


def allowed(room: str, module: str) -> bool:
    """A line allows a room with all that stands under it, and a module by its own name."""
    return room_of(module) == room or any(
        module == item or module.startswith(f"{item}.") for item in HOUSE[room]
    )


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_module_imports_only_what_its_line_allows(module: str) -> None:
    room = room_of(module)
    assert room is not None, "give it a line in HOUSE"
    foreign = {name for name, ours in imports(MODULES[module]) if ours and not allowed(room, name)}
    assert not foreign


@pytest.mark.parametrize("room", HOUSE)
def test_every_line_is_a_room(room: str) -> None:
    assert any(room_of(module) == room for module in MODULES)


def test_no_arrow_turns_back() -> None:
    arrows = {
        (room_of(module), room_of(name))
        for module, file in MODULES.items()
        for name, ours in imports(file)
        if ours and room_of(module) != room_of(name)
    }
    left = {room for arrow in arrows for room in arrow}
    while free := {room for room in left if not any(a == room and b in left for a, b in arrows)}:
        left -= free
    assert not left, "a circle"


@pytest.mark.parametrize("module", sorted(name for name in MODULES if name.startswith("oejp")))
def test_the_library_knows_nothing_of_home_assistant(module: str) -> None:
    for name, ours in imports(MODULES[module]):
        assert name.startswith("oejp") if ours else not name.startswith("homeassistant")


def test_the_simulator_knows_nothing_of_the_integration() -> None:
    for file in (ROOT / "simulator").rglob("*.py"):
        assert "custom_components" not in file.read_text("utf-8"), file
