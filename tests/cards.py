"""Rate cards written by hand, for tests, benches and the worked examples of docs/pricing.md."""

from collections.abc import Iterable
from decimal import Decimal

from custom_components.octopus_japan.oejp.tariff import (
    Band,
    Kind,
    Per,
    RateCard,
    Schedule,
    StandingCharge,
    Step,
)
from custom_components.octopus_japan.oejp.tariff.bill import Number, decimal
from custom_components.octopus_japan.oejp.tariff.model import ZERO


def stepped(standing: Number, *steps: tuple[Number | None, Number], per: Per = Per.DAY) -> RateCard:
    """Write a ladder: (kWh up to which, price) from the first step to the last, which goes up to None."""
    ladder = []
    start = ZERO
    for number, (end, price) in enumerate(steps, 1):
        top = None if end is None else decimal(end)
        ladder.append(Step(start, top, decimal(price), f"step_{number}"))
        start = start if top is None else top
    return RateCard(Kind.STEPPED, _standing(standing, per), tuple(ladder))


def single(standing: Number, price: Number, per: Per = Per.DAY) -> RateCard:
    """Write a card of one price."""
    step = Step(ZERO, None, decimal(price), "single")
    return RateCard(Kind.SINGLE, _standing(standing, per), (step,))


def time_of_use(
    standing: Number,
    bands: Iterable[tuple[str, Number]],
    schedule: Schedule | None = None,
    per: Per = Per.DAY,
) -> RateCard:
    """Write a card of a price by slot; the schedule is needed for hours, not for a bill of kWh by slot."""
    priced = tuple(Band(slot, slot, decimal(price)) for slot, price in bands)
    return RateCard(Kind.TIME_OF_USE, _standing(standing, per), bands=priced, schedule=schedule)


def _standing(price: Number, per: Per) -> StandingCharge:
    return StandingCharge(Decimal(price), per)
