"""The integration's own triggers, in real automations."""

from datetime import timedelta
from typing import Any

from automating import automating
from home import Home
from homeassistant.core import Event, HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.condition import (
    async_get_all_descriptions as async_get_condition_descriptions,
    async_validate_condition_config,
)
from homeassistant.helpers.translation import async_get_translations
from homeassistant.helpers.trigger import async_get_all_descriptions, async_validate_trigger_config
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events
import voluptuous as vol

from custom_components.octopus_japan.condition import CONDITIONS
from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.identity import digest
from custom_components.octopus_japan.trigger import TRIGGERS

HALF_HOUR = timedelta(minutes=30)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

ev = pytest.mark.parametrize("households", [("ev-tokyo",)])


def on(home: Home, household: str, trigger: str, **options: Any) -> dict[str, Any]:
    """An automation that tells by an event what triggered it, targeting the device of the supply point."""
    (entry,) = home.hass.config_entries.async_entries(DOMAIN)
    device = dr.async_get(home.hass).async_get_device_by_identifier(
        (DOMAIN, digest(home.spin(household))), entry.entry_id
    )
    assert device is not None
    return {
        "triggers": {
            "trigger": f"{DOMAIN}.{trigger}",
            "target": {"device_id": device.id},
            "options": options,
        },
        "actions": {
            "event": "ran",
            "event_data": {
                "at": "{{ now().strftime('%m-%d %H:%M') }}",
                "from": "{{ trigger.from_state.state }}",
                "to": "{{ trigger.to_state.state }}",
            },
        },
    }


def ran(events: list[Event]) -> list[str]:
    return [event.data["at"] for event in events]


@ev
async def test_price_changed(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    events = async_capture_events(home.hass, "ran")
    async with automating(home, on(home, "ev-tokyo", "price_changed")):
        for span in (HALF_HOUR, HALF_HOUR, HALF_HOUR, 11 * HOUR, HALF_HOUR, HALF_HOUR):
            await home.pass_time(span)
    # The cheap hours of the day end at 13, night begins at 1.
    assert ran(events) == ["11-20 13:00", "11-21 01:00"]
    truth, spin = home.simulator.truth, home.spin("ev-tokyo")
    prices = [float(truth.price(spin, event.time_fired).total) for event in events]
    assert [event.data["to"] for event in events] == prices


@ev
async def test_price_fell_below_and_rose_above(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    spin, truth = home.spin("ev-tokyo"), home.simulator.truth
    night = float(truth.price(spin, home.simulator.clock.now() + timedelta(hours=13.5)).total)
    # Dearer by day is not below; the night is.
    events = async_capture_events(home.hass, "ran")
    async with automating(
        home,
        on(home, "ev-tokyo", "price_fell_below", price=night + 1),
        on(home, "ev-tokyo", "price_fell_below", price=night),
        on(home, "ev-tokyo", "price_rose_above", price=night + 1),
        on(home, "ev-tokyo", "price_rose_above", price=1000),
    ):
        for span in (HOUR, HOUR, 11 * HOUR, HOUR, HOUR, HOUR, HOUR):
            await home.pass_time(span)
    assert ran(events) == ["11-20 13:00", "11-21 01:00", "11-21 05:00"]


@ev
async def test_a_limit_may_be_an_input_number(home: Home) -> None:
    """It is compared with as it is when the price changes; in the form that the editor saves as well."""
    await home.sign_in("ev-tokyo")
    # From 13:00 32.23 yen, from 1:00 21.56, from 5:00 32.23 again.
    home.hass.states.async_set("input_number.limit", "22")
    chosen = {"active_choice": "entity", "entity": "input_number.limit"}
    events = async_capture_events(home.hass, "ran")
    async with automating(
        home,
        on(home, "ev-tokyo", "price_fell_below", price="input_number.limit"),
        on(home, "ev-tokyo", "price_rose_above", price=chosen, behavior="all"),
        on(home, "ev-tokyo", "price_rose_above", price="sensor.nobody"),
    ):
        for span in (HOUR, 12 * HOUR):
            await home.pass_time(span)
        home.hass.states.async_set("input_number.limit", "40")
        await home.pass_time(4 * HOUR)
    assert ran(events) == ["11-20 13:00", "11-21 01:00"]


@pytest.mark.parametrize("households", [("solar-tokyo",)])
async def test_whatever_is_offered_can_fire_and_a_target_that_cannot_says_so(home: Home) -> None:
    """The editor offers what the filters let through, and the devices of these."""
    entry = await home.sign_in("solar-tokyo")
    registry = er.async_get(home.hass)
    ours = er.async_entries_for_config_entry(registry, entry.entry_id)
    triggers = await async_get_all_descriptions(home.hass)
    conditions = await async_get_condition_descriptions(home.hass)
    for described, keys, validate, word in (
        (triggers, TRIGGERS, validate_trigger, "platform"),
        (conditions, CONDITIONS, async_validate_condition_config, "condition"),
    ):
        for key in keys:
            item = described[f"{DOMAIN}.{key}"]
            assert item is not None
            (wanted,) = item["target"]["entity"]
            offered = [
                each
                for each in ours
                if each.domain in wanted["domain"]
                and each.unit_of_measurement
                in wanted.get("unit_of_measurement", [each.unit_of_measurement])
                and each.original_device_class
                in wanted.get("device_class", [each.original_device_class])
            ]
            assert offered
            options = {"price": 20} if "price_" in key and key != "price_changed" else {}
            options |= {"band": "night"} if key == "band_is" else {}
            config = {word: f"{DOMAIN}.{key}", "options": options}
            for each in offered:
                for target in ({"entity_id": each.entity_id}, {"device_id": each.device_id}):
                    if "device_id" in target and each.entity_category is not None:
                        continue
                    await validate(home.hass, {**config, "target": target})
            account = next(each for each in ours if each.translation_key == "balance")
            for target in ({}, {"device_id": account.device_id}):
                with pytest.raises(vol.Invalid, match="electricity supply point"):
                    await validate(home.hass, {**config, "target": target})


async def validate_trigger(hass: HomeAssistant, config: dict[str, Any]) -> None:
    await async_validate_trigger_config(hass, [config])


@ev
async def test_cheapest_rate_begins(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    events = async_capture_events(home.hass, "ran")
    async with automating(home, on(home, "ev-tokyo", "cheapest_rate_begins")):
        for span in (HOUR, 12 * HOUR, 9 * HOUR, HOUR, HOUR):
            await home.pass_time(span)
    assert ran(events) == ["11-21 11:00"]


@pytest.mark.parametrize("households", [("green-tokyo",)])
async def test_step_crossed_but_not_when_a_period_begins_anew(home: Home) -> None:
    await home.sign_in("green-tokyo")
    events = async_capture_events(home.hass, "ran")
    async with automating(
        home,
        on(home, "green-tokyo", "step_crossed"),
        on(home, "green-tokyo", "step_crossed", step=5),
    ):
        bands = []
        for _ in range(8):
            await home.pass_time(4 * DAY)
            bands.append(home.state(home.spin("green-tokyo"), "rate_band").state)
    # A month goes by: the first step, the second, perhaps the third, and the first again.
    climbed = [band for band, before in zip(bands[1:], bands, strict=False) if band > before]
    assert "step_2" in climbed
    assert bands[-1] == "step_1"
    assert [event.data["to"] for event in events] == climbed


@ev
async def test_automations_may_be_there_before_the_entry_is_loaded(home: Home) -> None:
    entry = await home.sign_in("ev-tokyo")
    automation = on(home, "ev-tokyo", "price_changed")
    await home.hass.config_entries.async_unload(entry.entry_id)
    events = async_capture_events(home.hass, "ran")
    async with automating(home, automation):
        await home.hass.config_entries.async_setup(entry.entry_id)
        await home.settle()
        assert not events
        await home.pass_time(2 * HALF_HOUR)
    assert ran(events) == ["11-20 13:00"]


@ev
async def test_other_entities_in_the_target_do_not_trigger(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    events = async_capture_events(home.hass, "ran")
    automation = on(home, "ev-tokyo", "price_changed")
    delay = home.state(home.spin("ev-tokyo"), "data_delay").entity_id
    automation["triggers"]["target"] = {"entity_id": [delay, "sensor.of_nobody"]}
    home.hass.states.async_set("sensor.of_nobody", "1")
    async with automating(home, automation):
        home.hass.states.async_set("sensor.of_nobody", "2")
        await home.pass_time(2 * HALF_HOUR)
    assert not events


@ev
@pytest.mark.parametrize(
    ("trigger", "options"),
    [
        ("price_fell_below", {}),
        ("price_rose_above", {"price": "cheap"}),
        ("step_crossed", {"step": 1}),
        ("price_changed", {"price": 1}),
    ],
)
async def test_options_are_checked(home: Home, trigger: str, options: dict[str, Any]) -> None:
    await home.sign_in("ev-tokyo")
    config = {
        "platform": f"{DOMAIN}.{trigger}",
        "target": {"entity_id": "sensor.price"},
        "options": options,
    }
    with pytest.raises(vol.Invalid):
        await async_validate_trigger_config(home.hass, [config])


@ev
async def test_every_trigger_is_described(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    described = {
        key: description
        for key, description in (await async_get_all_descriptions(home.hass)).items()
        if key.startswith(f"{DOMAIN}.")
    }
    assert set(described) == {f"{DOMAIN}.{key}" for key in TRIGGERS}
    for language in ("en", "ja"):
        texts = await async_get_translations(home.hass, language, "triggers", {DOMAIN})
        for key in TRIGGERS:
            description = described[f"{DOMAIN}.{key}"]
            assert description is not None
            base = f"component.{DOMAIN}.triggers.{key}"
            assert f"{base}.name" in texts
            assert f"{base}.description" in texts
            for field in description.get("fields", {}):
                assert f"{base}.fields.{field}.name" in texts
                assert f"{base}.fields.{field}.description" in texts
