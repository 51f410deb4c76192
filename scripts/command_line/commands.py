"""The commands: each asks, and returns an answer to show."""

from argparse import Namespace
import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from custom_components.octopus_japan.oejp.household.comparison import RatesOf
from custom_components.octopus_japan.oejp.household.forecast import Use
from custom_components.octopus_japan.oejp.household.hour import Hour
from custom_components.octopus_japan.oejp.household.outlook import has_steps, prices_between
from custom_components.octopus_japan.oejp.household.plans import OnSale, on_other_plans
from custom_components.octopus_japan.oejp.household.year_of_use import start_of_year, year_of_use
from custom_components.octopus_japan.oejp.japan_time import HALF_HOUR, JST, day_of, midnight
from custom_components.octopus_japan.oejp.kraken import KrakenClient
from custom_components.octopus_japan.oejp.kraken.models import Reading
from custom_components.octopus_japan.oejp.kraken.rest import QuoteRequest
from custom_components.octopus_japan.oejp.probe import Probe
from custom_components.octopus_japan.oejp.probe.probe import ADDRESSES
from custom_components.octopus_japan.oejp.tariff import Capacity, Component, PricePeriod, Unpriced

from .home import Point, by_hour, chosen, half_hours, points
from .output import Answer, Cell

DAY = timedelta(days=1)
CONFIRMATION = "create"


class Progress(Protocol):
    """Hears how far a long command is, 0 to 1, and what it does."""

    def __call__(self, done: float | None, what: str = "", /) -> None:
        """Show it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command is given: the client, the arguments, the time, the kind of sign-in, and whom to tell how far it is."""

    client: KrakenClient
    arguments: Namespace
    now: datetime
    kind: str
    url: str
    progress: Progress

    async def point(self, *, bills: bool = False) -> Point:
        """Return the supply point that the arguments name."""
        return chosen(await points(self.client, self.now, bills=bills), self.arguments.point)


async def login(asked: Asked) -> Answer:
    """Sign in, and say what the login sees."""
    viewer = await asked.client.login.viewer()
    return Answer("Signed in", ["way", "accounts"], [[asked.kind, len(viewer.accounts)]])


async def accounts(asked: Asked) -> Answer:
    """List accounts and their supply points."""
    rows = [
        [
            point.account_number,
            point.data.spin,
            point.data.area,
            point.data.status,
            point.data.product_name(asked.now),
        ]
        for point in await points(asked.client, asked.now)
    ]
    return Answer("Accounts", ["account", "supply_point", "area", "status", "plan"], rows)


async def readings(asked: Asked) -> Answer:
    """Return half hours exactly as they are served."""
    point = await asked.point()
    start, end = _span(asked, DAY)
    rows = [
        [
            reading.start_at.astimezone(JST),
            reading.value,
            reading.version,
            reading.consumption_rate_band,
        ]
        for reading in await _half_hours(asked, point, start, end)
    ]
    total = sum((row[1] for row in rows if isinstance(row[1], Decimal)), Decimal(0))
    notes = [f"{total.normalize():f} kWh in {len(rows)} half hours"]
    return Answer("Half hours, kWh", ["start", "kwh", "version", "band"], rows, notes=notes)


async def prices(asked: Asked) -> Answer:
    """Return the prices of a time, of each half hour or of each change."""
    point = await asked.point(bills=True)
    start, end = _span(asked, 2 * DAY, forward=True)
    found = await _prices(asked, point, start, end)
    if asked.arguments.half_hours:
        found = [piece for period in found for piece in _in_half_hours(period)]
    rows = [
        [
            period.start.astimezone(JST),
            period.end.astimezone(JST),
            period.price.total,
            period.price.slot,
            *(period.price.components.get(component) for component in Component),
            period.price.estimated,
        ]
        for period in found
    ]
    columns = ["start", "end", "jpy_per_kwh", "band", *(str(c) for c in Component), "estimated"]
    used = [index for index, _ in enumerate(columns) if any(row[index] is not None for row in rows)]
    return Answer(
        "Prices, JPY/kWh with tax",
        [columns[index] for index in used],
        [[row[index] for index in used] for row in rows],
    )


async def products(asked: Asked) -> Answer:
    """List what is on sale in an area."""
    area = asked.arguments.area or (await asked.point()).data.area
    found = await asked.client.catalogue.products(area)
    return Answer(
        f"On sale in area {area}",
        ["code", "name", "schedule"],
        [[item.code, item.name, item.scheme] for item in found],
    )


async def bill(asked: Asked) -> Answer:
    """Show the lines of the last bill, or of the one before it, and so on."""
    point = await asked.point()
    statements = await asked.client.billing.statements(point.account_number)
    if len(statements) <= asked.arguments.back:
        raise ValueError(f"There are {len(statements)} bills.")
    statement = statements[-1 - asked.arguments.back]
    lines = await asked.client.billing.charges(point.account_number, statement.identifier)
    rows = [
        [line.supply_type, line.number_of_units, line.net_amount, line.gross_amount]
        for line in lines
    ]
    total = sum((line.gross_amount or Decimal(0) for line in lines), Decimal(0))
    span = f"{statement.start_at.astimezone(JST):%Y-%m-%d} to {statement.end_at.astimezone(JST):%Y-%m-%d}"
    return Answer(
        f"Bill of {span}",
        ["line", "units", "net_jpy", "gross_jpy"],
        rows,
        notes=[f"{total} JPY, due {statement.payment_due_date or 'unknown'}"],
    )


async def compare(asked: Asked) -> Answer:
    """Price the last year on every plan of the area."""
    point = await asked.point(bills=True)
    tariff = point.tariff
    start = start_of_year(tariff.calendar, asked.now)
    used = year_of_use(by_hour(await _half_hours(asked, point, start, asked.now)), tariff.calendar)
    if not used.periods:
        raise ValueError("No billing period of this supply point is over yet.")
    sold = OnSale(
        point.data.area, await asked.client.catalogue.products(point.data.area), Capacity()
    )
    found = on_other_plans(tariff, used, sold, asked.now, rates_of=RatesOf.TODAY)
    rows = [
        [
            cost.plan.name,
            cost.yen,
            found.difference(cost),
            cost.plan.current,
            cost.reason or cost.plan.reason,
        ]
        for cost in found.plans
    ]
    return Answer(
        f"{len(used.periods)} billing periods, {used.kwh:.1f} kWh, with today's monthly rates",
        ["plan", "jpy", "difference", "current", "not_priced"],
        rows,
    )


async def quote(asked: Asked) -> Answer:
    """Create a quote at the supplier, once."""
    arguments = asked.arguments
    request = QuoteRequest(
        postcode=arguments.postcode,
        consumption=arguments.kwh,
        product_codes=arguments.product or (),
    )
    if arguments.confirm != CONFIRMATION:
        raise ValueError(f"A quote is created at the supplier. Say so: --confirm {CONFIRMATION}")
    found = await asked.client.rest.orders.create_quote(request)
    rows = [[item.code, item.monthly_amount, item.annual_amount] for item in found.products]
    return Answer(f"Quote {found.code}", ["product", "monthly", "annual"], rows)


async def account(asked: Asked) -> Answer:
    """Create an account at the supplier from a file, once: for partners of the supplier."""
    if asked.arguments.confirm != CONFIRMATION:
        raise ValueError(f"An account is created at the supplier. Say so: --confirm {CONFIRMATION}")
    number = await asked.client.rest.orders.create_account(asked.arguments.body)
    return Answer("Account created", ["account"], [[number]])


async def postcode(asked: Asked) -> Answer:
    """Tell the groups of grid supply points of a postcode."""
    found = await asked.client.rest.meters.grid_supply_points(asked.arguments.postcode)
    return Answer("Grid supply points", ["group"], [[group] for group in found])


async def probe(asked: Asked) -> Answer:
    """Ask everything once, a request a second, and report what works."""

    async def pause() -> None:
        await asyncio.sleep(asked.arguments.pause)

    own = asked.url not in ADDRESSES
    found = await Probe(
        asked.client,
        lambda: asked.now,
        pause,
        told=lambda what: asked.progress(None, what),
        sign_in=asked.kind,
        addresses=(asked.url,) if own else ADDRESSES,
    ).run()
    rows: list[list[Cell]] = [
        [name, str(finding.outcome), ", ".join(finding.codes), len(finding.fields)]
        for name, finding in found.documents.items()
    ]
    notes = [f"{question}: {answer}" for question, answer in found.answers.items()]
    return Answer(
        f"{found.requests} requests, Kraken {found.kraken_version or 'unknown'}",
        ["document", "outcome", "codes", "fields_failed"],
        rows,
        data=found.told,
        notes=notes,
    )


COMMANDS: Mapping[str, Callable[[Asked], Awaitable[Answer]]] = {
    "login": login,
    "accounts": accounts,
    "readings": readings,
    "prices": prices,
    "products": products,
    "bill": bill,
    "compare": compare,
    "quote": quote,
    "account": account,
    "postcode": postcode,
    "probe": probe,
}


async def _half_hours(asked: Asked, point: Point, start: datetime, end: datetime) -> list[Reading]:
    told = half_hours(
        asked.client, point, start, end, lambda done: asked.progress(done, "readings")
    )
    return [reading async for reading in told]


async def _prices(asked: Asked, point: Point, start: datetime, end: datetime) -> list[PricePeriod]:
    tariff, use = point.tariff, None
    if has_steps(tariff):
        begin = tariff.calendar.period_at(min(start, asked.now)).start
        hours = by_hour(await _half_hours(asked, point, begin, asked.now))
        use = Use([Hour(at, kwh) for at, kwh in hours]) if hours else None
    try:
        return list(prices_between(tariff, start, end, use))
    except Unpriced as error:
        raise ValueError(f"There is no price: {error.reason}.") from error


def _in_half_hours(period: PricePeriod) -> list[PricePeriod]:
    starts = []
    at = period.start
    while at < period.end:
        starts.append(at)
        at += HALF_HOUR
    return [PricePeriod(at, min(at + HALF_HOUR, period.end), period.price) for at in starts]


def _span(asked: Asked, length: timedelta, *, forward: bool = False) -> tuple[datetime, datetime]:
    """Return the time that the arguments name, in days of Japan; without any today, or the last day before it."""
    first: date | None = asked.arguments.since
    last: date | None = asked.arguments.until
    today = day_of(asked.now)
    start = midnight(first if first is not None else today if forward else today - DAY)
    end = midnight(last + DAY) if last is not None else start + length
    if end <= start:
        raise ValueError("--until is a day before --from.")
    return start.astimezone(UTC), end.astimezone(UTC)
