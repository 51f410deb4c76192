"""The bill of a closed period, to the yen. docs/pricing.md#the-rules says how, and checks published examples."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from .model import ZERO, Component, Per, RateCard, StandingCharge, Unpriced
from .rounding import USUAL, Rounding, cut, whole

type Number = Decimal | int | str
type Usage = Number | Mapping[str, Number]

_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class BillLine:
    """Units at a price. Amounts stay in sen, unless bills round each line."""

    component: Component
    name: str
    units: Decimal
    price: Decimal
    rounding: Rounding = USUAL

    @property
    def amount(self) -> Decimal:
        """Yen."""
        return self.rounding.yen(self.units * self.price)


@dataclass(frozen=True, slots=True)
class Bill:
    """What a period costs. `kwh` is what is charged: whole kWh (of gas, m³ as read).

    `estimated_since`: from when on a price in it is a guess; None if none is.
    """

    kwh: Decimal
    days: int
    lines: tuple[BillLine, ...]
    estimated_since: datetime | None = None

    @property
    def components(self) -> dict[Component, Decimal]:
        """Yen by component; the levy is cut to whole yen by itself."""
        found: dict[Component, Decimal] = {}
        for line in self.lines:
            found[line.component] = found.get(line.component, ZERO) + line.amount
        levy = Component.RENEWABLE_ENERGY_LEVY
        return found | ({levy: cut(found[levy])} if levy in found else {})

    @property
    def exact(self) -> Decimal:
        """The sum before it is cut."""
        return sum(self.components.values(), ZERO)

    @property
    def total(self) -> int:
        """The amount to pay: cut to whole yen once."""
        return int(cut(self.exact))

    @property
    def tax(self) -> int:
        """The consumption tax that the total contains, cut."""
        return int(cut(Decimal(self.total) * 10 / 110))


@dataclass(frozen=True, slots=True)
class Minimum:
    """A minimum charge as incumbents have it: up to `kwh` the monthly rates are fixed amounts, beyond it they go by kWh."""

    kwh: Number
    fuel: Number = ZERO
    levy: Number = ZERO


def bill(
    card: RateCard,
    kwh: Usage,
    *,
    days: int,
    fuel: Number = ZERO,
    levy: Number = ZERO,
    subsidy: Number = ZERO,
    discount: Number = ZERO,
    minimum: Minimum | None = None,
) -> Bill:
    """Bill a period: kWh (by slot, where the price goes by time of use) on a card, monthly rates in yen a kWh.

    Subsidy (a kWh) and discount (of the whole bill) are given as positive amounts that are taken off.
    """
    parts = kwh if isinstance(kwh, Mapping) else {"": kwh}
    used = {slot: decimal(part) for slot, part in parts.items()}
    total = whole(sum(used.values(), ZERO))
    lines = time_lines(card, days, days)
    lines += energy_lines(card, share_out(used, total), ZERO)
    if minimum is None:
        lines += monthly_rate_lines(total, decimal(fuel), decimal(levy))
    else:
        beyond = max(total - decimal(minimum.kwh), ZERO)
        lines += monthly_rate_lines(_ONE, decimal(minimum.fuel), decimal(minimum.levy))
        lines += monthly_rate_lines(beyond, decimal(fuel), decimal(levy))
    if off := decimal(subsidy):
        lines.append(BillLine(Component.SUBSIDY, "subsidy", total, -off))
    if off := decimal(discount):
        lines.append(BillLine(Component.DISCOUNT, "discount", _ONE, -off))
    return Bill(total, days, tuple(lines))


def decimal(number: Number) -> Decimal:
    """Read a number; never a float."""
    return Decimal(number)


def share_out[K](
    parts: Mapping[K, Decimal],
    total: Decimal,
    rounded: Callable[[Decimal], Decimal] = whole,
) -> dict[K, Decimal]:
    """Round each part in the order given, to whole kWh as a rule, never beyond the total; the last one takes the rest of it."""
    shares: dict[K, Decimal] = {}
    left = total
    for number, (key, kwh) in enumerate(parts.items(), 1):
        shares[key] = left if number == len(parts) else min(left, rounded(kwh))
        left -= shares[key]
    return shares


def energy_lines(card: RateCard, parts: Mapping[str, Decimal], used: Decimal) -> list[BillLine]:
    """Charge kWh by slot or, `used` kWh into the period, by step; with what the agreement adds or takes off."""
    lines = []
    if card.bands:
        for slot, kwh in parts.items():
            band = card.band_of(slot)
            lines.append(BillLine(Component.ENERGY, band.name, kwh, band.price))
            lines.append(BillLine(Component.DISCOUNT, band.name, kwh, band.discount))
    else:
        end = used + sum(parts.values(), ZERO)
        for step in card.steps:
            top = end if step.end is None else min(step.end, end)
            kwh = max(top - max(step.start, used), ZERO)
            lines.append(BillLine(Component.ENERGY, step.name, kwh, step.price))
            lines.append(BillLine(Component.DISCOUNT, step.name, kwh, step.discount))
    total = sum(parts.values(), ZERO)
    lines += [
        BillLine(extra.component, extra.name, total, extra.price)
        for extra in card.extras
        if extra.per is Per.KWH
    ]
    return [line for line in lines if line.component is Component.ENERGY or line.price]


def time_lines(card: RateCard, days: int, period_days: int) -> list[BillLine]:
    """Charge what goes by time for `days` of a period of `period_days`."""
    if card.standing_charge is None:
        raise Unpriced("no_standing_charge")
    charges = [(Component.STANDING_CHARGE, "standing_charge", card.standing_charge)]
    charges += [
        (extra.component, extra.name, StandingCharge(extra.price, extra.per))
        for extra in card.extras
        if extra.per is not Per.KWH
    ]
    lines = []
    for component, name, charge in charges:
        units = Decimal(days) if charge.per is Per.DAY else Decimal(days) / period_days
        lines.append(BillLine(component, name, units, charge.price))
    return lines


def monthly_rate_lines(kwh: Decimal, fuel: Decimal, levy: Decimal) -> list[BillLine]:
    """Charge the monthly rates for kWh."""
    found = [
        BillLine(Component.FUEL_COST_ADJUSTMENT, "fuel_cost_adjustment", kwh, fuel),
        BillLine(Component.RENEWABLE_ENERGY_LEVY, "renewable_energy_levy", kwh, levy),
    ]
    return [line for line in found if line.price]
