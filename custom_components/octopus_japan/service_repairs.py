"""Repairs of what the service does: it refuses something, tells no readings, or has ended the supply.

A user can mend little of it, and must know all the same. Each goes by itself when what it tells of does.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.util import dt as dt_util, slugify

from .const import DOMAIN
from .coordinators.asking import Topic
from .identity import digest, last_four
from .issues import LOGIN, async_report, async_settle
from .oejp.household.moves import moved_from
from .oejp.household.supply import SupplyPointData
from .oejp.japan_time import day_of
from .oejp.kraken import KrakenQueryError
from .runtime import OctopusConfigEntry

LATE = "readings_late"
ENDED = "supply_ended"
PERMISSION = "permission_missing"
GONE = "api_field_gone"

PATIENCE: Final = timedelta(days=5)
"""The supplier publishes a half hour some hours late, sometimes days."""
ENDED_LATELY: Final = timedelta(days=62)
"""For so long after the end of supply it is said."""

_SPARED: Final = frozenset({"the lines of bills", "what the last bill charges"})
"""What some accounts are refused for good (docs/api.md#bills): bills are compared by their totals then."""


def late_since(
    point: SupplyPointData, published_until: datetime | None, now: datetime
) -> datetime | None:
    """Return since when readings of a point have been missing, if that is longer than five days; else None."""
    # What only an own meter measures nobody publishes.
    since = None if point.entered else published_until or point.supply_start
    if since is None or point.has_ended(now) or now - since <= PATIENCE:
        return None
    return since


def ended_lately(
    points: list[SupplyPointData], point: SupplyPointData, now: datetime
) -> datetime | None:
    """Return when supply of a point ended, if that was lately and the household has not just moved; else None."""
    end = point.supply_end
    if end is None or not point.has_ended(now) or now - end > ENDED_LATELY:
        return None
    followed = any(moved_from(points, other, now) is point for other in points)
    return None if followed else end


@callback
def async_watch_service(hass: HomeAssistant, entry: OctopusConfigEntry) -> None:
    """Raise and withdraw these issues with every answer of the account clock and of the readings."""
    clocks = entry.runtime_data

    @callback
    def tell(key: str, raised: bool, subject: str, **names: str) -> None:
        if raised:
            async_report(hass, entry, key, subject, **names)
        else:
            async_settle(hass, entry, key, subject)

    @callback
    def update() -> None:
        now, points = dt_util.utcnow(), clocks.account.data.supply_points
        for spin, point in points.items():
            # What cannot be asked for may be published all the same.
            usage = (
                (clocks.readings.data or {}).get(spin)
                if clocks.readings.last_update_success
                else None
            )
            since = late_since(point, usage.published_until, now) if usage else None
            ended = ended_lately(list(points.values()), point, now)
            number = last_four(spin)
            for key, at in ((LATE, since), (ENDED, ended)):
                day = "" if at is None else day_of(at).isoformat()
                tell(key, at is not None, digest(spin), number=number, date=day)
        refused = {
            topic: error
            for topic, error in clocks.account.refused.items()
            if topic.name not in _SPARED
        }
        gone = [each for each, error in refused.items() if isinstance(error, KrakenQueryError)]
        lost = {field for fields in clocks.readings.client.gone.values() for field in fields}
        for key, topics, fields in (
            (PERMISSION, [each for each in refused if each not in gone], set()),
            (GONE, gone, lost),
        ):
            parts = ", ".join([*sorted(_names(hass, topics)), *sorted(fields)])
            tell(key, bool(parts), LOGIN, parts=parts)

    update()
    entry.async_on_unload(clocks.account.async_add_listener(update))
    entry.async_on_unload(clocks.readings.async_add_listener(update))


def _names(hass: HomeAssistant, topics: list[Topic]) -> Iterator[str]:
    """Name what is refused in the language of Home Assistant."""
    texts = async_get_cached_translations(hass, hass.config.language, "common", DOMAIN)
    for topic in topics:
        key = f"component.{DOMAIN}.common.document_{slugify(topic.name.removeprefix('the '))}"
        name = texts.get(key, topic.name.removeprefix("the "))
        yield name if topic.account is None else f"{name} (…{last_four(topic.account)})"
