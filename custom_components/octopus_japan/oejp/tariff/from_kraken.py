"""From what the service answers to a tariff. The only module here that knows the service's models.

Agreements are chosen by type and validity, generations grouped by validity, then by kind (docs/pricing.md#the-rules). What is not understood
becomes a gap with its reason; it never spoils the time of another agreement.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from ..kraken.models import (
    AddonRate,
    Agreement,
    ElectricityFitProduct,
    ElectricityProduct,
    GasTieredProduct,
    IntervalReading,
    LineItem,
    MetiCredit,
    Rate,
    Reading,
    ReadingDates,
    SupplyPeriod,
)
from . import published, schedule as schedules
from .agreements import Contract, lay_out
from .billing_calendar import BillingCalendar, BillingPeriod, calendar_from, label_of
from .capacity import Capacity
from .charges import Addon, extras, standing_charge
from .export import CreditCard, GenerationTariff
from .from_bills import ChargeLine, basis_of, windows
from .gas import GasCard, GasTariff, gas_tiers
from .japan_time import YEARS, in_reason, midnight
from .model import HIGHEST_PRICE, AdderBasis, Component, InForce, Kind, RateCard, Unpriced
from .monthly_rates import MonthlyRate, MonthlyRates, of_product, timeline
from .provenance import Provenance
from .rates import current, edges, shape
from .schedule import Schedule, SeenBands, slot_of
from .tariff import Tariff

_FUEL = Component.FUEL_COST_ADJUSTMENT
_LEVY = Component.RENEWABLE_ENERGY_LEVY
_WITH_TAX = Decimal("1.1")
_SEN = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known beside the agreements; each part may be missing.

    `charges`: line items of past bills. `observed`: what `observations` and `subsidy_rates` returned in the past, and what the
    user entered. `meti_credits`: what the service tells now; the months that it does not name are those of the shipped table.
    `readings`: the last weeks, with their bands; `seen`: by product code, what `bands_seen` returned in the past. `schedules`:
    the hours that the user entered, by product code. `schemes`: time-of-use scheme by product code, from the tariff summary.
    `addons`, `standing_charges`: by agreement. `capacity`: of the point's contract (capacity.py).
    """

    intervals: Sequence[IntervalReading] = ()
    reading_dates: ReadingDates | None = None
    supply_periods: Sequence[SupplyPeriod] = ()
    charges: Sequence[LineItem] = ()
    observed: Sequence[MonthlyRate] = ()
    meti_credits: Sequence[MetiCredit] | None = None
    readings: Sequence[Reading] = ()
    seen: Mapping[str, Sequence[SeenBands]] = field(default_factory=dict)
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    schemes: Mapping[str, str] = field(default_factory=dict)
    capacity: Capacity = field(default_factory=Capacity)
    addons: Mapping[int, Sequence[AddonRate]] = field(default_factory=dict)
    standing_charges: Mapping[int, Sequence[Rate]] = field(default_factory=dict)

    @property
    def bands(self) -> list[tuple[datetime, str | None]]:
        """The start and band of each reading."""
        return [(reading.start_at, reading.consumption_rate_band) for reading in self.readings]


_NOTHING = Evidence()


def tariff(
    agreements: Sequence[Agreement],
    evidence: Evidence = _NOTHING,
    *,
    area: str | None = None,
    adder_basis: AdderBasis | None = None,
    subsidies: bool = False,
) -> Tariff:
    """Build the tariff of an electricity supply point.

    `area`: the first two digits of its SPIN. `adder_basis` None: as past bills show, else by calendar day.
    """
    contracts, unknown = _contracts(agreements, ElectricityProduct, evidence)
    area = area or _area(contracts)
    cards, gaps = lay_out(
        contracts, unknown, lambda contract, at: _rate_card(contract, at, area, evidence)
    )
    adders, basis = _adders(agreements, evidence, area, adder_basis)
    mismatches = [
        mismatch
        for card in cards
        if card.schedule is not None and not card.schedule.learned
        for mismatch in schedules.check(
            card.schedule, [(at, band) for at, band in evidence.bands if card.covers(at)]
        )
    ]
    return Tariff(cards, adders, calendar(evidence), basis, gaps, tuple(mismatches), subsidies)


def generation_tariff(agreements: Sequence[Agreement]) -> GenerationTariff:
    """Build the tariff of a generation point, or of a supply point's exports."""

    def card(contract: Contract[ElectricityFitProduct], at: datetime) -> CreditCard:
        product = contract.product
        rates, estimated = current(product.generation_credits, at)
        if len(prices := {rate.price_per_unit_inc_tax for rate in rates.values()}) != 1:
            raise Unpriced("unknown_product" if prices else "no_rates")
        return CreditCard(prices.pop(), product.code, product.display_name, estimated)

    return GenerationTariff(*lay_out(*_contracts(agreements, ElectricityFitProduct), card))


def gas_tariff(
    agreements: Sequence[Agreement], evidence: Evidence = _NOTHING, *, subsidies: bool = False
) -> GasTariff:
    """Build the tariff of a gas supply point."""

    def card(contract: Contract[GasTieredProduct], at: datetime) -> GasCard:
        product = contract.product
        tiers, estimated = gas_tiers(product.consumption_charges, product.standing_charges, at)
        return GasCard(tiers, product.code, product.display_name, estimated)

    cards, gaps = lay_out(*_contracts(agreements, GasTieredProduct), card)
    credits_ = timeline(_subsidies(evidence, gas=True) if subsidies else ())
    return GasTariff(cards, gaps, calendar(evidence), credits_)


def calendar(evidence: Evidence) -> BillingCalendar:
    """Build the billing calendar of a supply point."""
    closed = [
        BillingPeriod(
            reading.start_at,
            reading.end_at,
            closed=True,
            label=label_of(reading.billable_month, reading.end_at),
        )
        for reading in evidence.intervals
        if in_reason(reading.start_at, reading.end_at)
    ]
    dates = evidence.reading_dates or ReadingDates()
    scheduled = [
        day
        for day in (dates.next_reading_date, dates.next_next_reading_date)
        if day is not None and day.year in YEARS
    ]
    starts = sorted(
        period.supply_start_at
        for period in evidence.supply_periods
        if in_reason(period.supply_start_at)
    )
    return calendar_from(closed, scheduled, dates.reading_date_day_of_month, starts)


def observations(agreements: Sequence[Agreement]) -> tuple[MonthlyRate, ...]:
    """List the monthly rates that the agreements state now: what is worth keeping, for it is never told again."""
    found: dict[MonthlyRate, None] = {}
    for contract in _contracts(agreements, ElectricityProduct)[0]:
        product = contract.product
        fuel = None if _fixed(product) else product.fuel_cost_adjustment
        for component, rate in ((_FUEL, fuel), (_LEVY, product.renewable_energy_levy)):
            if rate is not None:
                price = rate.price_per_unit_inc_tax
                window = MonthlyRate(
                    component,
                    rate.valid_from,
                    rate.valid_to,
                    price,
                    Provenance.API,
                    product_code=product.code,
                )
                found[window] = None
    return tuple(found)


def billed(
    charges: Iterable[LineItem], adder_basis: AdderBasis = AdderBasis.CALENDAR_DAY
) -> tuple[MonthlyRate, ...]:
    """List the monthly rates that line items of a bill charged."""
    return windows(_lines(charges, ()), adder_basis)


def subsidy_rates(told: Iterable[MetiCredit], *, gas: bool = False) -> tuple[MonthlyRate, ...]:
    """List the government discounts that the service tells: worth keeping, for it may tell only those in force."""
    return tuple(
        MonthlyRate(
            Component.SUBSIDY,
            None if item.start_date is None else midnight(item.start_date),
            None if item.end_date is None else midnight(_exclusive(item.end_date)),
            -abs(item.unit_price),
            Provenance.API,
        )
        for item in told
        if item.unit_price is not None
        and (item.credit_type or "").upper() == ("GAS" if gas else "ELECTRICITY")
        and all(day is None or day.year in YEARS for day in (item.start_date, item.end_date))
    )


def bands_seen(
    agreements: Sequence[Agreement], readings: Sequence[Reading]
) -> dict[str, tuple[SeenBands, ...]]:
    """Count the bands that readings name, by the product in force: worth keeping, for the readings of a season pass."""
    by_product: dict[str, list[tuple[datetime, str | None]]] = {}
    contracts, _ = _contracts(agreements, ElectricityProduct)
    for reading in readings:
        covering = {c.code for c in contracts if c.covers(reading.start_at)}
        if len(covering) == 1 and slot_of(reading.consumption_rate_band) is not None:
            bands = by_product.setdefault(covering.pop(), [])
            bands.append((reading.start_at, reading.consumption_rate_band))
    return {code: schedules.seen_bands(bands) for code, bands in by_product.items()}


def _adders(
    agreements: Sequence[Agreement],
    evidence: Evidence,
    area: str | None,
    basis: AdderBasis | None,
) -> tuple[MonthlyRates, AdderBasis]:
    told = [
        replace(rate, provenance=Provenance.OBSERVED) if rate.provenance is Provenance.API else rate
        for rate in evidence.observed
    ]
    told += observations(agreements)
    fuel = [*published.fuel_cost_adjustments(area), *_of(told, _FUEL)]
    levy = [*published.renewable_energy_levies(), *_of(told, _LEVY)]
    codes = {contract.code for contract in _contracts(agreements, ElectricityProduct)[0]}
    lines = _lines(evidence.charges, codes)
    if basis is None:
        basis = basis_of(lines, timeline(fuel), timeline(levy)) or AdderBasis.CALENDAR_DAY
    charged = windows(lines, basis)
    fuel += _of(charged, _FUEL)
    rates = MonthlyRates(
        timeline(fuel),
        timeline([*levy, *_of(charged, _LEVY)]),
        timeline(_subsidies(evidence, gas=False)),
        {code: timeline(of_product(fuel, code)) for code in codes},
    )
    return rates, basis


def _lines(items: Iterable[LineItem], codes: Collection[str]) -> list[ChargeLine]:
    """Read the lines of bills. A product code that no agreement has is not one that tells products apart."""
    return [
        ChargeLine(
            item.supply_type,
            item.period_start_at,
            item.period_end_at,
            item.number_of_units,
            item.gross_amount,
            item.product_code if item.product_code in codes else None,
        )
        for item in items
    ]


def _of(told: Iterable[MonthlyRate], component: Component) -> list[MonthlyRate]:
    return [window for window in told if window.component is component]


def _subsidies(evidence: Evidence, *, gas: bool) -> list[MonthlyRate]:
    """Put the government's discounts together, month by month: what is told now, what was told, the shipped table.

    The service may list those in force and no others: what it does not name is not taken away.
    """
    rates = [*published.subsidies(gas=gas), *subsidy_rates(evidence.meti_credits or (), gas=gas)]
    if gas:
        return rates
    return rates + [
        replace(rate, provenance=Provenance.OBSERVED) if rate.provenance is Provenance.API else rate
        for rate in _of(evidence.observed, Component.SUBSIDY)
    ]


def _exclusive(end: date) -> date:
    """Return the day after the last one. An end on the first of a month names that day itself: no discount begins there."""
    return end if end.day == 1 else end + timedelta(days=1)


def _contracts[P: (ElectricityProduct, ElectricityFitProduct, GasTieredProduct)](
    agreements: Iterable[Agreement], kind: type[P], evidence: Evidence = _NOTHING
) -> tuple[list[Contract[P]], list[InForce]]:
    """Choose the agreements of a kind, and the times of those that do not tell their product."""
    contracts, unknown = [], []
    for agreement in agreements:
        product = agreement.product
        start, end = _open(agreement.valid_from), _open(agreement.valid_to)
        if agreement.is_revoked or (start is not None and end is not None and start >= end):
            continue
        if product is None:
            unknown.append(InForce(start=start, end=end))
        elif isinstance(product, kind):
            addons = tuple(_addon(rate) for rate in evidence.addons.get(agreement.id or 0, ()))
            charges = tuple(evidence.standing_charges.get(agreement.id or 0, ()))
            if charges and isinstance(product, ElectricityProduct) and not product.standing_charges:
                product = replace(product, standing_charges=charges)
            inner = edges(_rates(product), start) | edges(addons, start)
            contracts.append(
                Contract(
                    product,
                    product.code,
                    agreement.id or 0,
                    addons,
                    frozenset(inner),
                    start=start,
                    end=end,
                )
            )
    return contracts, unknown


def _open(at: datetime | None) -> datetime | None:
    """Return an end of an agreement; the years 1 and 9999 are ways to write that there is none."""
    return at if in_reason(at) else None


def _rates(
    product: ElectricityProduct | ElectricityFitProduct | GasTieredProduct,
) -> Iterable[Rate]:
    if isinstance(product, ElectricityFitProduct):
        return product.generation_credits
    return (*product.consumption_charges, *product.standing_charges)


def _addon(rate: AddonRate) -> Addon:
    """Add the tax of 10 %: the schema has no price with tax for an add-on, and its net price is one of five digits."""
    price = None
    if rate.price_per_unit is not None and abs(rate.price_per_unit) <= HIGHEST_PRICE:
        price = (rate.price_per_unit * _WITH_TAX).quantize(_SEN, ROUND_HALF_UP)
    return Addon(
        rate.band or rate.title or "",
        price,
        rate.unit_type,
        rate.valid_from,
        rate.valid_to,
        rate.duration_months,
    )


def _area(contracts: Iterable[Contract[ElectricityProduct]]) -> str | None:
    codes = {
        rate.grid_operator_code
        for contract in contracts
        for rate in contract.product.consumption_charges
        if rate.grid_operator_code
    }
    return codes.pop() if len(codes) == 1 else None


def _rate_card(
    contract: Contract[ElectricityProduct], at: datetime, area: str | None, evidence: Evidence
) -> RateCard:
    product, since = contract.product, contract.start
    read = shape(product.consumption_charges, at, since, evidence.capacity)
    schedule = None
    if read.kind is Kind.TIME_OF_USE:
        schedule = _schedule(contract, area, evidence)
        if not schedule.slots <= {band.slot for band in read.bands}:
            raise Unpriced("unknown_band")
    return RateCard(
        read.kind,
        standing_charge(
            product.standing_charge_price_per_day,
            product.standing_charge_unit_type,
            product.standing_charges,
            at,
            evidence.capacity,
        ),
        read.steps,
        read.bands,
        schedule,
        fuel_cost_adjusted=_fuel_cost_adjusted(product, read.kind),
        fixed_fuel_cost_adjustment=_fixed_price(product),
        extras=extras(contract.addons, at, since),
        estimated=read.estimated,
        area=area,
        product_code=product.code,
        product_name=product.display_name,
        agreement_id=contract.id,
    )


def _schedule(
    contract: Contract[ElectricityProduct], area: str | None, evidence: Evidence
) -> Schedule:
    """Find the hours of a product's bands: as published, for want of those as readings show, as the user entered them."""
    scheme = _params(contract.product).get("time_of_use_scheme")
    if not isinstance(scheme, str) or not scheme:
        scheme = evidence.schemes.get(contract.code)
    if (found := schedules.published(scheme, area)) is not None:
        return found
    bands = [(at, band) for at, band in evidence.bands if contract.covers(at)]
    seen = schedules.merge_seen(evidence.seen.get(contract.code, ()), schedules.seen_bands(bands))
    entered = evidence.schedules.get(contract.code)
    if (learned := schedules.learned(seen, area or "")) is not None:
        return replace(learned, otherwise=entered)
    if entered is not None:
        return entered
    raise Unpriced("unknown_schedule")


def _params(product: ElectricityProduct) -> Mapping[str, object]:
    """Return the product's free-form parameters; what is no object has none."""
    return product.params if isinstance(product.params, Mapping) else {}


def _fixed(product: ElectricityProduct) -> bool:
    return bool(_params(product).get("is_fixed_fca"))


def _fixed_price(product: ElectricityProduct) -> Decimal | None:
    if not _fixed(product):
        return None
    if (rate := product.fuel_cost_adjustment) is None:
        raise Unpriced("no_fuel_cost_adjustment")
    return rate.price_per_unit_inc_tax


def _fuel_cost_adjusted(product: ElectricityProduct, kind: Kind) -> bool:
    """Every plan but シンプル (single rate) is adjusted (docs/pricing.md); elsewhere silence is not a no."""
    name = f"{product.code} {product.display_name or ''}"
    simple = kind is Kind.SINGLE or "SIMPLE" in name.upper() or "シンプル" in name
    return product.fuel_cost_adjustment is not None or not simple
