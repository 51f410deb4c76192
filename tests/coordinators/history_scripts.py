"""What happens in a history, drawn from a seed: the same number of the same seed is always the same history.

Drawn freely, hardly any history would be long and none would meet what is rare. So histories come in blocks of ten: each block has
one of more than 400 days and one of at most a month, and what must be met is dealt out over the others like cards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Any

BLOCK = 10
FIRST = date(2025, 9, 25)
"""From when on every household of the simulator is supplied."""
LAST = date(2026, 12, 20)

HOMES = ("simple-kansai", "green-tokyo", "ev-tokyo", "solar-tokyo", "green-kansai", "denka-kansai", "intro-rate", "subsidised")  # fmt: skip
TWICE = ("twice-two-accounts", "twice-two-properties")
TWO_ACCOUNTS = "three-points-two-accounts"

SPOILT = ("empty", "partial", "short", "duplicates", "out_of_order")
DOWN = ("http_500", "http_502", "http_503", "http_429", "timeout", "slow", "truncated", "html", "throttled", "expired_token")  # fmt: skip
OUTAGES = {
    "outage of 1-7 days": (1, 7),
    "outage of 8-31 days": (8, 31),
    "outage of 32-62 days": (32, 62),
    "outage of 63-400 days": (63, 400),
}


@dataclass(frozen=True)
class Step:
    """Something that happens: the name of a method of `History`, and what it is called with."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        options = ", ".join(f"{key}={value}" for key, value in self.options.items())
        return f"{self.name}({options})"


@dataclass(frozen=True)
class Script:
    """A history: the household, its world, when supply began, how many days later the entry is set up, and what happens then.

    `waits`: in the end nobody asks for anything to be read again.
    """

    number: int
    household: str
    world: int
    since: date
    begin: Step
    steps: tuple[Step, ...]
    waits: bool

    def __str__(self) -> str:
        head = f"history {self.number}: {self.household}, world {self.world}, since {self.since}"
        steps = [f"  {at}: {step}" for at, step in enumerate(self.steps)]
        return "\n".join([f"{head}, waits={self.waits}", f"  begin: {self.begin}", *steps])

    def keep(self, steps: Sequence[int]) -> Script:
        """Return the script with only these steps."""
        return replace(self, steps=tuple(self.steps[at] for at in steps))


@dataclass
class _Hand:
    """What was dealt to one history of a block."""

    days: int
    outages: list[int] = field(default_factory=list)
    meanwhile: str = ""
    cards: list[str] = field(default_factory=list)


def script(seed: int, number: int) -> Script:
    """Return a history."""
    hand = _deal(Random(f"{seed} block {number // BLOCK}"))[number % BLOCK]
    return _play(Random(f"{seed} history {number}"), number, hand)


def _deal(random: Random) -> list[_Hand]:
    """Deal a block. The first is long, the second short; three more begin under two months."""
    hands = [_Hand(random.randint(401, 424)), _Hand(random.randint(1, 30))]
    hands += [_Hand(random.randint(34, 59)) for _ in range(3)]
    hands += [_Hand(round(random.triangular(61, 110, 61))) for _ in range(5)]
    long, short, *others = hands
    weeks, months = others[:3], others[3:]
    for hand in (short, *random.sample(others, 3)):
        hand.outages.append(random.randint(*OUTAGES["outage of 1-7 days"]))
    for hand in (weeks[0], weeks[1], months[0]):
        hand.outages.append(random.randint(*OUTAGES["outage of 8-31 days"]))
    for hand in (weeks[2], months[1], months[2]):
        hand.outages.append(round(random.triangular(*OUTAGES["outage of 32-62 days"], 32)))
    if random.random() < 0.5:
        # Else its import reaches back further than what is read again by age.
        long.outages.append(random.randint(63, 360))
    for hand in months[3:]:
        hand.outages.append(round(random.triangular(63, 100, 63)))
    importing = [long, *others]
    random.shuffle(importing)
    for hand, meanwhile in zip(importing, ("clear", "again", "restart") * 3, strict=True):
        hand.meanwhile = meanwhile
    for card, count in (
        ("adjust", 4),
        ("supply start", 2),
        ("boundary", 2),
        ("rate", 2),
        ("rate restated", 2),
        ("twice", 2),
        ("listed again", 2),
        ("moved", 1),
    ):
        for hand in random.sample(hands[1:] if card == "moved" else hands, count):
            hand.cards.append(card)
    random.shuffle(hands)
    return hands


def _play(random: Random, number: int, hand: _Hand) -> Script:
    steps = [_outage(random, days) for days in hand.outages]
    steps += [_spice(random) for _ in range(random.randint(2, 5))]
    steps += [step for card in hand.cards for step in _steps(random, card)]
    random.shuffle(steps)
    away = sum(hand.outages)
    days = max(hand.days - away, random.randint(33, 40) if hand.meanwhile else 0)
    latest = (LAST - FIRST).days - days - away - 12
    since = FIRST + timedelta(days=random.randint(0, max(0, latest)))
    options: dict[str, Any] = {"days": days, "before_start": random.random() < 0.3}
    if hand.meanwhile:
        options |= {"meanwhile": _meanwhile(random, hand.meanwhile), "rows": _row(random)}
    # Rows are what takes time: of two points the second begins late, mostly while things go on.
    options |= {"second": max(0, days + away - random.randint(2, random.choice((6, 12, 40))))}
    options |= {
        "late": [card for card in hand.cards if card in {"supply start", "boundary", "rate"}]
    }
    return Script(
        number,
        _household(random, hand),
        random.randrange(10**6),
        since,
        Step("begin", options),
        tuple(steps),
        random.random() < 0.15,
    )


def _household(random: Random, hand: _Hand) -> str:
    if "moved" in hand.cards:
        return TWO_ACCOUNTS
    if "twice" in hand.cards:
        return random.choice(TWICE)
    short = hand.days + sum(hand.outages) < 70
    return random.choice((*HOMES, TWO_ACCOUNTS) if short else HOMES)


def _steps(random: Random, card: str) -> list[Step]:
    match card:
        case "adjust":
            return [
                Step("adjust", {"ago": random.random(), "centi": random.randint(1, 10**6), "money": random.random() < 0.5, "busy": random.random() < 0.5}),
                _spice(random),
            ]  # fmt: skip
        case "supply start" | "boundary" | "rate":
            return [Step("told", {"fact": card}), Step("pass_time", {"hours": 13})]
        case "rate restated":
            # Seen while it is stated: later only a bill would tell, and one that is issued already tells the former rate.
            return [Step("restate", {"centi": random.randint(-300, 900), "later": 13})]
        case "listed again":
            return [Step("list_again", {"first": random.random() < 0.5}), Step("pass_time", {"hours": 13})]  # fmt: skip
        case "moved":
            return [Step("move", {"still_listed": random.random() < 0.7}), Step("pass_time", {"days": random.randint(1, 9)})]  # fmt: skip
    return []


def _outage(random: Random, days: int) -> Step:
    how = random.choice(("off", "off", "off", "entry", "service"))
    options: dict[str, Any] = {"days": days, "how": how}
    if days > 31 and random.random() < 0.6:
        meanwhile = random.choice(("clear", "again", "restart", "adjust"))
        options |= {"meanwhile": _meanwhile(random, meanwhile), "rows": _row(random)}
    return Step("outage", options)


def _meanwhile(random: Random, what: str) -> Step:
    match what:
        case "clear":
            energy, money = random.choice(((True, True), (True, False), (False, True)))
            return Step("clear", {"energy": energy, "money": money})
        case "again":
            return Step("again", {"days": random.choice((None, 1, 10, 30, 60))})
        case "restart":
            return Step("restart", {"killed": random.random() < 0.5})
    return Step("adjust", {"ago": random.random(), "centi": random.randint(1, 10**6), "money": random.random() < 0.5})  # fmt: skip


def _row(random: Random) -> int:
    """Return before which row the recorder is held: the first, or one in the middle of a pass, of energy or of money."""
    return random.choice((1, random.randint(2, 600), random.randint(600, 1500)))


def _spice(random: Random) -> Step:
    """Draw what may happen any day."""
    later = random.choice((0, 0.5, 0.5, 3, 13))
    spices: list[tuple[int, Step]] = [
        (4, Step("pass_time", {"hours": random.choice((0.5, 1, 3, 7, 13, 25))})),
        (3, Step("pass_time", {"days": random.randint(2, 6)})),
        (4, Step("correct", {"ago": random.random() ** 5, "centi": random.randint(0, 400), "later": later})),
        (4, Step("withhold", {"ago": random.random() ** 2, "halves": random.randint(1, 60), "hours": random.randint(1, 200), "later": later})),
        (2, Step("withhold", {"ago": -0.02, "halves": random.randint(1, 200), "hours": random.randint(1, 300), "later": later})),
        (4, Step("spoil", {"kind": random.choice(SPOILT), "times": random.randint(1, 3), "share": round(random.uniform(0.05, 0.95), 2), "later": later})),
        (5, Step("fail", {"kind": random.choice(DOWN), "times": random.randint(1, 3), "later": later})),
        (2, Step("refuse", {"times": random.randint(1, 6), "code": random.choice(("KT-CT-7899", "KT-CT-4501")), "later": later})),
        (2, Step("restarted", {"before_start": random.random() < 0.5})),
        (2, Step("restart_inside", {"hours": random.choice((0.5, 24)), "killed": random.random() < 0.6, "rows": random.randint(1, 40)})),
        (2, Step("busy", {"hours": random.choice((0.5, 13, 49))})),
        (1, Step("rename", {"name": random.choice(("Mine", "電気"))})),
        (1, Step("remove_and_add")),
        (1, Step("cleared", {"energy": random.random() < 0.6, "money": random.random() < 0.6})),
        (1, Step("again", {"days": random.choice((None, 3, 40))})),
        (2, Step("adjust", {"ago": random.random(), "centi": random.randint(1, 10**6), "money": random.random() < 0.5, "busy": random.random() < 0.5})),
    ]  # fmt: skip
    return random.choices([step for _, step in spices], [weight for weight, _ in spices])[0]
