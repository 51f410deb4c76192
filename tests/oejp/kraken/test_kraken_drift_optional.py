"""A field of a document that nothing rests on alone changes its type: that costs no more than if it were gone (docs/api.md#essential)."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import fields as attributes, is_dataclass
from datetime import date, datetime
from typing import Any

from aiohttp import ClientSession
import pytest
from test_kraken_drift import CHANGES, NOW, fields

from custom_components.octopus_japan.oejp.kraken import EmailPassword, KrakenClient, KrakenError
from simulator import Simulator
from simulator.absurd import Raw

BACK = datetime.fromisoformat("2026-01-01T00:00:00+09:00")
type Ask = Callable[[KrakenClient, str], Awaitable[Any]]

QUESTIONS: dict[str, tuple[str, Ask]] = {
    "supply_periods": ("green-tokyo", lambda c, a: c.supply.periods(a)),
    "interval_readings": ("green-tokyo", lambda c, a: c.supply.interval_readings(a, BACK)),
    "reading_dates": ("green-tokyo", lambda c, a: c.supply.reading_dates(a)),
    "generation_points": ("solar-tokyo", lambda c, a: c.supply.generation_points(a)),
    "supply_details": ("large-tokyo", lambda c, a: c.terms.supply_details(a)),
    "amperage_options": ("green-tokyo", lambda c, a: c.terms.amperage_options(a)),
    "standing_charges": ("green-tokyo", lambda c, a: c.terms.standing_charges(a)),
    "addon_rates": ("green-tokyo", lambda c, a: c.terms.addon_rates(a)),
    "balance": ("green-tokyo", lambda c, a: c.billing.balance(a)),
    "overdue_balance": ("green-tokyo", lambda c, a: c.billing.overdue_balance(a)),
    "statements": ("green-tokyo", lambda c, a: c.billing.statements(a)),
    "payments": ("green-tokyo", lambda c, a: c.billing.payments(a)),
    "bills": ("green-tokyo", lambda c, a: c.billing.totals(a)),
    "meti_credits": (
        "subsidised",
        lambda c, a: c.billing.meti_credits(date(2026, 1, 1), date(2026, 12, 1)),
    ),
    "tariff_summary": ("green-tokyo", lambda c, a: c.catalogue.products("03")),
    "typical_use": ("green-tokyo", lambda c, a: c.typical_use.by_month("03", "X")),
    "gas_supply_points": ("gas-tokyo", lambda c, a: c.gas.supply_points(a)),
    "gas_reading_dates": ("gas-tokyo", lambda c, a: c.gas.reading_dates(a)),
    "loyalty_points": ("green-tokyo", lambda c, a: c.rewards.loyalty_points(a)),
    "vouchers": ("green-tokyo", lambda c, a: c.rewards.vouchers(a)),
    "campaigns_open": ("challenger-tokyo", lambda c, a: c.campaigns.open(a)),
    "campaigns_joined": ("challenger-tokyo", lambda c, a: c.campaigns.joined(a)),
    "postal_areas": ("green-tokyo", lambda c, a: c.areas.of_postcode("100-0001")),
    "rate_limit": ("green-tokyo", lambda c, a: c.login.rate_limit()),
}
"""By document: a household that has something of it, and how it is asked."""

DEARER = {
    # Which price a rate is, its band says.
    **{name: {"band"} for name in ("generation_points", "standing_charges", "gas_supply_points")},
    # A discount whose end cannot be read would have none.
    "meti_credits": {"endDate"},
}
"""What a price depends on: with one that cannot be read it is unknown, which is right."""


NOTHING = {"addon_rates", "typical_use", "loyalty_points", "vouchers"}
"""What the simulated households have none of: it is only held that no other error comes than the client's."""


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[Simulator]:
    simulator = Simulator(sorted({name for name, _ in QUESTIONS.values()}), now=NOW)
    await simulator.start()
    yield simulator
    await simulator.stop()


def atoms(answer: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Yield what an answer says, each by its place."""
    if is_dataclass(answer):
        for each in attributes(answer):
            yield from atoms(getattr(answer, each.name), (*path, each.name))
    elif isinstance(answer, Mapping):
        for key, value in answer.items():
            yield from atoms(value, (*path, key))
    elif isinstance(answer, tuple | list):
        for number, value in enumerate(answer):
            yield from atoms(value, (*path, number))
    elif answer is not None:
        yield path, answer


async def told(client: KrakenClient, account: str, ask: Ask) -> dict[tuple[Any, ...], Any]:
    """Return what is answered; nothing where it fails as the client may."""
    try:
        return dict(atoms(await ask(client, account)))
    except KrakenError:
        return {}


@pytest.mark.parametrize("document", QUESTIONS)
async def test_what_changes_its_type_costs_no_more_than_its_loss(
    simulator: Simulator, document: str
) -> None:
    household, ask = QUESTIONS[document]
    login = simulator.world.households[household]
    account = login.accounts[0].number
    credential = EmailPassword(login.email, login.password)
    dearer: dict[str, list[str]] = {}
    async with ClientSession() as session:

        def client() -> KrakenClient:
            return KrakenClient(session, simulator.url, credential, now=NOW.timestamp)

        whole = await told(client(), account, ask)

        def kept(answer: dict[tuple[Any, ...], Any]) -> int:
            return sum(whole[place] == value for place, value in answer.items() if place in whole)

        asking = client()
        for field in fields(document):
            fault = simulator.faults.add("removed_field", field=field)
            lost = kept(await told(client(), account, ask))
            simulator.faults.remove(fault)
            for change in CHANGES:
                fault = simulator.faults.add("value", field=field, value=Raw(change))
                if kept(await told(asking, account, ask)) < lost:
                    dearer.setdefault(field, []).append(change)
                simulator.faults.remove(fault)
    assert whole or document in NOTHING
    assert set(dearer) == DEARER.get(document, set())
