"""The tariff of a supply point from all that is known of it, and which of its prices rest on a guess.

Prices, usage, cost and actions read the same tariff; nothing else makes one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ..japan_time import MOMENT, month_of, month_start
from ..kraken.models import (
    Agreement,
    ElectricityProduct,
    LineItem,
    SupplyPeriod,
)
from ..tariff import (
    Capacity,
    GenerationTariff,
    Kind,
    MonthBasis,
    Provenance,
    Tariff,
    Unpriced,
)
from ..tariff.capacity import billed_capacity
from ..tariff.from_kraken import Evidence, tariff
from ..tariff.schedule import slot_of
from ..tariff.tariff import Stretch, estimates, stretch_at, stretches
from .supply import SupplyPointData

# The start of an estimate is looked for over two years; an older one is of no use to anybody.
_LONGEST_GUESS = 24
_RECENT = timedelta(days=62)


def supply_tariff(
    point: SupplyPointData, known: Evidence, month_basis: MonthBasis | None = None
) -> Tariff:
    """Make the tariff of a supply point from its agreements and what is `known` beside what the service answers about the point itself.

    `month_basis`: None as past bills show.
    """
    evidence = replace(
        known,
        intervals=point.interval_readings,
        reading_dates=point.reading_dates,
        supply_periods=[SupplyPeriod(at) for at in point.supply_breaks],
        addons=point.addon_rates,
        standing_charges=point.standing_charges,
        schemes={each.code: each.scheme for each in point.catalogue if each.scheme},
        agreed=not point.entered,
    )
    return tariff(
        point.agreements, evidence, area=point.area, month_basis=month_basis, subsidies=True
    )


@dataclass(frozen=True, slots=True)
class Contract:
    """The agreement in force: since when and until when, None where it says nothing or has no end; and for what capacity."""

    start: datetime | None = None
    end: datetime | None = None
    capacity: Capacity = field(default_factory=Capacity)


def last_billed_capacity(lines: Iterable[LineItem]) -> Capacity:
    """Return the capacity that the newest line which names one names."""
    named = [
        (line.period_end_at.timestamp(), capacity)
        for line in lines
        if line.period_end_at is not None
        and (
            capacity := billed_capacity(
                line.contracted_capacity_unit, line.contracted_capacity_value
            )
        )
        != Capacity()
    ]
    return max(named, key=lambda item: item[0])[1] if named else Capacity()


def contract_at(agreements: Sequence[Agreement], capacity: Capacity, at: datetime) -> Contract:
    """Return the contract in force, as its agreement says it."""
    agreement = _in_force(agreements, at)
    if agreement is None:
        return Contract(capacity=capacity)
    return Contract(agreement.valid_from, agreement.valid_to, capacity)


def product_at(agreements: Sequence[Agreement], at: datetime) -> ElectricityProduct | None:
    """Return the electricity product in force."""
    agreement = _in_force(agreements, at)
    product = agreement.product if agreement else None
    return product if isinstance(product, ElectricityProduct) else None


def _in_force(agreements: Sequence[Agreement], at: datetime) -> Agreement | None:
    """Return the agreement in force on an electricity product. Of two the one that began later is."""
    covering = [
        agreement
        for agreement in agreements
        if not agreement.is_revoked
        and isinstance(agreement.product, ElectricityProduct)
        and (agreement.valid_from is None or agreement.valid_from <= at)
        and (agreement.valid_to is None or at < agreement.valid_to)
    ]
    return max(covering, key=_began, default=None)


def _began(agreement: Agreement) -> float:
    return agreement.valid_from.timestamp() if agreement.valid_from else float("-inf")


def slots_of(product: ElectricityProduct) -> tuple[str, ...]:
    """Return the bands by which a product's price goes by the hour, in the order in which it names them."""
    slots = (slot_of(rate.band) for rate in product.consumption_charges)
    return tuple(dict.fromkeys(slot for slot in slots if slot is not None))


def rates_estimated_since(tariff: Tariff, start: datetime, end: datetime) -> datetime | None:
    """Return since when the rates of a time are not told by anybody but carried forward, None where all of them are told.

    That is at or after `start`: a sum of the time is exact up to there.
    """
    for stretch in stretches(tariff, start, end):
        if isinstance(stretch, Stretch) and stretch.estimated:
            return stretch.start
    return None


def unread_since(tariff: Tariff, at: datetime) -> datetime | None:
    """Return since when cost until an instant rests on a reading that is not told yet; None where it does not.

    It does where the billing period makes a difference: by steps, by a discount, or by the month of the reading.
    """
    begin = tariff.calendar.expected_since(at)
    if begin is None:
        return None
    try:
        before, after = stretch_at(tariff, begin - MOMENT), stretch_at(tariff, begin)
    except Unpriced:
        return None
    by_period = Kind.STEPPED in {before.card.kind, after.card.kind}
    by_reading = tariff.month_basis is MonthBasis.READING_MONTH
    return begin if by_period or by_reading or before.subsidy != after.subsidy else None


def awaits_rates(tariff: Tariff, at: datetime) -> bool:
    """Tell whether rates in force at an instant are carried forward, so that the service may tell them any time now."""
    try:
        return stretch_at(tariff, at).carried_forward
    except Unpriced:
        return False


def credits_estimated_since(
    tariff: GenerationTariff, start: datetime, end: datetime
) -> datetime | None:
    """Return since when what is paid for exports in a time is carried forward; None where all of it is told."""
    found = [
        max(start, card.start or start)
        for card in tariff.cards
        if card.estimated
        and (card.start is None or card.start < end)
        and (card.end is None or start < card.end)
    ]
    return min(found, default=None)


def unknown_month(tariff: Tariff, at: datetime) -> int | None:
    """Return the first month of the last two whose adjustment or levy nobody told (japan_time.month_of), None if all are told.

    Months that began after `at` do not count yet.
    """
    carried = [
        g for g in estimates(tariff, at - _RECENT, at) if g.provenance is Provenance.CARRIED_FORWARD
    ]
    return next((guess.month for guess in carried if guess.month is not None), None)


def carried_forward_since(tariff: Tariff, at: datetime) -> datetime | None:
    """Return since when the rates in force at an instant are carried forward without a break; None where they are told."""
    since: datetime | None = None
    for _ in range(_LONGEST_GUESS):
        if not _guessed(tariff, at):
            break
        card, period = tariff.card_at(at), tariff.calendar.period_at(at)
        edges = [month_start(month_of(at)), period.start, *filter(None, [card.start])]
        since = max(edge for edge in edges if edge <= at)
        at = since - MOMENT
    return since


def _guessed(tariff: Tariff, at: datetime) -> bool:
    try:
        return stretch_at(tariff, at).estimated
    except Unpriced:
        return False
