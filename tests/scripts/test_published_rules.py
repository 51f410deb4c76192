"""The rules of Home Assistant's and HACS's own checks: they hold, and each one finds what breaks it."""

from collections.abc import Callable
import json
from pathlib import Path
import shutil
from typing import Any

import pytest

from scripts.published_rules import COMPONENT, ROOT, broken_rules

NAMES = ("manifest.json", "icons.json", "services.yaml", "triggers.yaml", "conditions.yaml")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """What is published, to break."""
    component = tmp_path / "custom_components" / COMPONENT.name
    component.mkdir(parents=True)
    for name in NAMES:
        shutil.copy(COMPONENT / name, component)
    for folder in ("translations", "brand"):
        shutil.copytree(COMPONENT / folder, component / folder)
    for name in ("hacs.json", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def faults(root: Path) -> list[str]:
    return broken_rules(root / "custom_components" / COMPONENT.name, root)


def test_every_rule_holds(root: Path) -> None:
    assert not broken_rules()
    assert not faults(root)


def set_text(tree: dict[str, Any], path: str, text: object) -> None:
    *above, last = path.split(".")
    for key in above:
        tree = tree.setdefault(key, {})
    tree[last] = text


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        ("exceptions.not_a_time.message", "Cannot read '{value}'", "single quotes"),
        ("exceptions.not_a_time.message", "Cannot read {value", "expected '}'"),
        ("exceptions.not_a_time.message", "Cannot read {a value}", "is no name"),
        ("exceptions.not_a_time.message", "Look at https://example.com", "an address"),
        ("exceptions.not_a_time.message", "<b>Bold</b>", "HTML"),
        ("exceptions.not_a_time.message", "Blank ", "blanks"),
        ("entity.sensor.rate_band.state.night", "{night}", "no placeholders"),
        ("exceptions.Not_a_time.message", "x", "not a translation key"),
        ("nothing.like.that", "x", "unknown section"),
        ("services.not_there.name", "x", "has texts but is not there"),
        ("services.get_prices.description", "", "get_prices has no description"),
        ("services.get_prices.fields.start.name", "", "get_prices.start has no name"),
        ("options.step.general.data_description.nowhere", "x", "not in data"),
        ("issues.hours_unknown.description", "x", "either"),
    ],
)
def test_a_text_that_breaks_a_rule(root: Path, path: str, text: str, says: str) -> None:
    file = root / "custom_components" / COMPONENT.name / "translations" / "en.json"
    tree = json.loads(file.read_text("utf-8"))
    set_text(tree, path, text)
    file.write_text(json.dumps(tree), "utf-8")
    assert any(says in fault for fault in faults(root)), faults(root)


def without(key: str) -> Callable[[dict[str, Any]], None]:
    return lambda tree: tree.pop(key)


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("manifest.json", without("version"), "version"),
        ("manifest.json", without("issue_tracker"), "issue_tracker"),
        ("manifest.json", lambda tree: tree.update(version="soon"), "not a version"),
        ("manifest.json", lambda tree: tree.update(domain=tree.pop("domain")), "alphabet"),
        ("icons.json", lambda tree: tree["services"].update(x={"service": "fire"}), "icons.json"),
        ("../../hacs.json", lambda tree: tree.update(unheard=1), "hacs.json"),
    ],
)
def test_a_file_that_breaks_a_rule(
    root: Path, name: str, change: Callable[[dict[str, Any]], None], says: str
) -> None:
    file = root / "custom_components" / COMPONENT.name / name
    tree = json.loads(file.read_text("utf-8"))
    change(tree)
    file.write_text(json.dumps(tree), "utf-8")
    assert any(says in fault for fault in faults(root)), faults(root)


def test_an_unknown_selector(root: Path) -> None:
    file = root / "custom_components" / COMPONENT.name / "services.yaml"
    file.write_text(
        "get_prices:\n  fields:\n    start:\n      selector:\n        dials:\n", "utf-8"
    )
    assert any("services.yaml" in fault for fault in faults(root))


@pytest.mark.parametrize(
    "name", ["README.md", "LICENSE", "custom_components/octopus_japan/brand/icon.png"]
)
def test_a_file_that_is_missing(root: Path, name: str) -> None:
    (root / name).unlink()
    assert any("missing" in fault for fault in faults(root))


def test_two_integrations(root: Path) -> None:
    shutil.copytree(
        root / "custom_components" / COMPONENT.name, root / "custom_components" / "other"
    )
    assert any("exactly one" in fault for fault in faults(root))
