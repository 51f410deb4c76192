"""What readings showed of the hours of bands is kept over a restart."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from homeassistant.core import HomeAssistant

from custom_components.octopus_japan.coordinators.bands import keep_bands, kept_bands
from custom_components.octopus_japan.oejp.japan_time import JST
from custom_components.octopus_japan.oejp.kraken.models import (
    Agreement,
    ElectricitySingleStepProduct,
    Reading,
)
from custom_components.octopus_japan.oejp.tariff.schedule import learned, seen_bands
from custom_components.octopus_japan.store import BandSeen, OctopusStore

HALF_HOUR = timedelta(minutes=30)
AGREEMENTS = [Agreement(id=1, product=ElectricitySingleStepProduct(code="NEW"))]


def readings(start: datetime, days: int, band: str = "CONSUMPTION_03_NIGHT") -> list[Reading]:
    starts = [start + i * HALF_HOUR for i in range(48 * days)]
    return [Reading(at, at + HALF_HOUR, Decimal(1), consumption_rate_band=band) for at in starts]


async def test_a_month_s_bands_are_there_after_a_restart(hass: HomeAssistant) -> None:
    store = OctopusStore(hass, "entry")
    august, september = datetime(2026, 8, 1, tzinfo=JST), datetime(2026, 9, 1, tzinfo=JST)
    keep_bands(store, "03", AGREEMENTS, readings(august, 31))
    keep_bands(store, "03", AGREEMENTS, readings(september, 2))
    await store.async_save_now()

    restarted = OctopusStore(hass, "entry")
    await restarted.async_load()
    kept = kept_bands(restarted, "03", {"NEW", "OTHER"})
    both = readings(august, 31) + readings(september, 2)
    assert kept["NEW"] == seen_bands([(r.start_at, r.consumption_rate_band) for r in both])
    assert kept["OTHER"] == ()
    assert kept_bands(restarted, "06", {"NEW"}) == {"NEW": ()}
    schedule = learned(kept["NEW"])
    assert schedule is not None
    assert schedule.slot_at(august) == "NIGHT"


async def test_what_was_seen_before_is_not_kept_again(hass: HomeAssistant) -> None:
    store = OctopusStore(hass, "entry")
    august = datetime(2026, 8, 1, tzinfo=JST)
    keep_bands(store, "03", AGREEMENTS, readings(august, 2))
    before = store.parts.bands_seen["03 NEW"]
    keep_bands(store, "03", AGREEMENTS, readings(august, 1))
    assert store.parts.bands_seen["03 NEW"] is before
    keep_bands(store, "03", AGREEMENTS, readings(august, 1, "CONSUMPTION_STEPPED_03_01"))
    assert list(store.parts.bands_seen) == ["03 NEW"]


async def test_a_half_hour_that_no_day_has_is_passed_over(hass: HomeAssistant) -> None:
    store = OctopusStore(hass, "entry")
    store.parts.bands_seen["03 NEW"] = [BandSeen(date(2026, 8, 1), 48, "NIGHT", 1)]
    assert kept_bands(store, "03", {"NEW"}) == {"NEW": ()}
