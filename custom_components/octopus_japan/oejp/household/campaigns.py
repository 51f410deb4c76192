"""Campaigns of demand response of one account: what is open, what was joined, and what came of it. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ..interval import Interval
from ..japan_time import DAY, midnight
from ..kraken.campaigns import DailyResult, Participation


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignsData:
    """What is told of an account's campaigns: `open` for registration, `joined` by their start. None where it is not told."""

    open: tuple[str, ...] | None = None
    joined: tuple[Participation, ...] | None = None

    @property
    def told(self) -> bool:
        """Whether anything is told of campaigns."""
        return self.open is not None or self.joined is not None

    @property
    def latest(self) -> Participation | None:
        """The campaign joined that began last: the running one, or the last one."""
        return self.joined[-1] if self.joined else None

    def running(self, at: datetime) -> tuple[Participation, ...]:
        """Return the campaigns joined that are on; one without an end is, once it began."""
        return tuple(
            item
            for item in self.joined or ()
            if (span := span_of(item)) is not None and span.covers(at)
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a campaign came to so far: kWh less than expected and yen saved, over the event days that tell it; days met."""

    shifted: Decimal | None
    saved: Decimal | None
    met: int | None
    days: int


def outcome(campaign: Participation) -> Outcome:
    """Add up the days of a campaign. A sum of which a day is not told is not known, except that there may be no day yet."""
    days = campaign.demand_response_daily_results
    return Outcome(
        _sum(day.shifted for day in days),
        _sum(day.amount_saved for day in days),
        campaign.successful_days_count,
        len(days),
    )


def span_of(campaign: Participation) -> Interval | None:
    """Return from when until when a campaign is; None where its start or its end is not told."""
    start, end = campaign.campaign_start, campaign.campaign_end
    return Interval(start, end) if start is not None and end is not None and start < end else None


def event_of(day: DailyResult) -> Interval | None:
    """Return from when until when an event was: the times told, else its day in Japan; None where neither is."""
    start, end = day.valid_from, day.valid_to
    if start is not None and end is not None and start < end:
        return Interval(start, end)
    if day.event_date is None:
        return None
    return Interval(midnight(day.event_date), midnight(day.event_date) + DAY)


def events(
    campaigns: Iterable[Participation],
) -> Iterator[tuple[Interval, Participation, DailyResult | None]]:
    """Yield the time of each campaign, and of each of its event days with its result."""
    for campaign in campaigns:
        if (span := span_of(campaign)) is not None:
            yield span, campaign, None
        for day in campaign.demand_response_daily_results:
            if (time := event_of(day)) is not None:
                yield time, campaign, day


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    total = Decimal(0)
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total
