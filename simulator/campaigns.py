"""Campaigns of demand response and rewards of an account. All is invented but the shapes: nobody has measured any."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from .dates import JST, chance

EVENT = time(17), time(20)
YEN_A_KWH = Decimal(40)
TARGET = Decimal("0.95")
"""Of what was expected: who uses no more than this has met the day's target."""
TOLD_AFTER = timedelta(hours=36)


@dataclass(frozen=True)
class Campaign:
    """A campaign from JST day `start` until before `end`, with an event from 17:00 until 20:00 on some days."""

    name: str
    start: date
    end: date
    days: tuple[date, ...] = ()
    joined: bool = False


@dataclass(frozen=True)
class Result:
    """What an account did on an event day."""

    day: date
    start: datetime
    end: datetime
    baseline: Decimal
    outturn: Decimal

    @property
    def shifted(self) -> Decimal:
        """KWh less than expected."""
        return self.baseline - self.outturn

    @property
    def met(self) -> bool:
        """Whether the target was met."""
        return self.outturn <= self.baseline * TARGET

    @property
    def saved(self) -> Decimal:
        """Yen."""
        return max(self.shifted, Decimal(0)) * YEN_A_KWH


@dataclass(eq=False)
class Programme:
    """What an account may join and has joined, and what it was given. `sent`: every registration that arrived, in order.

    `loyalty_points` and `vouchers` (yen that can be used today, and later) are None where the service refuses them.
    """

    account: str
    offered: dict[str, Campaign] = field(default_factory=dict)
    joined: dict[str, datetime | None] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    loyalty_points: int | None = None
    vouchers: tuple[int, int] | None = None

    def offer(self, campaign: Campaign) -> None:
        """Let the account register for a campaign, or have it joined."""
        self.offered[campaign.name] = campaign
        if campaign.joined:
            self.joined[campaign.name] = None

    def open(self, today: date) -> list[str]:
        """Return the names of the campaigns that may be joined."""
        return [
            name
            for name, campaign in self.offered.items()
            if name not in self.joined and today < campaign.end
        ]

    def register(self, name: str, now: datetime) -> bool:
        """Take a registration; False where there is nothing to register for."""
        self.sent.append(name)
        if name not in self.open(now.astimezone(JST).date()):
            return False
        self.joined[name] = now
        return True

    def results(self, name: str, now: datetime) -> list[Result]:
        """Return the results of the event days that are told by now."""
        found = [self._result(day) for day in self.offered[name].days]
        since = self.joined[name]
        return [
            result
            for result in found
            if result.end + TOLD_AFTER <= now and (since is None or since <= result.start)
        ]

    def _result(self, day: date) -> Result:
        draw = chance("event", self.account, day)
        baseline = Decimal(100 + draw % 200) / 100
        outturn = (baseline * (60 + draw // 200 % 50) / 100).quantize(
            Decimal("0.01"), ROUND_HALF_UP
        )
        start, end = (datetime.combine(day, at, JST) for at in EVENT)
        return Result(day, start, end, baseline, outturn)


def weekly(name: str, start: date, end: date, *, joined: bool = False) -> Campaign:
    """Return a campaign with an event on each Tuesday and Friday."""
    days = (start + timedelta(days=number) for number in range((end - start).days))
    return Campaign(
        name, start, end, tuple(day for day in days if day.weekday() in {1, 4}), joined=joined
    )
