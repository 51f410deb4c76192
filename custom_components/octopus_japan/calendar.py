"""Bands and steps with their prices as a calendar, so that automations can start some time before or after one."""

from datetime import datetime
from typing import override

from homeassistant.components.calendar import (
    CalendarEntity,
    CalendarEntityDescription,
    CalendarEvent,
)
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinators.prices import PricesCoordinator
from .entity import OctopusEntity, add_entities_of
from .oejp.household.forecast import Use
from .oejp.household.outlook import (
    DAY,
    BandPeriod,
    Outlook,
    band_periods,
    estimated_since,
    has_steps,
    month_bands,
)
from .oejp.tariff import PricePeriod, Tariff, Unpriced
from .presentation import band_option, components
from .runtime import OctopusConfigEntry

PARALLEL_UPDATES = 0

PRICES = CalendarEntityDescription(key="prices", translation_key="prices")

_TEXTS = f"component.{DOMAIN}"
_BANDS = f"{_TEXTS}.entity.sensor.rate_band.state"
_PARTS = f"{_TEXTS}.entity.sensor.current_price.state_attributes"


class PriceCalendar(OctopusEntity[PricesCoordinator], CalendarEntity):
    """One event for each time of one band or step, the same whatever time is asked for."""

    _domain = Platform.CALENDAR

    _texts: dict[str, str]
    _near: tuple[Outlook, tuple[BandPeriod, ...]] | None = None

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
    def _outlook(self) -> Outlook | None:
        """What is known of the prices; None of a point that is no longer listed."""
        prices = self.coordinator.data.get(self.number)
        return None if prices is None else prices.outlook

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """The event that is on, else the one that comes next: of the days around now, longer times are made elsewhere."""
        now, shown = dt_util.utcnow(), self._outlook
        if shown is None:
            return None
        if self._near is None or self._near[0] is not shown:
            self._near = (shown, band_periods(shown.periods))
        band = next((band for band in self._near[1] if band.end > now), None)
        return None if band is None else self._event(shown.tariff, shown.use, band)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        await self._load_texts()
        if (shown := self._outlook) is None:
            return []
        tariff = shown.tariff
        use = await self._use(start_date) if has_steps(tariff) else None
        return await hass.async_add_executor_job(self._events, tariff, use, start_date, end_date)

    async def _use(self, start: datetime) -> Use | None:
        """Return the use since the billing period of `start`: which step was in use is not known without it."""
        return await self.coordinator.use(self.number, start - DAY)

    def _events(
        self, tariff: Tariff, use: Use | None, start: datetime, end: datetime
    ) -> list[CalendarEvent]:
        try:
            bands = month_bands(tariff, start, end, use)
        except Unpriced:
            return []
        return [self._event(tariff, use, band) for band in bands]

    def _event(self, tariff: Tariff, use: Use | None, band: BandPeriod) -> CalendarEvent:
        first, *later = band.prices
        lines = self._lines(first)
        for period in later:
            at = dt_util.as_local(period.start).strftime("%m-%d %H:%M")
            total = f"{period.price.total:.2f}"
            lines += [
                self._text(f"{_TEXTS}.common.price_from").format(time=at, price=total),
                *self._lines(period),
            ]
        if any(estimated_since(tariff, period, use) for period in band.prices):
            lines.append(self._text(f"{_TEXTS}.common.estimated"))
        name = self._text(f"{_BANDS}.{band_option(first.price)}")
        return CalendarEvent(
            summary=self._text(f"{_TEXTS}.common.price_event").format(
                band=name, price=f"{first.price.total:.2f}"
            ),
            start=dt_util.as_local(band.start),
            end=dt_util.as_local(band.end),
            description="\n".join(lines),
        )

    def _lines(self, period: PricePeriod) -> list[str]:
        return [
            f"{self._text(f'{_PARTS}.{name}.name')} {part:.2f}"
            for name, part in components(period.price).items()
        ]

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
