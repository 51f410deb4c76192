"""The tariff of a supply point from all that is known of it, and which of its prices rest on a guess.

Prices, usage, cost and actions read the same tariff; nothing else makes one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..kraken.models import (
    LineItem,
    MetiCredit,
    Reading,
    SupplyPeriod,
)
from ..tariff import AdderBasis, MonthlyRate, Tariff, Unpriced
from ..tariff.from_kraken import Evidence, tariff
from ..tariff.japan_time import month_of, month_start
from ..tariff.tariff import Stretch, stretch_at, stretches
from .supply import SupplyPointData

_MOMENT = timedelta(microseconds=1)
# Beyond two years of a rate that nobody told, it does not matter since when.
_LONGEST_GUESS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known beside the service's answer about the point itself.

    `charges`: lines of bills that are about it. `observed`: monthly rates that the service stated in the past. `readings`: the
    last weeks, for the hours of time-of-use bands. `adder_basis`: None as past bills show.
    """

    charges: Sequence[LineItem] = ()
    observed: Sequence[MonthlyRate] = ()
    meti_credits: Sequence[MetiCredit] | None = None
    readings: Sequence[Reading] = ()
    adder_basis: AdderBasis | None = None


def supply_tariff(point: SupplyPointData, known: Known) -> Tariff:
    """Make the tariff of a supply point."""
    return tariff(
        point.agreements,
        Evidence(
            intervals=point.interval_readings,
            reading_dates=point.reading_dates,
            supply_periods=[SupplyPeriod(at) for at in point.supply_breaks],
            charges=known.charges,
            observed=known.observed,
            meti_credits=known.meti_credits,
            readings=known.readings,
            addons=point.addon_rates,
        ),
        area=point.area,
        adder_basis=known.adder_basis,
        subsidies=True,
    )


def estimated_since(tariff: Tariff, start: datetime, end: datetime) -> datetime | None:
    """Return since when the rates of a time are not told by anybody but carried forward, None where all of them are told.

    That is at or after `start`: a sum of the time is exact up to there.
    """
    for stretch in stretches(tariff, start, end):
        if isinstance(stretch, Stretch) and stretch.estimated:
            return stretch.start
    return None


def carried_forward_since(tariff: Tariff, at: datetime) -> datetime | None:
    """Return since when the rates in force at an instant are carried forward without a break; None where they are told."""
    since: datetime | None = None
    for _ in range(_LONGEST_GUESS):
        if not _guessed(tariff, at):
            break
        card, period = tariff.card_at(at), tariff.calendar.period_at(at)
        edges = [month_start(month_of(at)), period.start, *filter(None, [card.start])]
        since = max(edge for edge in edges if edge <= at)
        at = since - _MOMENT
    return since


def _guessed(tariff: Tariff, at: datetime) -> bool:
    try:
        return stretch_at(tariff, at).estimated
    except Unpriced:
        return False
