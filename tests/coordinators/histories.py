"""A history of one household: everything that can happen to its statistics, and what they must be in the end."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import pairwise
from typing import Any

from history_scripts import OUTAGES, Script, Step
from homeassistant.components.recorder.statistics import async_add_external_statistics, get_metadata
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_EMAIL, CONF_PASSWORD, CONF_URL
from homeassistant.core import CoreState
from machinery import Block, Gate, Machinery, StoredHour, instant
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_fire_time_changed

from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.identity import digest
from custom_components.octopus_japan.oejp.household.supply_tariff import rates_estimated_since
from custom_components.octopus_japan.recorder.statistic_ids import (
    compensation_id,
    consumption_id,
    cost_id,
    return_id,
)
from custom_components.octopus_japan.recorder.sync import exact
from simulator import Simulator
from simulator.dates import HALF_HOUR, Month, jst_date, midnight
from simulator.faults import Fault
from simulator.load import Load
from simulator.plans import PointPlan
from simulator.world import Point, SupplyPoint

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
BILLED = timedelta(days=1, hours=13)
"""How long after the end of a billing period its bill is issued and read at the latest."""
NEWEST_TABLE = Month(2026, 9)
"""The last month whose adjustment the shipped table knows."""
RECENT = timedelta(days=31)
"""What a poll may read where nothing is stored; older hours come by the import."""


@dataclass(frozen=True)
class Left:
    """A time of which nobody tells any more, since the account that was left no longer lists the point: until when, and what was
    told of it. An adjustment that is restated later is known of it all the same, unless Home Assistant was restarted meanwhile:
    then nothing is known of the former contract, and its cost stays as it is.
    """

    until: datetime
    kwh: Mapping[datetime, Decimal]
    values: Mapping[datetime, Decimal]
    fuel: Mapping[datetime, Decimal]

    def truth(
        self, stored: Mapping[datetime, StoredHour], fuel: Callable[[datetime], Decimal]
    ) -> dict[datetime, Decimal]:
        """Return what must be stored, with the adjustment as it is stated now where it is stored so."""
        found = dict(self.values)
        for at, value in self.values.items():
            restated = value + self.kwh.get(at, Decimal(0)) * (fuel(at) - self.fuel[at])
            if at in stored and abs(exact(stored[at].state) - restated) < Decimal("1e-6"):
                found[at] = restated
        return found


@dataclass
class Watched:
    """A statistic of the history, and what the user did to it: sums moved from an hour on, and the name given."""

    statistic_id: str
    point: Point
    money: bool
    adjustments: list[tuple[datetime, Decimal]] = field(default_factory=list)
    name: str | None = None
    left: Left | None = None


class History:
    """One household with its service, its entry and its statistics."""

    def __init__(self, machinery: Machinery, script: Script) -> None:
        self.machinery = machinery
        self.script = script
        self.simulator = Simulator(
            (script.household,), now=LONG_AGO, seed=script.world, since=script.since
        )
        # Documents are parsed once for all histories.
        machinery.engine = self.simulator.engine = machinery.engine or self.simulator.engine
        self.world = self.simulator.world
        self.household = self.world.households[script.household]
        self.met: set[str] = set()
        self.events = Counter[str]()
        self.periods = self.points = 0
        self._late: dict[str, Fault] = {}
        self._block: Block | None = None
        self._known: dict[str, list[StoredHour]] = {}
        self._imported_before: list[datetime] = []
        self.watched: list[Watched] = []
        self._asked: set[Month] = set()
        self._rates_told = LONG_AGO
        self.entry: MockConfigEntry

    # Beginning and doing

    async def run(self) -> None:
        """Begin, and do every step; after each no sum has fallen and nothing is lost."""
        await self._do(self.script.begin)
        for step in self.script.steps:
            await self._do(step)

    async def _do(self, step: Step) -> None:
        options = dict(step.options)
        later = options.pop("later", 0)
        if step.name in _WORLD:
            getattr(self, step.name)(**options)
        else:
            await getattr(self, step.name)(**options)
        self.events[step.name] += 1
        if later:
            await self.pass_time(hours=later)
        await self._check()

    async def begin(
        self,
        days: int,
        before_start: bool,
        second: int,
        late: list[str],
        meanwhile: Step | None = None,
        rows: int = 0,
    ) -> None:
        """Set the entry up some days after the start of supply."""
        self._add_second(second)
        now = midnight(self.start) + timedelta(days=days, hours=9, minutes=10)
        self.machinery.move_to(now)
        self.simulator.clock.set(now)
        await self.simulator.start()
        self.machinery.simulator = self.simulator
        self.machinery.storage.clear()
        self.watched = [
            Watched(name(digest(point.identifier)), point, money)
            for points, names in (
                (self.world.supply_points, ((consumption_id, False), (cost_id, True))),
                (self.world.generation_points, ((return_id, False), (compensation_id, True))),
            )
            for point in points.values()
            for name, money in names
        ]
        for fact in late:
            self._hide(fact)
        self.entry = self._entry()
        await self.machinery.ticking(self.clear(energy=True, money=True))
        if before_start:
            await self.machinery.stop()
            await self.machinery.start(starting=True)
        await self._set_up(meanwhile, rows)

    @property
    def start(self) -> Any:
        """The day in Japan on which the first supply began."""
        return min(point.start for point in self.world.supply_points.values())

    def _add_second(self, days: int) -> None:
        """Supply another point to a home that has one only, from so many days after the first on."""
        points = list(self.world.supply_points.values())
        if len(points) + len(self.world.generation_points) > 1:
            return
        day, area = self.start + timedelta(days=days), points[0].area
        plan = PointPlan(
            "second", area, ((f"simple-{area}", day, None),), 7, Load(base=0.1), day, amperage=40
        )
        self.world.add_point(self.household.accounts[0].number, plan)

    def _entry(self) -> MockConfigEntry:
        data = {
            CONF_EMAIL: self.household.email,
            CONF_PASSWORD: self.household.password,
            CONF_URL: self.simulator.url,
        }
        return MockConfigEntry(
            domain=DOMAIN, title="Home", data=data, unique_id=self.household.viewer_id
        )

    def _same_entry(self) -> MockConfigEntry:
        return MockConfigEntry(
            domain=DOMAIN,
            title="Home",
            data=dict(self.entry.data),
            unique_id=self.entry.unique_id,
            entry_id=self.entry.entry_id,
        )

    @property
    def now(self) -> datetime:
        return self.simulator.clock.now()

    @property
    def days(self) -> float:
        """How long the history is by now, from the start of supply."""
        return (self.now - midnight(self.start)) / timedelta(days=1)

    @property
    def importing(self) -> bool:
        """Whether the import is under way, as far as the entry tells."""
        if self.entry.state is not ConfigEntryState.LOADED:
            return False
        clocks = self.entry.runtime_data
        return any(
            clock.backfill.progress(number) != 1
            for clock in (clocks.readings, clocks.exports)
            for number in clock.numbers()
        )

    # While a pass is under way

    async def _set_up(self, meanwhile: Step | None, rows: int) -> None:
        """Set the entry up, and start Home Assistant if it has not."""
        self._imported_before.append(self.now - RECENT)

        async def trigger() -> None:
            await self.machinery.ticking(self.machinery.add(self.entry))
            if self.machinery.hass.state is not CoreState.running:
                self.machinery.started()

        await self._through(trigger, meanwhile, rows)

    async def _through(self, trigger: Callable[[], Any], meanwhile: Step | None, rows: int) -> None:
        """Let something cause passes; where one reaches the row, do something while the recorder is held inside it."""
        if meanwhile is None:
            await trigger()
            await self.machinery.settle()
            return
        with self.machinery.gate(rows) as gate:
            await trigger()
            settled = asyncio.get_running_loop().create_task(self.machinery.settled())
            await self.machinery.until(lambda: gate.reached.is_set() or settled.done())
            if gate.reached.is_set():
                self.events[f"{meanwhile.name} inside"] += 1
                await getattr(self, f"_inside_{meanwhile.name}")(gate, settled, **meanwhile.options)
            gate.open()
            if not settled.cancelled():
                await self.machinery.until(settled.done)
                await settled

    async def _inside_clear(
        self, _gate: Gate, _settled: object, *, energy: bool, money: bool
    ) -> None:
        if self.importing:
            self.met.add("cleared during an import")
        self._clear(energy=energy, money=money)

    async def _inside_again(self, _gate: Gate, _settled: object, *, days: int | None) -> None:
        if self.importing:
            self.met.add("reimport_history during an import")
        await self._ask(days)

    async def _inside_adjust(
        self, _gate: Gate, _settled: object, *, ago: float, centi: int, money: bool
    ) -> None:
        await self._adjust(ago, centi, money=money)

    async def _inside_restart(
        self, gate: Gate, settled: asyncio.Task[None], *, killed: bool
    ) -> None:
        """Stop Home Assistant, or let it lose what is not on the disk yet."""
        self.met.add("restart inside a pass")
        settled.cancel()
        await asyncio.wait([settled])
        snapshot = self.machinery.snapshot() if killed else None
        await self.machinery.stop(gate)
        if snapshot is not None:
            self.machinery.restore(snapshot)
        await self._start_again(starting=True)

    # The world

    def _half_hour(self, ago: float) -> datetime:
        """Return a half hour of the supply so far: 0 the newest, 1 the first."""
        halves = max(
            1, round((self.now - midnight(self.start)) / timedelta(seconds=HALF_HOUR) * ago)
        )
        at = self.now - halves * timedelta(seconds=HALF_HOUR)
        return at.replace(minute=at.minute // 30 * 30, second=0, microsecond=0)

    def _numbers(self) -> list[str]:
        return [*self.world.supply_points, *self.world.generation_points]

    def correct(self, ago: float, centi: int) -> None:
        at = self._half_hour(ago)
        for number in self._numbers():
            if midnight(self.world.point(number).start) <= at:
                self.world.correct(number, at, Decimal(centi) / 100)

    def withhold(self, ago: float, halves: int, hours: int) -> None:
        start, until = self._half_hour(ago), self.now + timedelta(hours=hours)
        for number in self._numbers():
            end = start + halves * timedelta(seconds=HALF_HOUR)
            self.world.withhold(number, start, end, until)

    def spoil(self, kind: Any, times: int, share: float) -> None:
        options = {"share": share} if kind in {"partial", "short"} else {}
        self.simulator.faults.add(kind, times=times, **options)

    def fail(self, kind: Any, times: int) -> None:
        options = {"seconds": 0.02} if kind in {"timeout", "slow"} else {}
        self.simulator.faults.add(kind, times=times, **options)

    def refuse(self, times: int, code: str) -> None:
        field_ = "halfHourlyReadings"
        if code.endswith("7899"):
            self.simulator.faults.add("internal_error", field=field_, times=times)
        else:
            self.simulator.faults.add("refused_field", field=field_, times=times, code=code)

    def _hide(self, fact: str) -> None:
        """Let the service keep a fact to itself until it is told."""
        faults = self.simulator.faults
        match fact:
            case "supply start":
                later = midnight(self.start + timedelta(days=20)).isoformat()
                value = ("1900-01-01T00:00:00+09:00", later)[self.script.world % 2]
                self._late[fact] = faults.add("value", field="supplyStartAt", value=value)
            case "boundary":
                self._late[fact] = faults.add("empty_list", field="intervalReadings")
            case "rate":
                self._rates_told = NEVER
                self._late[fact] = faults.add("value", field="fuelCostAdjustment", value=None)

    def told(self, fact: str) -> None:
        fault = self._late.pop(fact, None)
        if fault is None:
            return
        if fact == "rate":
            self._rates_told = self.now
        if fault.fired:
            self.met |= {"fact told late", f"{fact} told late"}
        self.simulator.faults.remove(fault)

    def restate(self, centi: int) -> None:
        """State the fuel cost adjustment of this month anew."""
        area = next(iter(self.world.supply_points.values())).area
        price = Decimal(centi) / 100
        self.world.monthly_rates.restate_fuel(area, Month.of(jst_date(self.now)), price)
        self.met |= {"fact told late", "rate restated"}

    def list_again(self, first: bool) -> None:
        number = next(iter(self.world.supply_points))
        self.world.list_again(number, self.household.accounts[-1].number, first=first)

    async def move(self, still_listed: bool) -> None:
        """Let the first point go on under another account from today on.

        Where the account that is left no longer lists it, nobody tells its time any more: what was told until then is the truth
        of that time, so that the integration gets to read it first.
        """
        number = next(iter(self.world.supply_points))
        account = self.household.accounts[-1].number
        if not still_listed:
            await self._catch_up()
            today = midnight(jst_date(self.now))
            for item in self.watched:
                if item.point.identifier == number:
                    self._leave(item, today)
        self.world.move(number, account, still_listed=still_listed)
        self.met.add("point moved")

    def _leave(self, item: Watched, today: datetime) -> None:
        truth, number = self.simulator.truth, item.point.identifier
        kwh = truth.hours(number, LONG_AGO, today)
        values = truth.costs(number, LONG_AGO, today) if item.money else kwh
        fuel = {at: self._fuel(item, at) for at in values}
        item.left = Left(today, kwh if item.money else {}, values, fuel)

    def _fuel(self, item: Watched, at: datetime) -> Decimal:
        return self.world.monthly_rates.fuel(item.point.area, Month.of(jst_date(at)))

    async def _catch_up(self) -> None:
        """Let the integration read what is published, and import all there is."""
        self.simulator.faults.clear()
        self._late.clear()
        if self.entry.state is not ConfigEntryState.LOADED:
            await self._set_up_again()
        await self.pass_time(hours=2.1)
        await self.again(None)
        await self._imported()

    # Time

    async def pass_time(self, days: int = 0, hours: float = 0) -> None:
        """Let time pass for Home Assistant and for the service, a day at a time."""
        for _ in range(days):
            await self._pass(timedelta(days=1))
        if hours:
            await self._pass(timedelta(hours=hours))

    async def _pass(self, span: timedelta) -> None:
        self._tick(span)
        await self.machinery.settle()

    def _tick(self, span: timedelta) -> None:
        self.machinery.tick(span)
        async_fire_time_changed(self.machinery.hass)

    async def outage(
        self, days: int, how: str, meanwhile: Step | None = None, rows: int = 0
    ) -> None:
        """Let Home Assistant be off, or the entry, or the service; then go on."""
        span, hass = timedelta(days=days), self.machinery.hass
        name = next(name for name, (least, most) in OUTAGES.items() if least <= days <= most)
        self.met |= {name, f"outage: {how} off"}
        match how:
            case "off":
                await self.machinery.stop()
                self.machinery.tick(span)
                self.entry = self._same_entry()
                await self.machinery.start(starting=True)
                await self._set_up(meanwhile, rows)
            case "entry":
                await self.machinery.ticking(hass.config_entries.async_unload(self.entry.entry_id))
                await self._pass(span)
                await self._through(self._set_up_again, meanwhile, rows)
            case "service":
                fault = self.simulator.faults.add("http_503")
                for _ in range(4):
                    await self._pass(span / 4)
                self.simulator.faults.remove(fault)

                async def trigger() -> None:
                    self._tick(timedelta(minutes=31))

                await self._through(trigger, meanwhile, rows)
        await self.pass_time(hours=0.6)

    async def _set_up_again(self) -> None:
        entries = self.machinery.hass.config_entries
        await self.machinery.ticking(entries.async_setup(self.entry.entry_id))

    # Home Assistant

    async def restarted(self, before_start: bool) -> None:
        await self.machinery.stop()
        await self._start_again(starting=before_start)

    async def _start_again(self, *, starting: bool) -> None:
        self.machinery.tick(timedelta(minutes=7))
        self.entry = self._same_entry()
        await self.machinery.start(starting=starting)
        await self._set_up(None, 0)

    async def restart_inside(self, hours: float, killed: bool, rows: int) -> None:
        """Stop while the pass of a poll is under way."""

        async def trigger() -> None:
            self._tick(timedelta(hours=hours))

        await self._through(trigger, Step("restart", {"killed": killed}), rows)

    async def busy(self, hours: float) -> None:
        """Keep the recorder busy while a poll has something for it."""
        await self._held(timedelta(hours=hours))
        self.release()
        await self.machinery.settle()

    async def _held(self, span: timedelta) -> None:
        self._block = self.machinery.block()
        instance = self.machinery.instance
        self._tick(span)
        for _ in range(100):
            if instance.backlog:
                break
            await self.machinery.ticking(asyncio.sleep(0.01))

    def release(self) -> None:
        if self._block:
            self._block.go_on.set()
            self._block = None

    async def remove_and_add(self) -> None:
        await self.machinery.hass.config_entries.async_remove(self.entry.entry_id)
        self.entry = self._entry()
        await self._set_up(None, 0)

    # The user

    async def again(self, days: int | None) -> None:
        await self._ask(days)
        await self.machinery.settle()

    async def _ask(self, days: int | None) -> None:
        """Ask for history to be read again, all of it or of the last days."""
        data = {} if days is None else {"start": (self.now - timedelta(days=days)).isoformat()}
        if self.machinery.hass.config_entries.async_loaded_entries(DOMAIN):
            await self.machinery.hass.services.async_call(
                DOMAIN, "reimport_history", data, blocking=True
            )

    async def adjust(self, ago: float, centi: int, money: bool, busy: bool) -> None:
        """Move the sums from some stored hour on; with `busy`, while passes wait."""
        if busy:
            await self._held(timedelta(hours=1))
        await self._adjust(ago, centi, money=money)
        self.release()
        await self.machinery.settle()

    async def _adjust(self, ago: float, centi: int, *, money: bool) -> None:
        item = self.watched[money]
        rows = (await self.machinery.async_rows([item.statistic_id]))[item.statistic_id]
        if not rows:
            return
        at, amount = instant(rows[int(ago * (len(rows) - 1))].start), Decimal(centi) / 100
        unit = "JPY" if money else "kWh"
        self.machinery.instance.async_adjust_statistics(item.statistic_id, at, float(amount), unit)
        item.adjustments.append((at, amount))
        self.met.add("sums adjusted")

    async def rename(self, name: str) -> None:
        item = self.watched[0]
        found = await self.machinery.instance.async_add_executor_job(
            lambda: get_metadata(self.machinery.hass, statistic_ids={item.statistic_id})
        )
        if item.statistic_id not in found:
            return
        metadata = dict(found[item.statistic_id][1]) | {"name": name}
        metadata.pop("has_mean", None)
        async_add_external_statistics(self.machinery.hass, metadata, [])  # type: ignore[arg-type]
        await self.machinery.synchronize()
        item.name = name

    async def cleared(self, energy: bool, money: bool) -> None:
        await self.clear(energy=energy, money=money)
        await self.pass_time(hours=0.6)

    async def clear(self, *, energy: bool, money: bool) -> None:
        self._clear(energy=energy, money=money)
        await self.machinery.synchronize()

    def _clear(self, *, energy: bool, money: bool) -> None:
        chosen = [item for item in self.watched if (money if item.money else energy)]
        for item in chosen:
            item.adjustments.clear()
            item.name = None
            self._known.pop(item.statistic_id, None)
        self.machinery.instance.async_clear_statistics([item.statistic_id for item in chosen])

    # What must hold

    async def _check(self) -> None:
        """After every step: no sum has fallen, no hour is gone, no whole hour has become a half one."""
        self._asked |= {
            Month.of(jst_date(record.at))
            for record in self.simulator.requests
            if record.operation == "Agreements" and not record.reasons and record.status == 200
            if record.at >= self._rates_told
        }
        found = await self.machinery.async_rows([item.statistic_id for item in self.watched])
        for name, rows in found.items():
            for one, other in pairwise(rows):
                assert one.start < other.start, name
                assert one.sum <= other.sum + 1e-9, (name, one, other)
            now = {row.start: row for row in rows}
            before = self._known.get(name, [])
            lost = [str(instant(row.start)) for row in before if row.start not in now]
            assert not lost, f"{name} lost {len(lost)} hours: {lost[:5]}"
            halved = [row for row in before if row.half is None and now[row.start].half is not None]
            assert not halved, f"{name} halved {halved[:5]}"
        self._known = found

    async def honest_end(self) -> int:
        """Let the service answer honestly, then compare; return how many hours were."""
        self.release()
        for fact in list(self._late):
            self.told(fact)
        self.simulator.faults.clear()
        for number in self._numbers():
            self.world.publish_all(number)
        if self.script.waits:
            await self.pass_time(days=2)
            await self._pass(timedelta(days=8))
            await self._pass(timedelta(days=30))
        else:
            await self.pass_time(hours=13)
        for hours in (1.2, 0.6):
            await self.pass_time(hours=hours)
        if not self.script.waits:
            await self.again(None)
        await self._imported()
        for _ in range(12):
            if self._calendars_agree():
                break
            await self.pass_time(days=1, hours=0.6)
        await self._check()
        self._note_met()
        self.points = sum(bool(self._known[i.statistic_id]) for i in self.watched if i.money)
        for item in self.watched:
            await self._compare(item, self._known[item.statistic_id])
        return sum(len(rows) for rows in self._known.values())

    def _months_told(self, item: Watched) -> set[Month]:
        """Return the months beyond the table whose adjustment is known: the service told it while it held, or a bill."""
        told = set(self._asked)
        for start, end in self.simulator.truth.periods(item.point.identifier):
            if item.point.meter.closed_at(jst_date(start)) <= (self.now - BILLED).timestamp():
                told |= {Month.of(jst_date(start)), Month.of(jst_date(end - timedelta(days=1)))}
        return told

    def _estimates(
        self, item: Watched, values: Mapping[datetime, Decimal]
    ) -> dict[datetime, Decimal]:
        """Return what hours cost that are marked as estimated, and whose adjustment nobody told: by that of the last known month."""
        told, number = self._months_told(item), item.point.identifier
        if not isinstance(item.point, SupplyPoint):
            return {}
        tariff = self.entry.runtime_data.book.tariff(number)
        kwh, found = self.simulator.truth.hours(number, LONG_AGO, self.now), {}
        for at, value in values.items():
            month = Month.of(jst_date(at))
            term = self.simulator.truth.terms(item.point, jst_date(at))
            if month <= NEWEST_TABLE or month in told or term is None or not term.fuel:
                continue
            if not rates_estimated_since(tariff, at, at + timedelta(hours=1)):
                continue
            while month > NEWEST_TABLE and month not in told:
                month = month.plus(-1)
            known = self.world.monthly_rates.fuel(item.point.area, month)
            found[at] = value + kwh.get(at, Decimal(0)) * (known - term.fuel)
        return found

    async def _imported(self) -> None:
        for _ in range(24):
            if not self.importing:
                break
            await self.pass_time(hours=1.2)

    def _note_met(self) -> None:
        rows = [row for rows in self._known.values() for row in rows[:1]]
        if any(instant(row.start) < due for row in rows for due in self._imported_before):
            self.met.add("import")
        if any(len(self.world.listings_of(number)) > 1 for number in self.world.supply_points):
            self.met.add("point listed twice")

    def _calendars_agree(self) -> bool:
        """Tell whether the open billing period is known: it is while its reading is not due yet."""
        book = self.entry.runtime_data.book
        for number in self.world.supply_points:
            periods = self.simulator.truth.periods(number)
            known = book.tariff(number).calendar.period_at(self.now)
            if periods and known.start != periods[-1][0]:
                return False
        return True

    async def _compare(self, item: Watched, rows: list[StoredHour]) -> None:
        truth = self.simulator.truth
        number = item.point.identifier
        values = (truth.costs if item.money else truth.hours)(number, LONG_AGO, self.now)
        stored = {instant(row.start): row for row in rows}
        if (left := item.left) is not None:
            later = {at: value for at, value in values.items() if at >= left.until}
            values = left.truth(stored, partial(self._fuel, item)) | later
            if item.money:
                # What was never read costs its standing charge once a bill tells that the period is closed.
                values |= {
                    at: term.standing / 24
                    for at in stored
                    if at < left.until and at not in left.values
                    if (term := truth.terms(item.point, jst_date(at))) is not None
                }
        if item.money:
            values |= self._estimates(item, values)
        assert len(stored) == len(rows), item.statistic_id
        missing, more = values.keys() - stored.keys(), stored.keys() - values.keys()
        assert not missing, self._told(item, "missing", missing)
        assert not more, self._told(item, "too many", more)
        wrong = {at for at, row in stored.items() if not _equal(exact(row.state), values[at], item)}
        first = min(wrong, default=None)
        assert first is None, (
            self._told(item, "wrong", wrong) + f": {stored[first]}, {values[first]}"
        )
        total = Decimal(0)
        for at, row in sorted(stored.items()):
            total += values[at]
            expected = total + sum(amount for since, amount in item.adjustments if since <= at)
            tolerance = Decimal("0.005") if item.money else Decimal(0)
            assert abs(exact(row.sum) - expected) <= tolerance, (
                item.statistic_id,
                at,
                row,
                expected,
            )
        if item.money and item.point is not None:
            self.periods += len(truth.periods(number)) if values else 0
        if item.name is not None:
            found = await self.machinery.instance.async_add_executor_job(
                lambda: get_metadata(self.machinery.hass, statistic_ids={item.statistic_id})
            )
            assert found[item.statistic_id][1]["name"] == item.name

    def _told(self, item: Watched, what: str, hours: Any) -> str:
        of = f"{item.point.area} {'money' if item.money else 'energy'} since {item.point.start}"
        return f"{of}, now {self.now}: {len(hours)} {what}, {min(hours)} to {max(hours)}"

    async def end(self) -> None:
        """Leave Home Assistant to the next history."""
        self.release()
        hass = self.machinery.hass
        if hass.state is not CoreState.running:
            await self.machinery.start()
            hass = self.machinery.hass
        for entry in hass.config_entries.async_entries(DOMAIN):
            await hass.config_entries.async_remove(entry.entry_id)
        await self.machinery.settle()
        self.machinery.simulator = None
        await self.simulator.stop()


def _equal(found: Decimal, value: Decimal, item: Watched) -> bool:
    return abs(found - value) < Decimal("1e-6") if item.money else found == value


_WORLD = {
    "correct", "withhold", "spoil", "fail", "refuse", "told", "restate", "list_again",
}  # fmt: skip
"""Steps that change the world only."""
