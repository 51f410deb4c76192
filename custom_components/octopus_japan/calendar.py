"""The price periods of the coming days as a calendar, so that automations can start some time before or after one."""

from datetime import datetime
from typing import override

from homeassistant.components.calendar import (
    CalendarEntity,
    CalendarEntityDescription,
    CalendarEvent,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinators.prices import PointPrices, PricesCoordinator
from .entity import OctopusEntity, add_entities_of
from .oejp.household.outlook import has_steps, is_estimated, outlook
from .oejp.tariff import PricePeriod, Unpriced
from .oejp.tariff.japan_time import month_of, month_start
from .presentation import band_option, components
from .runtime import OctopusConfigEntry

PARALLEL_UPDATES = 0

PRICES = CalendarEntityDescription(key="prices", translation_key="prices")

_TEXTS = f"component.{DOMAIN}"
_BANDS = f"{_TEXTS}.entity.sensor.rate_band.state"
_PARTS = f"{_TEXTS}.entity.sensor.current_price.state_attributes"


class PriceCalendar(OctopusEntity[PricesCoordinator], CalendarEntity):
    """One event for each time of one price, cut at the months, so that an event is the same whatever time is asked for."""

    _texts: dict[str, str]
    _near: tuple[PointPrices, int, list[CalendarEvent]] | None = None

    @override
    async def async_added_to_hass(self) -> None:
        await self._load_texts()
        await super().async_added_to_hass()

    async def _load_texts(self) -> None:
        language = self.hass.config.language
        self._texts = await async_get_translations(
            self.hass, language, "entity", {DOMAIN}
        ) | await async_get_translations(self.hass, language, "common", {DOMAIN})

    @property
    def _prices(self) -> PointPrices:
        return self.coordinator.data[self.number]

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """The event that is on, else the one that comes next."""
        now = dt_util.utcnow()
        return next((event for event in self._near_events(now) if event.end > now), None)

    @callback
    def _near_events(self, now: datetime) -> list[CalendarEvent]:
        """List the events of this month and the next; the last answer serves until prices move on."""
        month = month_of(now)
        if self._near is None or self._near[0] is not self._prices or self._near[1] != month:
            events = self._events(self._prices, month_start(month), month_start(month + 2))
            self._near = (self._prices, month, events)
        return self._near[2]

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        await self._load_texts()
        prices = self._prices
        events = await hass.async_add_executor_job(self._events, prices, start_date, end_date)
        return [event for event in events if start_date < event.end and event.start < end_date]

    def _events(self, prices: PointPrices, start: datetime, end: datetime) -> list[CalendarEvent]:
        """Make the events of every month that a time touches."""
        events: list[CalendarEvent] = []
        for month in range(month_of(start), month_of(end) + 1):
            begin, until = month_start(month), month_start(month + 1)
            if has_steps(prices.tariff):
                # Which step was in use before is not known without its hours.
                hours = prices.usage.hours if prices.usage else ()
                begin = max(
                    begin, hours[0].start if hours else month_start(month_of(dt_util.utcnow()))
                )
            if begin < min(until, end):
                try:
                    periods = outlook(prices.tariff, begin, until, prices.usage)
                except Unpriced:
                    continue
                events += [self._event(prices, period) for period in periods]
        return events

    def _event(self, prices: PointPrices, period: PricePeriod) -> CalendarEvent:
        band = band_option(prices.tariff, period.price)
        lines = [
            f"{self._text(f'{_PARTS}.{name}.name')} {part:.2f}"
            for name, part in components(period.price).items()
        ]
        if is_estimated(period, prices.tariff, prices.usage):
            lines.append(self._text(f"{_TEXTS}.common.estimated"))
        return CalendarEvent(
            summary=self._text(f"{_TEXTS}.common.price_event").format(
                band=self._text(f"{_BANDS}.{band}"), price=f"{period.price.total:.2f}"
            ),
            start=dt_util.as_local(period.start),
            end=dt_util.as_local(period.end),
            description="\n".join(lines),
        )

    def _text(self, key: str) -> str:
        return self._texts[key]


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OctopusConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the calendar of each supply point."""
    prices = entry.runtime_data.prices
    add_entities_of(
        entry,
        async_add_entities,
        for_supply_point=lambda spin, device: [PriceCalendar(prices, spin, PRICES, device)],
    )
