"""One Home Assistant that stays while faults come and go, and what it shows of each."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
import logging
import re
from time import sleep
from typing import Any, override

from home import Home
from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.config_entries import SOURCE_USER, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.identity import digest
from custom_components.octopus_japan.oejp.kraken.graphql.documents import DOCUMENTS as TEXTS
from custom_components.octopus_japan.recorder.statistic_ids import (
    compensation_id,
    consumption_id,
    cost_id,
    return_id,
)
from custom_components.octopus_japan.runtime import forget_sign_in
from scripts.fault_matrix.cells import Cell, Seen
from scripts.fault_matrix.documents import DOCUMENTS
from scripts.fault_matrix.rules import Phase
from simulator.accounts import Account
from simulator.dates import JST
from simulator.faults import Fault
from simulator.plans import GasPlan

HOUSEHOLD = "solar-tokyo"
OURS = f"custom_components.{DOMAIN}"
SECONDS = {"timeout": 3600.0, "slow": 20.0}
"""How late an answer is that comes too late, and one that comes late."""
ASKED_TO_WAIT = {"http_429": 1800, "throttled": 1800}
"""Seconds that the service asks to wait."""
STEPS = (1, 3, 31, 62, 93, 12 * 60 + 1)
"""Minutes after which it is looked whether everything is told again."""
ACTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "register_for_campaign": ("register_for_campaign", {"campaign": "open", "confirm": True}),
    "REST products": ("list_products", {}),
    "REST electricity-meter-points": ("get_meter_point", {}),
    "REST industry": ("get_grid_supply_point", {"postcode": "100-0001"}),
    "REST quotes": (
        "create_quote",
        {"postcode": "100-0001", "consumption": 3100, "confirm": True},
    ),
}
ANSWERING = {"list_products", "get_meter_point", "get_grid_supply_point", "create_quote"}
_FIELD_FAULTS = {"refused_field", "internal_error", "removed_field"}


_ROOT = re.compile(r"\{\s*(?:\w+:\s*)?(\w+)")


def operation(document: str) -> str:
    """Return what the simulator calls a document, or an endpoint of REST."""
    return TEXTS[document].operation if document in TEXTS else document


def root(document: str) -> str:
    """Return the field that a document begins with."""
    found = _ROOT.search(TEXTS[document].text)
    assert found is not None
    return found[1]


class _Counting(logging.Handler):
    """Counts what is logged from WARNING on: lines of ours, and errors of others."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        self.elsewhere: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith(OURS):
            self.lines.append(record.getMessage())
        elif record.levelno >= logging.ERROR:
            self.elsewhere.append(record.getMessage())


class Stay:
    """A household that has everything, in one Home Assistant."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.simulator = home.simulator
        self.entry: MockConfigEntry
        self.healthy: set[str] = set()
        world = self.simulator.world
        login = world.households[HOUSEHOLD]
        self.account: Account = login.accounts[0]
        number = self.account.number
        world.add_gas(number, GasPlan((("gas", date(2025, 9, 24), None),), 24, date(2025, 9, 24)))
        world.offer_campaign(number, "joined", date(2025, 11, 4), date(2027, 3, 1), joined=True)
        world.offer_campaign(number, "open", date(2025, 12, 1), date(2027, 3, 1))
        self.account.programme.loyalty_points = 1250
        self.account.programme.vouchers = (2000, 500)
        self.spin = login.supply_points[0].spin
        self.gpin = login.generation_points[0].gpin
        self._devices = {
            digest(number): "account",
            digest(self.spin): "electricity",
            digest(self.gpin): "generation",
            digest(login.gas_points[0].spin): "gas",
        }

    async def arrive(self) -> None:
        """Set the entry up and let a day go by, so that all is asked for with its clock."""
        logging.getLogger("homeassistant").setLevel(logging.WARNING)
        self.entry = await self.home.sign_in(HOUSEHOLD)
        await self.until_evening()
        self.healthy = self.valueless()

    def statistics(self) -> dict[str, dict[datetime, Decimal]]:
        """Return the truth of the last weeks by the statistics that should equal it."""
        truth, now = self.simulator.truth, self.simulator.clock.now()
        window = now - timedelta(days=60), now
        point, roof = digest(self.spin), digest(self.gpin)
        return {
            consumption_id(point): truth.hours(self.spin, *window),
            cost_id(point): truth.costs(self.spin, *window),
            return_id(roof): truth.exports(self.gpin, *window),
            compensation_id(roof): truth.compensation(self.gpin, *window),
        }

    # Time

    async def until_evening(self, fault: Fault | None = None) -> None:
        """Let time pass until an evening at least twelve hours away.

        At the same time of every day the same entities have a value; in the evening something of the day is published.
        """
        now = self.simulator.clock.now()
        evening = now.astimezone(JST).replace(hour=22, minute=0, second=0, microsecond=0)
        while evening - now < timedelta(hours=12, minutes=5):
            evening += timedelta(days=1)
        await self.pass_time(evening - now, fault)

    async def pass_time(self, span: timedelta, fault: Fault | None = None) -> None:
        """Let time pass, and wait for what comes of it; an answer that a fault holds back is waited for or given up."""
        self.tick(span)
        async_fire_time_changed(self.home.hass)
        await self.settle(fault)

    def tick(self, span: timedelta) -> None:
        """Move on the one time that all have."""
        self.simulator.clock.advance(span)
        self.home.freezer.tick(span)

    async def settle(
        self, fault: Fault | None = None, begun: Coroutine[Any, Any, Any] | None = None
    ) -> None:
        """Wait for what was begun and for everything that is under way."""
        if fault is None or fault.kind not in SECONDS:
            await self._settled(begun)
        else:
            await self._held_back(fault, self._settled(begun))

    async def _settled(self, begun: Coroutine[Any, Any, Any] | None) -> None:
        if begun is not None:
            await begun
        await self.home.settle()
        await self.home.recorded()
        await self.home.settle()

    async def _held_back(self, fault: Fault, waiting: Coroutine[Any, Any, None]) -> None:
        """Let as much time pass as one request takes, whenever the fault has struck once more."""
        loop = asyncio.get_running_loop()
        task, struck, still, asked = loop.create_task(waiting), 0, 0, 0
        while not task.done():
            await loop.run_in_executor(None, sleep, 0.002)
            # What else is under way comes to its end first: it would be given up with the answer that is held back.
            still = still + 1 if self.simulator.requests.total == asked else 0
            asked = self.simulator.requests.total
            if fault.fired > struck and still > 40:
                struck, still = struck + 1, 0
                self.tick(timedelta(seconds=62 if fault.kind == "timeout" else SECONDS["slow"] + 1))
        await task

    # Faults

    def switch_on(self, cell: Cell) -> Fault:
        """Let a cell's fault strike its document from now on."""
        options: dict[str, Any] = {"operation": operation(cell.document)}
        if cell.fault in _FIELD_FAULTS:
            options["field"] = DOCUMENTS[cell.document].strikes or root(cell.document)
        if cell.fault in ASKED_TO_WAIT:
            options["retry_after"] = ASKED_TO_WAIT[cell.fault]
        if cell.fault in SECONDS:
            options["seconds"] = SECONDS[cell.fault]
        return self.simulator.faults.add(cell.fault, **options)  # type: ignore[arg-type]

    async def run(self, cell: Cell) -> Seen:
        """Run a cell, whatever its phase."""
        phases = {
            Phase.SIGN_IN: self.sign_in,
            Phase.SET_UP: self.set_up,
            Phase.RESTART: self.restart,
            Phase.POLL: self.poll,
            Phase.ACTION: self.act,
        }
        return await phases[cell.phase](cell)

    async def poll(self, cell: Cell) -> Seen:
        """Let a fault strike the poll of the next evening, lift it, and wait until everything is told again."""
        if cell.document == "tariff_summary":
            # It is asked for once a day at most, and was at the end of the cell before.
            await self.until_evening()
        before = self.valueless()
        fault = self.switch_on(cell)
        with self._counting() as counted:
            self.simulator.requests.clear()
            await self.until_evening(fault)
            return await self._seen(cell, fault, counted, before)

    async def sign_in(self, cell: Cell) -> Seen:
        """Sign in as a user does, while a fault strikes and once more after it: the login has an entry already, which ends it."""
        flows, login = (
            self.home.hass.config_entries.flow,
            self.simulator.world.households[HOUSEHOLD],
        )
        self.simulator.tokens.limited = False
        given = {
            "email": login.email,
            "password": login.password,
            "advanced": {"url": self.simulator.url},
        }
        told: list[str | None] = []
        flow = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
        flow = await flows.async_configure(flow["flow_id"], {"next_step_id": "password"})

        async def submit() -> None:
            result = await flows.async_configure(flow["flow_id"], given)
            told.append((result.get("errors") or {}).get("base") or result.get("reason"))

        return await self._asked(cell, submit, told, done="already_configured")

    async def act(self, cell: Cell) -> Seen:
        """Call the action that asks a document, while a fault strikes and once more after it."""
        action, data = ACTIONS[cell.document]
        if cell.document == "REST electricity-meter-points":
            data = {"number": self.spin}
        self.home.hass.data.pop(f"{DOMAIN}.registrations", None)
        self.home.hass.data.pop(f"{DOMAIN}.quotes", None)
        self.account.programme.joined.pop("open", None)
        told: list[str | None] = []

        async def call() -> None:
            try:
                await self.home.hass.services.async_call(
                    DOMAIN, action, data, blocking=True, return_response=action in ANSWERING
                )
            except HomeAssistantError as error:
                told.append(error.translation_key)
            else:
                told.append("done")

        return await self._asked(cell, call, told, done="done")

    async def _asked(
        self,
        cell: Cell,
        ask: Callable[[], Coroutine[Any, Any, None]],
        told: list[str | None],
        done: str,
    ) -> Seen:
        """Ask while a fault strikes, and once more after it. `done`: what is told where nothing is wrong."""
        fault = self.switch_on(cell)
        self.simulator.requests.clear()
        with self._counting() as counted:
            await self.settle(fault, ask())
            requests = self.asked(cell) or fault.fired
            lost = self.valueless() - self.healthy
        self.simulator.faults.clear()
        for pending in (f"{DOMAIN}.registrations", f"{DOMAIN}.quotes"):
            # As after a restart: a user who looked, and found that nothing had come of it.
            self.home.hass.data.pop(pending, None)
        await ask()
        await self.settle()
        return Seen(
            lost=frozenset(lost),
            lines=len(counted.lines),
            requests=requests,
            # What was asked for may have been done, though its answer did not arrive.
            again=0 if told[-1] in {done, "campaign_not_open"} else None,
            repairs=frozenset(self.repairs()),
            reauthentication=self.reauthentication(),
            elsewhere=len(counted.elsewhere),
            told=None if told[0] == done else told[0],
        )

    async def set_up(self, cell: Cell) -> Seen:
        """Set the entry up for the first time while a fault strikes: nothing is stored, no history is there."""
        hass, data = self.home.hass, dict(self.entry.data)
        await hass.config_entries.async_remove(self.entry.entry_id)
        done = hass.loop.create_future()
        get_instance(hass).async_clear_statistics(
            list(self.statistics()),
            on_done=lambda: hass.loop.call_soon_threadsafe(done.set_result, None),
        )
        await done
        await self.settle()
        login = self.simulator.world.households[HOUSEHOLD]
        self.entry = MockConfigEntry(domain=DOMAIN, data=data, unique_id=login.viewer_id)
        self.entry.add_to_hass(hass)
        return await self._started(cell)

    async def restart(self, cell: Cell) -> Seen:
        """Set the entry up from what it stored, with nothing of it in memory, while a fault strikes."""
        await self.home.hass.config_entries.async_unload(self.entry.entry_id)
        await self.settle()
        forget_sign_in(self.home.hass, self.entry)
        return await self._started(cell)

    async def _started(self, cell: Cell) -> Seen:
        fault = self.switch_on(cell)
        self.simulator.requests.clear()
        with self._counting() as counted:
            starting = self.home.hass.config_entries.async_setup(self.entry.entry_id)
            await self.settle(fault, starting)
            return await self._seen(cell, fault, counted, self.healthy)

    async def _seen(self, cell: Cell, fault: Fault, counted: _Counting, before: set[str]) -> Seen:
        """Tell what is seen, lift the fault, and wait until everything is told again."""
        loaded = self.entry.state is ConfigEntryState.LOADED
        lost = self.valueless() - before if loaded else {"all"}
        requests = self.asked(cell)
        repairs, reauthentication = self.repairs(), self.reauthentication()
        lines, elsewhere = list(counted.lines), list(counted.elsewhere)
        self.simulator.faults.clear()
        again = await self._told_again(cell, before, answered=not requests or not fault.fired)
        return Seen(
            lost=frozenset(lost),
            lines=len(lines),
            requests=requests,
            again=again,
            repairs=frozenset(repairs),
            reauthentication=reauthentication,
            wrong=tuple(await self.wrong()),
            elsewhere=len(elsewhere),
        )

    async def _told_again(self, cell: Cell, before: set[str], *, answered: bool) -> int | None:
        """Return after how many minutes the document was answered again and every entity has its value."""
        passed = 0
        self.simulator.requests.clear()
        if cell.fault == "slow":
            answered = True
        for step in (0, *STEPS):
            if step:
                await self.pass_time(timedelta(minutes=step - passed))
                passed = step
            answered = answered or any(
                request.operation == operation(cell.document) and request.status == 200
                for request in self.simulator.requests
            )
            loaded = self.entry.state is ConfigEntryState.LOADED
            if loaded and answered and not self.valueless() - before and not self.repairs():
                return passed
        return None

    @contextmanager
    def _counting(self) -> Iterator[_Counting]:
        counting = _Counting()
        logging.getLogger().addHandler(counting)
        try:
            yield counting
        finally:
            logging.getLogger().removeHandler(counting)

    # What is seen

    def asked(self, cell: Cell) -> int:
        """Return how often a document was asked for since the record was cleared."""
        asked = operation(cell.document)
        return sum(request.operation == asked for request in self.simulator.requests)

    def valueless(self) -> set[str]:
        """Return the entities that should have a value and have none, as the rules name them."""
        states, unpublished = self.home.hass.states, self.unpublished()
        found = set()
        registry = er.async_get(self.home.hass)
        for entity in er.async_entries_for_config_entry(registry, self.entry.entry_id):
            state, name = states.get(entity.entity_id), self._name(entity.unique_id)
            if (
                state is None
                or state.state == STATE_UNAVAILABLE
                or (state.state == STATE_UNKNOWN and name not in unpublished)
            ):
                found.add(name)
        return found

    def unpublished(self) -> set[str]:
        """Return the entities that can have no value: nothing of their time is published yet."""
        now = self.simulator.clock.now()
        today = now.astimezone(JST).replace(hour=0, minute=0, second=0, microsecond=0)
        spans = {
            "today": (today, now),
            "yesterday": (today - timedelta(days=1), today),
            "this_week": (today - timedelta(days=today.weekday()), now),
            "this_month": (today.replace(day=1), now),
        }
        *_, (_, closed) = self.simulator.truth.periods(self.spin)
        # The bill of a period comes some days after its reading.
        unbilled = {"electricity:bill_difference"} if now - closed < timedelta(days=5) else set()
        return unbilled | {
            f"{device}:{what}_{span}"
            for device, number, whats in (
                ("electricity", self.spin, ("consumption", "cost")),
                ("generation", self.gpin, ("export", "compensation")),
            )
            for span, (start, end) in spans.items()
            if not self.simulator.truth.half_hours(number, start, end)
            for what in whats
        }

    def _name(self, unique_id: str) -> str:
        number, _, key = unique_id.partition("_")
        return f"{self._devices[number]}:{key}"

    def repairs(self) -> set[str]:
        """Return the repairs of the service that are raised."""
        return {str(issue.translation_key) for issue in self.home.issues()}

    def reauthentication(self) -> bool:
        """Tell whether a user is asked to sign in again."""
        return any(self.entry.async_get_active_flows(self.home.hass, {"reauth"}))

    async def wrong(self) -> list[str]:
        """Return what does not equal the truth."""
        truth, now = self.simulator.truth, self.simulator.clock.now()
        since = now - timedelta(days=60)
        found = []
        for statistic, told in self.statistics().items():
            rows = await _rows(self.home.hass, statistic, since)
            # What was published since the last poll is with the next one.
            due = {at: value for at, value in told.items() if at < now - timedelta(hours=9)}
            differing = [
                at for at, value in due.items() if abs(rows.get(at, -1.0) - float(value)) > 1e-6
            ]
            if differing or not due:
                found.append(
                    f"{statistic.split('_')[-1]}: {len(differing)} of {len(due)} hours differ"
                )
        price = self.home.state(self.spin, "current_price").state
        used = truth.used(self.spin, now)
        if abs(float(price) - float(truth.price(self.spin, now, used).total)) > 1e-6:
            found.append(f"the price is {price}")
        balance = self.home.state(self.account.number, "balance").state
        if int(float(balance)) != self.account.balance:
            found.append(f"the balance is {balance}")
        return found


async def _rows(hass: HomeAssistant, statistic: str, since: datetime) -> dict[datetime, float]:
    """Return what the recorder has of a statistic."""
    found = await get_instance(hass).async_add_executor_job(
        lambda: statistics_during_period(hass, since, None, {statistic}, "hour", None, {"state"})
    )
    return {
        datetime.fromtimestamp(row["start"], since.tzinfo): float(row["state"] or 0.0)
        for row in found.get(statistic, [])
    }
