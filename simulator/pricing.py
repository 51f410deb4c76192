"""What one JST day of one point costs: the terms in force, written apart from the integration's arithmetic.

Yen including tax. Steps accumulate over the billing period, through a change of agreement too: how the real service treats
a ladder when the plan changes in the middle of a period is not known.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from .dates import Month, Period
from .monthly_rates import MonthlyRates
from .points import Agreement, Point
from .products import Charge, slot_of_hour

type Basis = Literal["calendar_day", "reading_month"]

ZERO = Decimal(0)


@dataclass(frozen=True)
class Terms:
    """Everything that prices a kWh on a day. `subsidy` is positive and is taken off."""

    agreement: Agreement
    charges: tuple[Charge, ...]
    fuel: Decimal
    fuel_month: Month
    levy: Decimal
    levy_month: Month
    subsidy: Decimal
    standing: Decimal  # a day
    month: int

    @property
    def stepped(self) -> bool:
        """Whether the price depends on the use so far in the period."""
        return self.agreement.product.kind == "stepped"

    def charge(self, hour: int) -> Charge:
        """Return the charge of a JST hour; not for stepped products."""
        scheme = self.agreement.product.scheme
        if scheme is None:
            return self.charges[0]
        slot = slot_of_hour(scheme, self.agreement.product.area, self.month, hour)
        return next(charge for charge in self.charges if charge.slot == slot)

    def step(self, used: Decimal) -> Charge:
        """Return the step that the next kWh falls in after `used` kWh in the period."""
        return next(
            charge
            for charge in self.charges
            if (charge.step_start or 0) <= used
            and (charge.step_end is None or used < charge.step_end)
        )

    def energy(self, hour: int, used: Decimal, kwh: Decimal) -> Decimal:
        """Return the energy charge of `kWh` used in a JST hour after `used` kWh in the period, unrounded."""
        if not self.stepped:
            return kwh * self.charge(hour).price
        return sum((part * charge.price for charge, part in ladder(self.charges, used, kwh)), ZERO)


def ladder(
    charges: tuple[Charge, ...], used: Decimal, kwh: Decimal
) -> list[tuple[Charge, Decimal]]:
    """Split `kwh` that follow `used` over the steps they fall in."""
    parts: list[tuple[Charge, Decimal]] = []
    for charge in charges:
        low = max(used, Decimal(charge.step_start or 0))
        high = used + kwh if charge.step_end is None else min(used + kwh, Decimal(charge.step_end))
        if high > low:
            parts.append((charge, high - low))
    return parts


def terms(rates: MonthlyRates, point: Point, day: date, basis: Basis) -> Terms | None:
    """Return what is in force on a JST day; None without an agreement.

    By `calendar_day` adjustment and levy follow the month of the day, as the API's windows say. By `reading_month` they follow
    the label of the period: the month of the reading that ends it. The government's discount for a month of use is taken off
    the bill that is read in the month after, whatever the basis: that is the ministry's own rule.
    """
    agreement = point.agreement_on(day)
    if agreement is None:
        return None
    period: Period = point.schedule.period(day)
    month = Month.of(day) if basis == "calendar_day" else period.label
    product = agreement.product
    return Terms(
        agreement=agreement,
        charges=product.on(day, agreement.start, point.kva),
        fuel=rates.fuel(product.area, month) if product.fuel else ZERO,
        fuel_month=month,
        levy=ZERO if product.kind == "fit" else rates.levy(month),
        levy_month=month,
        subsidy=rates.subsidy(period.label.plus(-1)) if point.subsidy else ZERO,
        standing=product.standing_for(point.amperage, point.kva),
        month=day.month,
    )
