"""What the user entered by hand, from a notice or a bill: monthly rates of a supply point, hours of a plan's bands.

Bills and the service itself count before it, rates carried forward after it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from decimal import Decimal

from ..identity import digest
from ..oejp.japan_time import month_start
from ..oejp.tariff import Component, MonthlyRate, Provenance, Schedule
from ..oejp.tariff.schedule import BandHours, NoSchedule, entered
from ..store import EnteredHours, EnteredRate, OctopusStore

RATES = (
    Component.FUEL_COST_ADJUSTMENT,
    Component.RENEWABLE_ENERGY_LEVY,
    Component.SUBSIDY,
)
"""The monthly rates that a notice tells."""


def entered_rates(store: OctopusStore, spin: str) -> list[MonthlyRate]:
    """Return the monthly rates that the user entered for a supply point."""
    found = []
    for rate in store.parts.entered_rates.get(digest(spin), ()):
        if rate.component in set(RATES):
            month = rate.month.year * 12 + rate.month.month - 1
            found.append(
                MonthlyRate(
                    Component(rate.component),
                    month_start(month),
                    month_start(month + 1),
                    rate.price,
                    Provenance.ENTERED,
                )
            )
    return found


def enter_rates(
    store: OctopusStore, spin: str, month: date, prices: Mapping[Component, Decimal | None]
) -> None:
    """Keep the monthly rates of a month, in yen a kWh with tax; None forgets one. A subsidy is taken off, whatever its sign."""
    kept = [
        rate
        for rate in store.parts.entered_rates.get(digest(spin), ())
        if rate.month != month or rate.component not in prices
    ]
    for component, price in prices.items():
        if price is not None:
            signed = -abs(price) if component is Component.SUBSIDY else price
            kept.append(EnteredRate(component.value, month, signed))
    store.parts.entered_rates[digest(spin)] = kept
    store.async_save()


def entered_schedules(store: OctopusStore, codes: Iterable[str], area: str) -> dict[str, Schedule]:
    """Return the hours that the user entered, by the product's code."""
    found = {}
    for code in codes:
        hours = [
            BandHours(kept.band, _time(kept.first), _time(kept.end), frozenset(kept.months))
            for kept in store.parts.entered_hours.get(code, ())
        ]
        try:
            found[code] = entered(hours, area)
        except NoSchedule:
            # Nothing was entered, or a part of it was lost with the stored file.
            continue
    return found


def enter_hours(store: OctopusStore, code: str, hours: Sequence[BandHours]) -> None:
    """Keep the hours of a product's bands for the months that they name; no hours forget all that was entered.

    Raises NoSchedule where they make no whole days.
    """
    if hours:
        entered(hours)
    months = {month for band in hours for month in band.months}
    kept = [
        replace(band, months=others)
        for band in store.parts.entered_hours.get(code, ())
        if hours and (others := tuple(month for month in band.months if month not in months))
    ]
    kept += [
        EnteredHours(band.slot, _index(band.start), _index(band.end), tuple(sorted(band.months)))
        for band in hours
    ]
    store.parts.entered_hours[code] = kept
    store.async_save()


def _time(half_hour: int) -> time:
    return time(half_hour % 48 // 2, half_hour % 2 * 30)


def _index(at: time) -> int:
    return at.hour * 2 + at.minute // 30
