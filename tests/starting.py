"""Home Assistant as it starts in life: from what it stored when it stopped, not running until everything had its turn."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from home import Home
from homeassistant.bootstrap import async_load_base_functionality
from homeassistant.config import async_hass_config_yaml
from homeassistant.config_entries import ConfigEntries
from homeassistant.core import CoreState, Event, HomeAssistant
from homeassistant.loader import DATA_CUSTOM_COMPONENTS
from homeassistant.setup import async_setup_component
from homeassistant.util.async_ import get_scheduled_timer_handles
from homeassistant.util.yaml import save_yaml
from pytest_homeassistant_custom_component.common import (
    async_capture_events,
    async_test_home_assistant,
)

from custom_components.octopus_japan.const import DOMAIN
from simulator import Simulator

APPLIANCE = "input_boolean.appliance"
LATE_APPLIANCE = "switch.late"
"""Is there only while `PLUGGED` is on, and then is on while `APPLIANCE` is."""

PLUGGED = "input_boolean.plugged"

CONFIGURATION = f"""\
input_boolean:
  appliance:
  plugged:
template:
  switch:
    name: Late
    unique_id: late
    availability: "{{{{ is_state('{PLUGGED}', 'on') }}}}"
    state: "{{{{ is_state('{APPLIANCE}', 'on') }}}}"
    turn_on:
      action: input_boolean.turn_on
      target: &appliance
        entity_id: {APPLIANCE}
    turn_off:
      action: input_boolean.turn_off
      target: *appliance
automation: !include automations.yaml
"""

type Recording = Callable[[HomeAssistant], AbstractAsyncContextManager[Any]]


class Residence:
    """A configuration folder that lasts, and the storage of the test kit: what stays while Home Assistant is down."""

    def __init__(
        self,
        folder: Path,
        simulator: Simulator,
        freezer: FrozenDateTimeFactory,
        recording: Recording,
    ) -> None:
        self.folder = folder
        self.simulator = simulator
        self.freezer = freezer
        self._recording = recording
        self.told: list[Event] = []
        (folder / "configuration.yaml").write_text(CONFIGURATION)
        self.save()

    def save(self, *automations: dict[str, Any]) -> None:
        """Write the automations, as the editor does. A running Home Assistant has to be told to reload."""
        identified = [
            {"id": str(number), "alias": f"Automation {number}", **automation}
            for number, automation in enumerate(automations)
        ]
        save_yaml(str(self.folder / "automations.yaml"), identified)

    def move_to(self, day: str, time: str) -> None:
        """Let time pass in Japan while Home Assistant is down."""
        span = datetime.fromisoformat(f"{day}T{time}:00+09:00") - self.simulator.clock.now()
        self.simulator.clock.advance(span)
        self.freezer.tick(span)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Home]:
        """Start Home Assistant, and stop it in the end, in order. What it tells by the event `told` is in `told`.

        Its parts are set up while it is not running yet; then come the event of start, the states of what is registered but
        not there, the automations' triggers, and the event of having started.
        """
        async with async_test_home_assistant(
            load_registries=False,
            config_dir=str(self.folder),
            initial_state=CoreState.not_running,
        ) as hass:
            hass.data.pop(DATA_CUSTOM_COMPONENTS)
            hass.config_entries = ConfigEntries(hass, {})
            await async_load_base_functionality(hass)
            await hass.config.async_set_time_zone("Asia/Tokyo")
            async with self._recording(hass):
                config = await async_hass_config_yaml(hass)
                for component in (
                    "homeassistant",
                    "persistent_notification",
                    "input_boolean",
                    "template",
                    "automation",
                    DOMAIN,
                ):
                    assert await async_setup_component(hass, component, config)
                self.told = async_capture_events(hass, "told")
                await hass.async_start()
                home = Home(hass, self.simulator, self.freezer)
                await home.settle()
                try:
                    yield home
                finally:
                    await home.settle()
                    await hass.async_stop(force=True)
                    # They would end with its process.
                    for timer in get_scheduled_timer_handles(hass.loop):
                        timer.cancel()
