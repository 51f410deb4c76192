"""The bands that readings named, kept by product: the readings of a season pass, and its hours are learned from nothing else."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from ..oejp.japan_time import JST, month_of, month_start
from ..oejp.kraken.models import Agreement, Reading
from ..oejp.tariff.from_kraken import bands_seen
from ..oejp.tariff.schedule import HALF_HOURS, SeenBands, merge_seen
from ..store import BandSeen, OctopusStore


def keep_bands(
    store: OctopusStore, area: str, agreements: Sequence[Agreement], readings: Sequence[Reading]
) -> None:
    """Add what readings name to what is kept. A plan without bands adds nothing."""
    for code, new in bands_seen(agreements, readings).items():
        known = kept_bands(store, area, {code})[code]
        if (merged := merge_seen(known, new)) != known:
            store.parts.bands_seen[_key(area, code)] = [
                BandSeen(month_start(seen.month).date(), half_hour, slot, times)
                for seen in merged
                for half_hour, slots in enumerate(seen.half_hours)
                for slot, times in slots.items()
            ]
            store.async_save()


def kept_bands(
    store: OctopusStore, area: str, codes: Collection[str]
) -> Mapping[str, tuple[SeenBands, ...]]:
    """Return what is kept of some products."""
    return {code: _seen(store.parts.bands_seen.get(_key(area, code), ())) for code in codes}


def _seen(kept: Sequence[BandSeen]) -> tuple[SeenBands, ...]:
    months: dict[int, list[dict[str, int]]] = {}
    for each in kept:
        if each.half_hour not in range(HALF_HOURS):
            continue
        month = month_of(datetime(each.month.year, each.month.month, 1, tzinfo=JST))
        half_hours = months.setdefault(month, [{} for _ in range(HALF_HOURS)])
        half_hours[each.half_hour][each.band] = each.count
    return tuple(SeenBands(month, tuple(rows)) for month, rows in sorted(months.items()))


def _key(area: str, code: str) -> str:
    """Name a product of an area: the hours of one scheme differ between areas."""
    return f"{area} {code}"
