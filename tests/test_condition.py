"""The integration's own conditions, in real automations."""

from datetime import timedelta
from typing import Any

from automating import automating
from home import Home
from homeassistant.helpers.condition import (
    async_get_all_descriptions,
    async_validate_condition_config,
)
from homeassistant.helpers.translation import async_get_translations
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events
import voluptuous as vol

from custom_components.octopus_japan.condition import CONDITIONS
from custom_components.octopus_japan.const import DOMAIN

HOUR = timedelta(hours=1)

ev = pytest.mark.parametrize("households", [("ev-tokyo",)])


def while_(home: Home, condition: str, entity_id: str, **options: Any) -> dict[str, Any]:
    """An automation that is asked to run by an event and tells by another that it did."""
    return {
        "triggers": {"trigger": "event", "event_type": "run"},
        "conditions": {
            "condition": f"{DOMAIN}.{condition}",
            "target": {"entity_id": entity_id},
            "options": options,
        },
        "actions": {"event": "ran", "event_data": {"at": "{{ now().strftime('%H:%M') }}"}},
    }


async def run_hourly(home: Home, automation: dict[str, Any], hours: int) -> list[str]:
    events = async_capture_events(home.hass, "ran")
    async with automating(home, automation):
        for _ in range(hours):
            home.hass.bus.async_fire("run")
            await home.hass.async_block_till_done()
            await home.pass_time(HOUR)
    return [event.data["at"] for event in events]


@ev
async def test_is_cheapest_rate(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    cheapest = home.state(home.spin("ev-tokyo"), "cheapest_rate", "binary_sensor").entity_id
    ran = await run_hourly(home, while_(home, "is_cheapest_rate", cheapest), 3)
    assert ran == ["12:00"]


@ev
async def test_price_below(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    price = home.state(home.spin("ev-tokyo"), "current_price")
    limit = float(price.state) + 0.01
    ran = await run_hourly(home, while_(home, "price_below", price.entity_id, price=limit), 3)
    assert ran == ["12:00"]


@ev
async def test_price_above_a_limit_that_an_input_number_has(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    price = home.state(home.spin("ev-tokyo"), "current_price")
    home.hass.states.async_set("input_number.limit", price.state)
    automation = while_(home, "price_above", price.entity_id, price="input_number.limit")
    # From 13:00 it is dearer.
    assert await run_hourly(home, automation, 3) == ["13:00", "14:00"]


@ev
async def test_band_is(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    band = home.state(home.spin("ev-tokyo"), "rate_band").entity_id
    ran = await run_hourly(home, while_(home, "band_is", band, band=["night", "day"]), 3)
    assert ran == ["12:00"]


@ev
async def test_the_limit_itself_is_not_below(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    price = home.state(home.spin("ev-tokyo"), "current_price")
    automation = while_(home, "price_below", price.entity_id, price=float(price.state))
    assert not await run_hourly(home, automation, 1)


@ev
async def test_false_without_a_price(home: Home) -> None:
    entry = await home.sign_in("ev-tokyo")
    price = home.state(home.spin("ev-tokyo"), "current_price").entity_id
    await home.hass.config_entries.async_unload(entry.entry_id)
    assert not await run_hourly(home, while_(home, "price_below", price, price=1000), 1)


@ev
@pytest.mark.parametrize("options", [{}, {"price": "cheap"}])
async def test_options_are_checked(home: Home, options: dict[str, Any]) -> None:
    await home.sign_in("ev-tokyo")
    config = {
        "condition": f"{DOMAIN}.price_below",
        "target": {"entity_id": "sensor.price"},
        "options": options,
    }
    with pytest.raises(vol.Invalid):
        await async_validate_condition_config(home.hass, config)


@ev
async def test_every_condition_is_described(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    described = {
        key: description
        for key, description in (await async_get_all_descriptions(home.hass)).items()
        if key.startswith(f"{DOMAIN}.")
    }
    assert set(described) == {f"{DOMAIN}.{key}" for key in CONDITIONS}
    for language in ("en", "ja"):
        texts = await async_get_translations(home.hass, language, "conditions", {DOMAIN})
        for key in CONDITIONS:
            description = described[f"{DOMAIN}.{key}"]
            assert description is not None
            base = f"component.{DOMAIN}.conditions.{key}"
            assert f"{base}.name" in texts
            assert f"{base}.description" in texts
            for field in description.get("fields", {}):
                assert f"{base}.fields.{field}.name" in texts
