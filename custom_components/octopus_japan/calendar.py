"""The cheapest times, and bands and steps with their prices, as calendars: automations can start some time before or after one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, override

from homeassistant.components.calendar import (
    CalendarEntity,
    CalendarEntityDescription,
    CalendarEvent,
)
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.translation import async_get_translations
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinators.account import AccountCoordinator
from .coordinators.prices import PricesCoordinator
from .entity import OctopusEntity, add_entities_of
from .oejp.household.campaigns import events
from .oejp.household.day_extremes import cheapest_times, days_of
from .oejp.household.forecast import Use
from .oejp.household.outlook import (
    BandPeriod,
    Outlook,
    band_periods,
    has_steps,
    month_bands,
    price_estimated_since,
    prices_between,
)
from .oejp.household.plan_shape import Feature
from .oejp.interval import Interval
from .oejp.japan_time import DAY, MOMENT, day_of, midnight
from .oejp.kraken.campaigns import DailyResult, Participation
from .oejp.tariff import DayPrices, PricePeriod, Tariff, Unpriced
from .presentation import band_option, components
from .runtime import OctopusConfigEntry

PARALLEL_UPDATES = 0

PRICES = CalendarEntityDescription(
    key="prices", translation_key="prices", entity_registry_enabled_default=False
)
CHEAPEST = CalendarEntityDescription(key="cheapest_times", translation_key="cheapest_times")
CAMPAIGN_DAYS = CalendarEntityDescription(key="campaigns", translation_key="campaigns")

_TEXTS = f"component.{DOMAIN}"
_BANDS = f"{_TEXTS}.entity.sensor.rate_band.state"
_PARTS = f"{_TEXTS}.entity.sensor.current_price.state_attributes"


class _Calendar[CoordinatorT: DataUpdateCoordinator[Any]](
    OctopusEntity[CoordinatorT], CalendarEntity
):
    """What all calendars share: their texts, in the language of Home Assistant."""

    _domain = Platform.CALENDAR
    _texts: dict[str, str]

    @override
    async def async_added_to_hass(self) -> None:
        await self._load_texts()
        await super().async_added_to_hass()

    async def _load_texts(self) -> None:
        language = self.hass.config.language
        self._texts = await async_get_translations(
            self.hass, language, "entity", {DOMAIN}
        ) | await async_get_translations(self.hass, language, "common", {DOMAIN})

    def _text(self, key: str) -> str:
        return self._texts[key]


class _PricesCalendar(_Calendar[PricesCoordinator]):
    """What the two calendars of prices share: the prices that are known."""

    @property
    def _outlook(self) -> Outlook | None:
        """What is known of the prices; None of a point that is no longer listed."""
        prices = self.coordinator.data.get(self.number)
        return None if prices is None else prices.outlook

    async def _use(self, tariff: Tariff, start: datetime) -> Use | None:
        """Return the use since the billing period of `start`: which step was in use is not known without it."""
        if not has_steps(tariff):
            return None
        return await self.coordinator.use(self.number, start - DAY)


class CheapestCalendar(_PricesCalendar):
    """One event for each cheapest time of a day."""

    @property
    @override
    def needs(self) -> Feature:
        return Feature.HOURS

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """The cheapest time that is on, else the one that comes next."""
        prices, now = self.coordinator.data.get(self.number), dt_util.utcnow()
        days = [prices.today, prices.tomorrow] if prices else []
        time = next((time for time in cheapest_times(days) if time.end > now), None)
        return None if time is None else self._event(time, days)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        await self._load_texts()
        if (known := self._outlook) is None:
            return []
        use = await self._use(known.tariff, start_date)
        return await hass.async_add_executor_job(
            self._events, known.tariff, use, start_date, end_date
        )

    def _events(
        self, tariff: Tariff, use: Use | None, start: datetime, end: datetime
    ) -> list[CalendarEvent]:
        # A time that begins the evening before, and one that goes on after midnight, are told whole.
        first, last = midnight(day_of(start)) - DAY, midnight(day_of(end)) + 2 * DAY
        try:
            days = list(days_of(prices_between(tariff, first, last, use), first, last))
        except Unpriced:
            return []
        times = (time for time in cheapest_times(days) if time.start < end and start < time.end)
        return [self._event(time, days) for time in times]

    def _event(self, time: Interval, days: Sequence[DayPrices | None]) -> CalendarEvent:
        price = min(day.low for day in days if day and day.day == day_of(time.start))
        name = self._text(f"{_TEXTS}.entity.binary_sensor.cheapest_rate.name")
        return CalendarEvent(
            summary=self._text(f"{_TEXTS}.common.price_event").format(
                band=name, price=f"{price:.2f}"
            ),
            start=dt_util.as_local(time.start),
            end=dt_util.as_local(time.end),
        )


class PriceCalendar(_PricesCalendar):
    """One event for each time of one band or step, the same whatever time is asked for."""

    _near: tuple[Outlook, tuple[BandPeriod, ...]] | None = None

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
        use = await self._use(tariff, start_date)
        return await hass.async_add_executor_job(self._events, tariff, use, start_date, end_date)

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
        if any(price_estimated_since(tariff, period, use) for period in band.prices):
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


class CampaignCalendar(_Calendar[AccountCoordinator]):
    """The campaigns that an account joined, from their first day to their last, and the event days that are over."""

    @property
    def _joined(self) -> tuple[Participation, ...] | None:
        account = self.coordinator.data.accounts.get(self.number)
        return account.campaigns.joined if account else None

    @property
    @override
    def available(self) -> bool:
        return self.coordinator.last_update_success and self._joined is not None

    @property
    def _events(self) -> list[CalendarEvent]:
        found = [self._event(*event) for event in events(self._joined or ())]
        return sorted(found, key=lambda event: event.start_datetime_local)

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """The event that is on, else the one that comes next."""
        now = dt_util.now()
        return next((event for event in self._events if event.end_datetime_local > now), None)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        await self._load_texts()
        return [
            event
            for event in self._events
            if event.start_datetime_local < end_date and event.end_datetime_local > start_date
        ]

    def _event(
        self, time: Interval, campaign: Participation, day: DailyResult | None
    ) -> CalendarEvent:
        if day is None or day.valid_from is None:
            # Whole days in Japan: midnight there is another time of day elsewhere.
            last = day_of(time.end - MOMENT)
            start, end = day_of(time.start), last + DAY
        else:
            start, end = dt_util.as_local(time.start), dt_util.as_local(time.end)
        return CalendarEvent(
            summary=campaign.campaign_name, start=start, end=end, description=self._result(day)
        )

    def _result(self, day: DailyResult | None) -> str | None:
        """Return what came of an event day, as far as it is told."""
        told = {} if day is None else {"shifted": day.shifted, "saved": day.amount_saved}
        lines = [
            self._text(f"{_TEXTS}.common.campaign_{name}").format(value=f"{value:.2f}")
            for name, value in told.items()
            if value is not None
        ]
        return "\n".join(lines) or None


async def async_setup_entry(
    hass: HomeAssistant,
    entry: OctopusConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the calendars of each supply point, and that of each account that is told of campaigns."""
    prices, account = entry.runtime_data.prices, entry.runtime_data.account
    add_entities_of(
        entry,
        async_add_entities,
        for_supply_point=lambda spin, device: [
            PriceCalendar(prices, spin, PRICES, device),
            CheapestCalendar(prices, spin, CHEAPEST, device),
        ],
        for_campaigns=lambda number, device: [
            CampaignCalendar(account, number, CAMPAIGN_DAYS, device)
        ],
    )
