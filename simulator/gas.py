"""Gas bills by an arithmetic of their own: integers in hundredths of a yen, nothing of the integration.

The whole volume has the price and the standing charge of one row of the table. A period of 25 to 35 days (30 to 35 where supply
begins or ends with it) is a month; another has its share of the standing charge by thirtieths, cut to the hundredth, and its row
by the m³ that thirty days would have had. The sum is cut to whole yen; where the table is without tax, the tax is added to that,
cut too. Docs: docs/pricing.md#gas
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from .bills import Line
from .dates import Month, Period, jst_date, midnight
from .points import Agreement, GasPoint

# Government discount by month of use, yen a m³ (docs/pricing.md#the-rules).
_SUBSIDY = {
    (2023, 1, 8): "30", (2023, 9, 12): "15", (2024, 1, 4): "15", (2024, 5, 5): "7.5", (2024, 8, 9): "17.5", (2024, 10, 10): "10",
    (2025, 1, 2): "10", (2025, 3, 3): "5", (2025, 7, 7): "8", (2025, 8, 8): "10", (2025, 9, 9): "8", (2026, 1, 2): "18",
    (2026, 3, 3): "6", (2026, 7, 7): "14", (2026, 8, 8): "18", (2026, 9, 9): "14",
}  # fmt: skip

_TOLD_AFTER = timedelta(hours=30)


@dataclass(frozen=True)
class GasBill:
    """A gas bill: m³, standing charge of the period, yen a m³, the discount taken off, and whole yen with the tax in them."""

    period: Period
    volume: int
    standing: Decimal
    price: Decimal
    subsidy: Decimal
    total: int
    tax: int
    lines: tuple[Line, ...]

    @property
    def kwh(self) -> int:
        """What a bill of electricity has in kWh: m³."""
        return self.volume


def subsidies() -> dict[Month, Decimal]:
    """Return every month of use with a discount."""
    return {
        Month(year, month): Decimal(price)
        for (year, first, last), price in _SUBSIDY.items()
        for month in range(first, last + 1)
    }


def gas_bill(point: GasPoint, period: Period) -> GasBill:
    """Return the bill of a reading period, at the rates in force on its last day."""
    agreement = point.agreement_on(period.last)
    if agreement is None:
        raise ValueError("nobody supplies it")
    product, volume, days = agreement.product, point.volume(period), period.days
    begins = _begins(point, period)
    month = (30 if begins or point.end == period.end else 25) <= days <= 35
    asked = (volume, 1) if month else (volume * 30, days)
    row = next(
        charge
        for charge in product.on(period.last)
        if charge.step_end is None or asked[0] <= charge.step_end * asked[1]
    )
    whole = int((row.standing or Decimal(0)) * 100)
    standing = whole if month else whole * days // 30
    off = subsidies().get(period.label.plus(-1), Decimal(0)) if point.subsidy else Decimal(0)
    if product.untaxed:
        # To more places than the sum is cut to: a tenth of the discount is its tax.
        exact = Decimal(standing) / 100 + volume * (row.price - off / Decimal("1.1"))
        yen = int(exact)
        total, tax = yen + yen // 10, yen // 10
    else:
        total = (standing + int(volume * (row.price - off) * 100)) // 100
        tax = total * 10 // 110
    figures = Decimal(standing) / 100, row.price, off
    return GasBill(period, volume, *figures, total, tax, _lines(agreement, period, volume, figures))


def told(point: GasPoint, now: datetime) -> list[Period]:
    """Return the periods whose reading is told: some thirty hours after the day on which it was taken began."""
    return [
        period
        for period in point.periods(jst_date(now))
        if midnight(period.end) + _TOLD_AFTER <= now
    ]


def _begins(point: GasPoint, period: Period) -> bool:
    return point.agreement_on(period.start - timedelta(days=1)) is None


def _lines(
    agreement: Agreement, period: Period, volume: int, figures: tuple[Decimal, Decimal, Decimal]
) -> tuple[Line, ...]:
    standing, price, off = figures
    code = agreement.product.code
    times = Decimal("1.1") if agreement.product.untaxed else Decimal(1)

    def line(kind: str, units: int, each: Decimal) -> Line:
        name = f"JPN_GAS_{kind}"
        return Line(kind.lower(), name, period.start, period.end, Decimal(units), each, code)

    found = [
        line("STANDING", 1, standing * times),
        line("CONSUMPTION", volume, price * times),
        line("METI_CREDIT", volume, -off),
    ]
    return tuple(each for each in found if each.price)
