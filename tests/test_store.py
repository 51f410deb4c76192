"""What is stored: read part by part, so that nothing in the file ever stops the entry or takes another part along."""

from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
import json
from pathlib import Path
from typing import Any

from home import Home
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from hypothesis import given, settings, strategies as st
import pytest

from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.oejp.kraken import ReadingPath
from custom_components.octopus_japan.store import (
    AskedWindow,
    BandSeen,
    Bill,
    BillLine,
    ChosenPath,
    CrossedStep,
    EnteredHours,
    EnteredRate,
    ObservedRate,
    OctopusStore,
    Parts,
    read_parts,
)

AT = datetime(2026, 11, 1, 15, tzinfo=UTC)
LATER = datetime(2026, 12, 1, 15, tzinfo=UTC)
LINE = BillLine("JPN_ELECTRICITY_FUEL", AT, LATER, Decimal(310), Decimal(-9), None, "GREEN", "ab")


def full() -> Parts:
    """Every part, with something in it."""
    return Parts(
        observed_rates={
            "GREEN": [ObservedRate("fuel_cost_adjustment", Decimal("-1.20"), AT, None, LATER)]
        },
        bills={"0a": [Bill("1001", (LINE, BillLine())), Bill("1002")]},
        bands_seen={"0b": [BandSeen(date(2026, 11, 1), 47, "CONSUMPTION_03_NIGHT", 12)]},
        reading_paths={"0b": ChosenPath(ReadingPath.MEASUREMENTS, ReadingPath.SUPPLY_POINT, AT)},
        asked_windows={"0b": [AskedWindow(AT, LATER, 2), AskedWindow(LATER)]},
        crossed_steps={"0b": CrossedStep(AT, Decimal(120), AT)},
        entered_rates={
            "GREEN": [EnteredRate("fuel_cost_adjustment", date(2026, 10, 1), Decimal("3.30"))]
        },
        entered_hours={"0b": [EnteredHours("NIGHT", 2, 10, (11, 12))]},
    )


def as_json(parts: Parts) -> dict[str, Any]:
    """What stands in the file."""
    from custom_components.octopus_japan.store import _ENCODER

    stored: dict[str, Any] = json.loads(json.dumps(_ENCODER.encode(parts)))
    return stored


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["NaN", "1E+999999999", "9999-12-31T23:59:59Z", "0001-01-01", "2026-11-01"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = [item.name for item in fields(Parts)]


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every position of a JSON tree."""
    found = [path]
    if isinstance(tree, dict | list):
        for key, inner in tree.items() if isinstance(tree, dict) else enumerate(tree):
            found += places(inner, (*path, key))
    return found


def put(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    copy[path[0]] = put(copy[path[0]], path[1:], value)
    return copy


STORED = as_json(full())
PLACES = places(STORED)


def test_what_is_written_is_read() -> None:
    assert read_parts(STORED) == (full(), ())


@given(JSON)
def test_a_file_of_anything_is_read(raw: Any) -> None:
    parts, forgotten = read_parts(raw)
    assert set(forgotten) <= set(NAMES)
    assert as_json(parts)


@given(st.sampled_from(PLACES[1:]), JSON)
@settings(max_examples=500)
def test_anything_anywhere_costs_its_own_part_at_most(path: tuple[Any, ...], value: Any) -> None:
    parts, forgotten = read_parts(put(STORED, path, value))
    kept = full()
    assert set(forgotten) <= {path[0]}
    for name in NAMES:
        if name != path[0]:
            assert getattr(parts, name) == getattr(kept, name)
    # What was understood can be written and read again as it is: nothing half understood stays.
    assert read_parts(as_json(parts)) == (parts, ())


@given(st.dictionaries(st.text(max_size=8), JSON, max_size=3))
def test_parts_of_other_versions_are_left_out(others: dict[str, Any]) -> None:
    assert read_parts({**others, **STORED}) == (full(), ())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("reading_paths", "0b", "recent"), "by_pigeon"),
        (("crossed_steps", "0b", "period_start"), 1_790_000_000),
        (("crossed_steps", "0b", "period_start"), "2026-11-01T00:00:00"),
        (("crossed_steps", "0b", "period_start"), "9999-12-31T23:59:59+00:00"),
        (("crossed_steps", "0b", "period_start"), "0001-01-01T00:00:00+09:00"),
        (("crossed_steps", "0b", "kwh"), None),
        (("crossed_steps", "0b", "kwh"), 120),
        (("crossed_steps", "0b", "at"), "soon"),
        (("entered_rates", "GREEN", 0, "price"), float("nan")),
        (("entered_rates", "GREEN", 0, "price"), 3.3),
        (("entered_rates", "GREEN", 0, "price"), "NaN"),
        (("entered_rates", "GREEN", 0, "price"), "1E+21"),
        (("entered_rates", "GREEN", 0, "price"), "three"),
        (("entered_rates", "GREEN", 0, "month"), "1066-10-14"),
        (("bills", "0a", 0, "identifier"), 1001),
        (("bills", "0a", 0, "lines", 1, "supply_type"), 7),
    ],
)
def test_what_makes_no_sense_is_forgotten(path: tuple[Any, ...], value: Any) -> None:
    parts, forgotten = read_parts(put(STORED, path, value))
    assert forgotten == (path[0],)
    left = getattr(parts, path[0])
    if path[0] == "bills":
        # Not a line alone, for the bill would count as read; and not the other bill.
        assert left == {"0a": [Bill("1002")]}
    elif isinstance(next(iter(left.values()), None), list):
        assert left == {path[1]: []}
    else:
        assert left == {}


def test_a_dictionary_for_a_list_costs_that_key() -> None:
    parts, forgotten = read_parts({**STORED, "bills": {"0a": {}, "0c": [{"identifier": "7"}]}})
    assert parts.bills == {"0c": [Bill("7")]}
    assert forgotten == ("bills",)


async def test_what_is_saved_is_loaded(hass: HomeAssistant, hass_storage: dict[str, Any]) -> None:
    store = OctopusStore(hass, "entry")
    await store.async_load()
    assert store.parts == Parts()
    store.parts = full()
    await store.async_save_now()
    again = OctopusStore(hass, "entry")
    await again.async_load()
    assert again.parts == full()
    await again.async_remove()
    assert hass_storage == {}


@pytest.mark.parametrize("version", [1, 2, 3, 999])
async def test_a_file_of_another_version_is_read_as_far_as_it_can_be(
    hass: HomeAssistant, hass_storage: dict[str, Any], version: int
) -> None:
    hass_storage[f"{DOMAIN}.entry"] = {"version": version, "key": "x", "data": STORED}
    store = OctopusStore(hass, "entry")
    await store.async_load()
    assert store.parts == full()


@pytest.mark.parametrize(
    "content",
    [
        "",
        "null",
        "[]",
        "{}",
        "7",
        "{",
        '{"version": "two", "data": {}}',
        '{"version": null, "data": {}}',
        '{"version": 2}',
        '{"version": 2, "data": null}',
        '{"version": 2, "data": [1]}',
        '{"version": 2, "data": {"complete": NaN}}',
        '{"version": 99999999, "data": {}}',
        "\x00\x01",
        "[" * 100_000,
    ],
)
async def test_no_file_stops_the_entry(hass: HomeAssistant, tmp_path: Path, content: str) -> None:
    """A real file on a real disk."""
    hass.config.config_dir = str(tmp_path)
    (tmp_path / ".storage").mkdir()
    (tmp_path / ".storage" / f"{DOMAIN}.entry").write_text(content, "utf-8")
    store = OctopusStore(hass, "entry")
    await store.async_load()
    assert store.parts == Parts()
    store.parts = full()
    await store.async_save_now()
    again = OctopusStore(hass, "entry")
    await again.async_load()
    assert again.parts == full()


@pytest.mark.parametrize("since", [date(2025, 9, 18)])
async def test_a_broken_part_is_told_and_the_entry_starts(
    home: Home, hass_storage: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    entry = await home.sign_in("green-tokyo")
    await home.hass.config_entries.async_unload(entry.entry_id)
    stored = hass_storage[f"{DOMAIN}.{entry.entry_id}"]["data"]
    bills = stored["bills"]
    assert bills
    stored["reading_paths"] = {"0b": {"recent": "by_pigeon"}}
    await home.hass.config_entries.async_setup(entry.entry_id)
    await home.settle()
    assert entry.state is ConfigEntryState.LOADED
    assert "Stored data could not be read, in part: reading_paths" in [
        record.getMessage() for record in caplog.records if record.levelname == "WARNING"
    ]
    assert as_json(entry.runtime_data.memory.parts)["bills"] == bills


async def test_what_was_learned_last_is_saved_at_unload(
    home: Home, hass_storage: dict[str, Any]
) -> None:
    """It is saved some seconds after it is learned: a restart does not wait for them."""
    home.leave_readings_out()
    entry = await home.sign_in("green-tokyo")
    kept = full()
    entry.runtime_data.memory.parts = kept
    await home.hass.config_entries.async_unload(entry.entry_id)
    stored = hass_storage.get(f"{DOMAIN}.{entry.entry_id}", {"data": {}})["data"]
    assert stored.get("entered_rates") == as_json(kept)["entered_rates"]


async def test_removing_the_entry_forgets_all(home: Home, hass_storage: dict[str, Any]) -> None:
    home.leave_readings_out()
    entry = await home.sign_in("green-tokyo")
    await home.hass.config_entries.async_unload(entry.entry_id)
    assert f"{DOMAIN}.{entry.entry_id}" in hass_storage
    await home.hass.config_entries.async_remove(entry.entry_id)
    assert f"{DOMAIN}.{entry.entry_id}" not in hass_storage
