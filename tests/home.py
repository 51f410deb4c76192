"""One Home Assistant, one simulator and one clock, as tests use them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.tasks import SynchronizeTask
from homeassistant.const import CONF_EMAIL, CONF_PASSWORD, CONF_URL
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.identity import digest
from simulator import Simulator

NOW = datetime.fromisoformat("2025-11-20T12:00:00+09:00")
A_MONTH_AGO = date(2025, 10, 21)
"""When supply begins of tests that look at more than some days: a billing period has its first day in between."""


class Home:
    """One Home Assistant, one simulator, one clock."""

    def __init__(
        self, hass: HomeAssistant, simulator: Simulator, freezer: FrozenDateTimeFactory
    ) -> None:
        self.hass = hass
        self.simulator = simulator
        self.freezer = freezer

    def credentials(self, household: str) -> dict[str, str]:
        """Return the data of a config entry that signs in with e-mail and password."""
        login = self.simulator.world.households[household]
        return {
            CONF_EMAIL: login.email,
            CONF_PASSWORD: login.password,
            CONF_URL: self.simulator.url,
        }

    async def sign_in(self, household: str, **options: object) -> MockConfigEntry:
        """Set the integration up for a household, and wait for its history."""
        login = self.simulator.world.households[household]
        return await self.sign_in_with(login.viewer_id, self.credentials(household), options)

    async def sign_in_with(
        self, viewer_id: str, data: Mapping[str, str], options: Mapping[str, object] | None = None
    ) -> MockConfigEntry:
        """Set the integration up with this data, and wait for whatever comes of it."""
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="Octopus Energy Japan",
            data=dict(data),
            options=dict(options or {}),
            unique_id=viewer_id,
        )
        entry.add_to_hass(self.hass)
        await self.hass.config_entries.async_setup(entry.entry_id)
        await self.settle()
        return entry

    def leave_readings_out(self) -> None:
        """Let the service fail at readings: a test that needs none does not wait until a long history is written."""
        self.simulator.faults.add("http_500", operation="HalfHourlyReadings")

    async def settle(self) -> None:
        """Wait for everything that is under way, the history import too."""
        await self.hass.async_block_till_done(wait_background_tasks=True)
        await get_instance(self.hass).async_block_till_done()
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def recorded(self) -> None:
        """Wait until the recorder has done all that it was given: `settle` may miss the task that it is at."""
        done = self.hass.loop.create_future()
        get_instance(self.hass).queue_task(SynchronizeTask(done))
        await done

    async def pass_time(self, span: timedelta) -> None:
        """Let time pass for Home Assistant and for the service."""
        self.simulator.clock.advance(span)
        self.freezer.tick(span)
        async_fire_time_changed(self.hass)
        await self.settle()

    def spin(self, household: str, index: int = 0) -> str:
        """Return the number of a household's supply point."""
        return self.simulator.world.households[household].supply_points[index].spin

    def want(self, number: str, key: str, platform: str = "sensor") -> None:
        """Have an entity of a point enabled that starts disabled, as a user may; before signing in."""
        er.async_get(self.hass).async_get_or_create(
            platform,
            DOMAIN,
            f"{digest(number)}_{key}",
            suggested_object_id=f"electricity_{number[-4:]}_{key}",
        )

    def state(self, number: str, key: str, platform: str = "sensor") -> State:
        """Return the state of the entity with a key of a supply point or an account."""
        registry = er.async_get(self.hass)
        entity_id = registry.async_get_entity_id(platform, DOMAIN, f"{digest(number)}_{key}")
        assert entity_id is not None, key
        state = self.hass.states.get(entity_id)
        assert state is not None, entity_id
        return state

    def issues(self) -> list[ir.IssueEntry]:
        """Return the repair issues that are raised."""
        registry = ir.async_get(self.hass)
        return [issue for (domain, _), issue in registry.issues.items() if domain == DOMAIN]
