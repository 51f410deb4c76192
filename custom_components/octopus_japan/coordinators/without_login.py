"""The clocks of an entry without a login: what the user entered in the place of accounts, and the household's own meter in the place of readings.

Everything that rests on them runs as it does with a login. Nothing is asked of the service but what is on sale, without a token.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, override

from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util

from ..const import CONF_MONTHLY_USE, CONF_NUMBER, CONF_PLANS, CONF_READING_DAY, LOGGER
from ..oejp.household.accounts import LoginData
from ..oejp.household.hour import Hour
from ..oejp.household.own_meter import own_meter
from ..oejp.household.price_list import kept, read_products
from ..oejp.household.without_login import (
    EnteredPlan,
    EnteredPoint,
    half_hours,
    login_of,
    supposed_use,
)
from ..oejp.interval import Interval
from ..oejp.japan_time import HOUR, day_of, midnight
from ..oejp.kraken import AccountAnswers
from ..oejp.kraken.catalogue import CatalogueProduct
from ..oejp.kraken.models import Reading
from ..recorder.own_meter import Unusable, counter
from ..recorder.statistic_ids import consumption_id, cost_id
from .account import CATALOGUE_INTERVAL, AccountCoordinator
from .asking import Topic
from .own_meter import own_meter_entity
from .readings import ReadingsCoordinator
from .tariff_book import entered_capacity

SINCE: Final = "since"
PRODUCT: Final = "product"


def is_without_login(data: Mapping[str, Any]) -> bool:
    """Tell whether an entry with this data has no login."""
    return CONF_PLANS in data


def entered_point(data: Mapping[str, Any]) -> EnteredPoint:
    """Return what an entry's data says of its point."""
    plans = [
        EnteredPlan(since, product)
        for plan in data[CONF_PLANS]
        if (since := dt_util.parse_datetime(plan[SINCE])) is not None
        for product in read_products([plan[PRODUCT]])
    ]
    use = data.get(CONF_MONTHLY_USE)
    return EnteredPoint(
        data[CONF_NUMBER],
        tuple(plans),
        data.get(CONF_READING_DAY),
        None if use is None else Decimal(repr(use)),
    )


def with_plan(
    plans: Sequence[Mapping[str, Any]], product: CatalogueProduct, since: datetime
) -> list[dict[str, Any]]:
    """Return the plans of an entry's data with another one from a time on, in the place of those that would begin later."""
    before = [dict(plan) for plan in plans if plan[SINCE] < since.isoformat()]
    return [*before, {SINCE: since.isoformat(), PRODUCT: kept(product)}]


class AccountWithoutLogin(AccountCoordinator):
    """Knows one point, as it was entered, at once. Once a day it asks what is on sale, where that is told without a login.

    A new price of the plan in force is kept from that day on: before, the old one was paid.
    """

    @override
    async def _async_update_data(self) -> LoginData:
        self._asking.begin()
        if self.data:
            await self._look()
        self.update_interval = CATALOGUE_INTERVAL
        return self._login()

    async def _look(self) -> None:
        point = entered_point(self.config_entry.data)
        topic = Topic(f"the catalogue of area {point.area}", every=CATALOGUE_INTERVAL, quiet=True)
        known = self._catalogue.get(point.area, ())
        told = await self._asking.ask(
            topic, lambda: self._client.catalogue.products(point.area), known, known
        )
        self._catalogue[point.area] = told
        current = point.plans[-1].product if point.plans else None
        sold = {each.code: each for each in told if each.is_priced}
        new = None if current is None else sold.get(current.code, current)
        if new is not None and new != current:
            LOGGER.info("%s has other prices from today on", new.name)
            data, since = self.config_entry.data, dt_util.as_utc(midnight(day_of(dt_util.utcnow())))
            plans = with_plan(data[CONF_PLANS], new, since)
            self.hass.config_entries.async_update_entry(
                self.config_entry, data={**data, CONF_PLANS: plans}
            )

    @override
    def _login(self) -> LoginData:
        point = entered_point(self.config_entry.data)
        capacity = entered_capacity(self.config_entry.options, point.number)
        login = login_of(point, capacity, self._catalogue.get(point.area, ()))
        self.had |= login.numbers
        return login


class OwnMeterReadings(ReadingsCoordinator):
    """The hours that the household's own meter counted, priced and recorded as readings are; none without such a meter."""

    energy = ("own_meter_consumption", consumption_id)
    money = ("own_meter_cost", cost_id)

    @override
    def has_history(self, number: str) -> bool:
        return self.own.has(number)

    @override
    def supposed(self, number: str, at: datetime) -> tuple[Hour, ...]:
        kwh = entered_point(self.config_entry.data).monthly_use
        if kwh is None:
            return ()
        return supposed_use(kwh, self.book.tariff(number).calendar.period_at(at))

    @override
    async def left_of_allowance(self) -> None:
        """Nothing is asked of the service, so that there is nothing to spare."""

    @override
    async def fetch(
        self,
        number: str,
        window: Interval,
        *,
        supplied: bool = False,
        answers: AccountAnswers | None = None,
    ) -> Sequence[Reading]:
        entity_id = own_meter_entity(self.hass, self.config_entry.options, number)
        if entity_id is None:
            return ()
        found = await get_instance(self.hass).async_add_executor_job(
            counter, self.hass, entity_id, window.start - HOUR, window.end
        )
        if isinstance(found, Unusable):
            return ()
        counted = await self.hass.async_add_executor_job(own_meter, found)
        return half_hours([hour for hour in counted.hours if window.covers(hour.start)])
