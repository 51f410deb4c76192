"""The quality scale: evidence for each rule (docs/quality_scale.md), and the rules that a program can check."""

import ast
from collections.abc import Iterator
import json
from pathlib import Path
import re

from home import Home
from homeassistant.const import Platform
from homeassistant.helpers import entity_registry as er
import pytest
import yaml

from custom_components.octopus_japan.const import DOMAIN, PLATFORMS

ROOT = Path(__file__).parents[1]
COMPONENT = ROOT / "custom_components" / DOMAIN
PAGE = (ROOT / "docs" / "quality_scale.md").read_text("utf-8")
RULES = yaml.safe_load((COMPONENT / "quality_scale.yaml").read_text("utf-8"))["rules"]
ROWS = re.findall(r"^\| ([a-z-]+) \| (.+) \|$", PAGE, re.MULTILINE)
EVIDENCE = {rule: shown for rule, shown in ROWS if rule not in {"rule", "---"}}
LINK = re.compile(r"\[([^]]+)\]\(\.\./([^)#]+)(?:#([^)]+))?\)")


def sources(*, without_library: bool = False) -> Iterator[tuple[Path, ast.Module]]:
    for file in sorted(COMPONENT.rglob("*.py")):
        if not (without_library and "oejp" in file.relative_to(COMPONENT).parts):
            yield file, ast.parse(file.read_text("utf-8"))


def anchors(file: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_rule_has_its_line() -> None:
    assert list(EVIDENCE) == list(RULES)
    for rule, status in RULES.items():
        assert EVIDENCE[rule].startswith("exempt: ") is (status != "done"), rule


@pytest.mark.parametrize("rule", [rule for rule, status in RULES.items() if status == "done"])
def test_what_shows_it_is_there(rule: str) -> None:
    links = LINK.findall(EVIDENCE[rule])
    assert links, rule
    for text, path, anchor in links:
        file = ROOT / path
        assert file.exists(), path
        if text.startswith("`"):
            assert f"def {text.strip('`')}(" in file.read_text("utf-8"), text
        if anchor:
            assert anchor in anchors(file), f"{path}#{anchor}"


# ---------------------------------------------------------------- what a program can check


TRANSLATED = {
    "HomeAssistantError",
    "ServiceValidationError",
    "UpdateFailed",
    "ConfigEntryAuthFailed",
    "ConfigEntryNotReady",
    "ConfigEntryError",
}


def test_every_error_that_a_user_sees_is_translated() -> None:
    texts = json.loads((COMPONENT / "translations" / "en.json").read_text("utf-8"))["exceptions"]
    found = 0
    for file, tree in sources(without_library=True):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", None) not in TRANSLATED:
                continue
            found += 1
            keywords = {keyword.arg: keyword.value for keyword in node.keywords}
            where = f"{file.name}:{node.lineno}"
            assert {"translation_domain", "translation_key"} <= keywords.keys(), where
            key = keywords["translation_key"]
            if isinstance(key, ast.Constant):
                assert key.value in texts, where
    assert found > 10


def test_every_platform_says_how_many_updates_run_at_once() -> None:
    for platform in PLATFORMS:
        text = (COMPONENT / f"{platform}.py").read_text("utf-8")
        assert re.search(r"^PARALLEL_UPDATES = \d+$", text, re.MULTILINE), platform


def test_sessions_are_home_assistants() -> None:
    for file, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", None))
                assert name != "ClientSession", f"{file.name}:{node.lineno}"


BLOCKING = {("time", "sleep"), ("requests", "get"), ("urllib", "urlopen")}


def test_nothing_blocks_the_event_loop() -> None:
    for file, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                called = getattr(node.func.value, "id", None), node.func.attr
                assert called not in BLOCKING, f"{file.name}:{node.lineno}"
            if isinstance(node, ast.Import):
                assert not {name.name for name in node.names} & {"requests", "urllib.request"}


def test_what_runs_stands_in_the_entry() -> None:
    for file, tree in sources(without_library=True):
        for node in ast.walk(tree):
            if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute):
                stored = node.value.attr == "data" and getattr(node.value.value, "id", "") == "hass"
                key = getattr(node.slice, "id", None)
                assert not (stored and key == "DOMAIN"), f"{file.name}:{node.lineno}"


def test_no_entity_subscribes_by_itself() -> None:
    """Whatever an entity follows is followed from when it is added, and no longer than it is there."""
    for file, tree in sources(without_library=True):
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and node.name.startswith("Octopus"):
                for method in node.body:
                    if isinstance(method, ast.FunctionDef) and method.name == "__init__":
                        assert "async_track" not in ast.unparse(method), f"{file.name}:{node.name}"
                        assert "add_listener" not in ast.unparse(method), f"{file.name}:{node.name}"


def test_the_manifest_names_an_owner_and_no_logger_of_ours() -> None:
    manifest = json.loads((COMPONENT / "manifest.json").read_text("utf-8"))
    assert all(owner.startswith("@") for owner in manifest["codeowners"])
    assert manifest["codeowners"]
    assert not [name for name in manifest.get("loggers", ()) if DOMAIN in name]
    assert manifest["quality_scale"] == "platinum"
    assert manifest["config_flow"] is True


@pytest.mark.parametrize("households", [("solar-tokyo",), ("gas-tokyo",)])
async def test_every_entity_is_named_unique_and_of_a_device(
    home: Home, households: tuple[str]
) -> None:
    home.leave_readings_out()
    entry = await home.sign_in(households[0])
    entities = er.async_entries_for_config_entry(er.async_get(home.hass), entry.entry_id)
    assert len(entities) > 20
    assert len({(entity.domain, entity.unique_id) for entity in entities}) == len(entities)
    for entity in entities:
        assert entity.has_entity_name, entity.entity_id
        assert entity.translation_key, entity.entity_id
        assert entity.device_id, entity.entity_id
        assert entity.domain in set(Platform)
