"""Japanese as docs/japanese.md has it: one word for one thing, and nothing left in English on a Japanese instance."""

from collections.abc import Iterator
import json
from pathlib import Path
import re
from typing import Any

from home import Home
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import list_statistic_ids
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest

from custom_components.octopus_japan.const import DOMAIN

ROOT = Path(__file__).parents[1]
COMPONENT = ROOT / "custom_components" / DOMAIN
GLOSSARY = ROOT / "docs" / "japanese.md"
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")

AS_IT_IS = {"kWh", "JPY", "%", "CO₂", "m³", "API"}
"""Whole texts that are the same in both languages."""
PLACEHOLDERS = re.compile(r"\{\w+\}|[\s0-9().,:/…-]")


def texts(node: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield from texts(value, f"{key}.{name}" if key else name)
    else:
        yield key, node


def sources() -> dict[str, str]:
    """Every file with Japanese that a user sees."""
    files = [COMPONENT / "translations" / "ja.json", COMPONENT / "frontend" / "words.js"]
    files += (ROOT / "blueprints").rglob("ja/*.yaml")
    return {file.relative_to(ROOT).as_posix(): file.read_text("utf-8") for file in files}


def forbidden() -> list[tuple[str, str]]:
    """The words that are not used, with what is."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in GLOSSARY.read_text("utf-8").splitlines()
        if line.startswith("|")
    ][2:]
    return [(word.strip(), row[1]) for row in rows for word in row[2].split(",") if word.strip()]


@pytest.mark.parametrize(("word", "instead"), forbidden())
def test_one_word_for_one_thing(word: str, instead: str) -> None:
    found = [name for name, text in sources().items() if word in text]
    assert not found, f"{word} stands in {found}: write {instead}"


def test_the_words_of_the_glossary_are_used() -> None:
    every = "".join(sources().values())
    rows = [line.strip("|").split("|") for line in GLOSSARY.read_text("utf-8").splitlines()]
    used = [row[1].split(",")[0].strip() for row in rows if len(row) == 3][2:]
    assert len(used) > 15
    assert [word for word in used if word not in every] == []


def test_every_text_is_translated() -> None:
    japanese = json.loads((COMPONENT / "translations" / "ja.json").read_text("utf-8"))
    left = {
        key: text
        for key, text in texts(japanese)
        if not JAPANESE.search(text)
        and PLACEHOLDERS.sub("", text) not in AS_IT_IS
        and PLACEHOLDERS.sub("", text)
    }
    assert left == {}


@pytest.mark.parametrize("households", [("gas-tokyo",), ("solar-tokyo",), ("green-tokyo",)])
async def test_nothing_is_english_on_a_japanese_instance(
    home: Home, households: tuple[str]
) -> None:
    home.hass.config.language = "ja"
    entry = await home.sign_in(households[0])
    entities = er.async_entries_for_config_entry(er.async_get(home.hass), entry.entry_id)
    named = {
        entity.entity_id: str(state.name)
        for entity in entities
        if (state := home.hass.states.get(entity.entity_id)) is not None
    }
    assert len(named) > 20
    named |= {
        device.id: str(device.name)
        for device in dr.async_entries_for_config_entry(dr.async_get(home.hass), entry.entry_id)
    }
    statistics = await get_instance(home.hass).async_add_executor_job(list_statistic_ids, home.hass)
    ours = [each for each in statistics if each["source"] == DOMAIN]
    assert len(ours) >= 2
    named |= {each["statistic_id"]: str(each["name"]) for each in ours}
    assert {key: name for key, name in named.items() if not JAPANESE.search(name)} == {}
    # Ids stay those of every language.
    assert [key for key in named if re.search(r"[^a-z0-9_.:]", key.lower())] == []
