"""The fuel cost adjustment and the levy of past months.

The service tells them for the month in force, in the product, and for past months only on bills (docs/api.md#monthly-rates).
"""

from collections.abc import Sequence

from homeassistant.util import dt as dt_util

from ..identity import digest
from ..oejp.kraken import KrakenClient
from ..oejp.kraken.models import Agreement, LineItem, Statement
from ..oejp.tariff import Component, MonthlyRate, Provenance
from ..oejp.tariff.from_kraken import observations
from ..store import Bill, BillLine, ObservedRate, OctopusStore


def observe(store: OctopusStore, agreements: Sequence[Agreement]) -> None:
    """Keep what is in force, by product: next month the service will have forgotten it."""
    now = dt_util.utcnow()
    for agreement in agreements:
        if agreement.product is None:
            continue
        known = store.parts.observed_rates.setdefault(agreement.product.code, [])
        newest = {(rate.component, rate.start, rate.end): rate.price for rate in known}
        for rate in observations([agreement]):
            of = (rate.component.value, rate.start, rate.end)
            if newest.get(of) != rate.price:
                known.append(ObservedRate(of[0], rate.price, rate.start, rate.end, now))
                store.async_save()


def observed(store: OctopusStore, agreements: Sequence[Agreement]) -> list[MonthlyRate]:
    """Return what was observed of the products of some agreements."""
    codes = {agreement.product.code for agreement in agreements if agreement.product}
    return [
        MonthlyRate(
            Component(rate.component),
            rate.start,
            rate.end,
            rate.price,
            Provenance.OBSERVED,
            observed_at=rate.seen_at,
            product_code=code,
        )
        for code in sorted(codes)
        for rate in store.parts.observed_rates.get(code, ())
        if rate.component in set(Component)
    ]


async def async_read_bills(
    client: KrakenClient, account_number: str, statements: Sequence[Statement], store: OctopusStore
) -> None:
    """Read the lines of bills that were not read before, each once, the newest first.

    Raises KrakenError; what was read until then stays.
    """
    bills = store.parts.bills.setdefault(digest(account_number), [])
    read = {bill.identifier for bill in bills}
    for statement in reversed(statements):
        if statement.identifier not in read:
            lines = await client.billing.charges(account_number, statement.identifier)
            bills.append(Bill(statement.identifier, tuple(_stored(line) for line in lines)))
            store.async_save()


def lines_of(store: OctopusStore, account_number: str, spin: str) -> list[LineItem]:
    """Return the lines of all bills of an account that name a supply point, or none."""
    return [
        LineItem(
            supply_type=line.supply_type,
            period_start_at=line.period_start_at,
            period_end_at=line.period_end_at,
            number_of_units=line.number_of_units,
            net_amount=line.net_amount,
            gross_amount=line.gross_amount,
            product_code=line.product_code,
            spin=spin if line.point else None,
            document=bill.identifier,
            contracted_capacity_unit=line.contracted_capacity_unit,
            contracted_capacity_value=line.contracted_capacity_value,
        )
        for bill in store.parts.bills.get(digest(account_number), ())
        for line in bill.lines
        if line.point in {None, digest(spin)}
    ]


def lines_without_point(store: OctopusStore, account_number: str) -> list[LineItem]:
    """Return the lines of all bills of an account that are about no point: credits, or what names none."""
    return [
        LineItem(
            supply_type=line.supply_type,
            number_of_units=line.number_of_units,
            gross_amount=line.gross_amount,
            document=bill.identifier,
        )
        for bill in store.parts.bills.get(digest(account_number), ())
        for line in bill.lines
        if line.point is None
    ]


def _stored(line: LineItem) -> BillLine:
    return BillLine(
        supply_type=line.supply_type,
        period_start_at=line.period_start_at,
        period_end_at=line.period_end_at,
        number_of_units=line.number_of_units,
        net_amount=line.net_amount,
        gross_amount=line.gross_amount,
        product_code=line.product_code,
        point=None if line.spin is None else digest(line.spin),
        contracted_capacity_unit=line.contracted_capacity_unit,
        contracted_capacity_value=line.contracted_capacity_value,
    )
