"""Who may import whom (docs/architecture.md)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
COMPONENT = ROOT / "custom_components" / "octopus_japan"
OURS = ("kraken", "tariff", "history", "coordinators")


def imports(file: Path) -> Iterator[str]:
    """Yield what a module imports: `.kraken.models` for ours, `homeassistant.core` for others'."""
    package = file.relative_to(COMPONENT).parent.parts
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = [*base, *(node.module.split(".") if node.module else ())]
            prefix = "." if node.level else ""
            yield prefix + ".".join(module)
            yield from (prefix + ".".join([*module, name.name]) for name in node.names)


def imported(package: str) -> dict[str, set[str]]:
    return {file.name: set(imports(file)) for file in (COMPONENT / package).rglob("*.py")}


def parts(names: set[str]) -> set[str]:
    """Return which parts of the house names belong to."""
    found = {name.lstrip(".").split(".")[0] for name in names if name.startswith(".")}
    return found & set(OURS)


ALLOWED = {
    "kraken": {"kraken"},
    "tariff": {"tariff"},
    "history": {"history"},
    "coordinators": set(OURS),
}


@pytest.mark.parametrize("package", OURS)
def test_nothing_imports_upwards(package: str) -> None:
    for file, names in imported(package).items():
        allowed = ALLOWED[package]
        if (package, file) == ("tariff", "from_kraken.py"):
            allowed = allowed | {"kraken"}
        assert parts(names) <= allowed, file


@pytest.mark.parametrize("package", ["kraken", "tariff"])
def test_the_pure_parts_know_nothing_of_home_assistant(package: str) -> None:
    for file, names in imported(package).items():
        assert not {name for name in names if name.startswith("homeassistant")}, file


def test_the_simulator_knows_nothing_of_the_integration() -> None:
    for file in (ROOT / "simulator").rglob("*.py"):
        assert "custom_components" not in file.read_text("utf-8"), file


def test_the_sync_stands_alone() -> None:
    for name in set(imports(COMPONENT / "history" / "sync.py")):
        assert not name.startswith((".", "homeassistant"))
