"""The tariff book of an entry: one tariff for each point, made anew when what it rests on changes, and by nothing else."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..const import CAPACITY_UNITS, CONF_CAPACITY, CONF_MONTH_BASIS
from ..identity import digest
from ..oejp.household.supply import SupplyPointData
from ..oejp.household.supply_tariff import (
    Contract,
    contract_at,
    last_billed_capacity,
    product_at,
    slots_of,
    supply_tariff,
)
from ..oejp.kraken.models import ElectricityProduct, LineItem, Reading
from ..oejp.tariff import (
    Capacity,
    Component,
    Gap,
    GenerationTariff,
    MonthBasis,
    Tariff,
    contracted_capacity,
)
from ..oejp.tariff.from_kraken import Evidence, generation_tariff
from ..oejp.tariff.schedule import BandHours, NoSchedule
from ..store import OctopusStore
from .account import AccountCoordinator
from .bands import keep_bands, kept_bands
from .bills import lines_of, observed
from .entered import enter_hours, enter_rates, entered_rates, entered_schedules
from .errors import log_defect

AUTOMATIC = "automatic"
FAILED = "tariff_failed"

type Listener = Callable[[], None]


class TariffBook:
    """What prices, usage, cost and actions read of an entry's tariffs.

    It rests on the account clock's news, on what is stored, on the options and on the bands of readings. Its listeners are
    told when a tariff is another one than before.
    """

    def __init__(
        self, entry: ConfigEntry[Any], memory: OctopusStore, account: AccountCoordinator
    ) -> None:
        self._entry = entry
        self._store = memory
        self._account = account
        self._supply: Mapping[str, Tariff] = {}
        self._generation: Mapping[str, GenerationTariff] = {}
        self._readings: dict[str, Sequence[Reading]] = {}
        self._listeners: list[Listener] = []

    @callback
    def async_start(self) -> None:
        """Make the tariffs, and follow the account clock until the entry is unloaded."""
        self._entry.async_on_unload(self._account.async_add_listener(self.async_update))
        self.async_update()

    def tariff(self, spin: str) -> Tariff:
        """Return the tariff of a supply point; of one that is not known, a tariff without any price."""
        return self._supply.get(spin) or Tariff(())

    def generation(self, gpin: str) -> GenerationTariff:
        """Return the tariff of a generation point; of one that is not known, a tariff without any price."""
        return self._generation.get(gpin) or GenerationTariff(())

    @callback
    def async_add_listener(self, listener: Listener) -> Listener:
        """Have a listener told when a tariff changed; what is returned ends that."""
        self._listeners.append(listener)
        return partial(self._listeners.remove, listener)

    @callback
    def async_learn(self, spin: str, readings: Sequence[Reading]) -> None:
        """Take the last weeks' readings for the hours of bands: of a plan that has bands, nothing else rests on them."""
        self._readings[spin] = readings
        if self._account.data and (point := self._account.data.supply_points.get(spin)):
            keep_bands(self._store, point.area, point.agreements, readings)
        if spin in self._supply and _has_bands(self._supply[spin]):
            self._set({**self._supply, spin: self._supply_tariff(spin)}, self._generation)

    @callback
    def async_update(self) -> None:
        """Make every tariff anew from what is known now."""
        if not (login := self._account.data):
            return
        self._set(
            {spin: self._supply_tariff(spin) for spin in login.supply_points},
            {gpin: self._generation_tariff(gpin) for gpin in login.generation_points},
        )

    @callback
    def async_enter_rates(
        self, spin: str, month: date, prices: Mapping[Component, Decimal | None]
    ) -> None:
        """Take the monthly rates that the user entered for a supply point."""
        enter_rates(self._store, spin, month, prices)
        self.async_update()

    @callback
    def async_enter_hours(self, spin: str, hours: Sequence[BandHours]) -> None:
        """Take the hours of the plan in force that the user entered. Raises NoSchedule."""
        product = self._product(spin)
        if product is None:
            raise NoSchedule("no_agreement")
        enter_hours(self._store, product.code, hours)
        self.async_update()

    def contract(self, spin: str) -> Contract:
        """Return the contract in force of a supply point; of one that is not known, a contract of which nothing is."""
        if not self._account.data or spin not in self._account.data.supply_points:
            return Contract()
        point = self._account.data.supply_points[spin]
        return contract_at(point.agreements, self._capacity(point), dt_util.utcnow())

    def slots(self, spin: str) -> tuple[str, ...]:
        """Return the bands of the plan in force; none of a plan without hours."""
        product = self._product(spin)
        return () if product is None else slots_of(product)

    def _product(self, spin: str) -> ElectricityProduct | None:
        point = self._account.data.supply_points[spin]
        return product_at(point.agreements, dt_util.utcnow())

    @callback
    def _set(
        self, supply: Mapping[str, Tariff], generation: Mapping[str, GenerationTariff]
    ) -> None:
        changed = (supply, generation) != (self._supply, self._generation)
        self._supply, self._generation = supply, generation
        for listener in list(self._listeners) if changed else ():
            listener()

    def _supply_tariff(self, spin: str) -> Tariff:
        point = self._account.data.supply_points[spin]
        try:
            basis = self._entry.options.get(CONF_MONTH_BASIS, AUTOMATIC)
            return supply_tariff(
                point, self._known(point), None if basis == AUTOMATIC else MonthBasis(basis)
            )
        except Exception as error:  # noqa: BLE001
            # Whatever is wrong with it costs the money, never the energy and the other points.
            log_defect("No tariff of one supply point", error)
            return self._supply.get(spin) or Tariff((), gaps=(Gap(FAILED),))

    def _generation_tariff(self, gpin: str) -> GenerationTariff:
        try:
            return generation_tariff(self._account.data.generation_points[gpin][1].agreements)
        except Exception as error:  # noqa: BLE001
            log_defect("No tariff of one generation point", error)
            return self._generation.get(gpin) or GenerationTariff((), (Gap(FAILED),))

    def _known(self, point: SupplyPointData) -> Evidence:
        return Evidence(
            charges=self._lines(point),
            observed=[
                *observed(self._store, point.agreements),
                *entered_rates(self._store, point.spin),
            ],
            seen=kept_bands(
                self._store,
                point.area,
                {item.product.code for item in point.agreements if item.product},
            ),
            schedules=entered_schedules(
                self._store,
                {item.product.code for item in point.agreements if item.product},
                point.area,
            ),
            capacity=self._capacity(point),
            meti_credits=self._account.data.meti_credits,
            readings=self._readings.get(point.spin, ()),
        )

    def _lines(self, point: SupplyPointData) -> list[LineItem]:
        """Return the lines of bills that are about a point."""
        return [
            line
            for item in point.listings
            for line in point.own_lines(
                item.account_number, lines_of(self._store, item.account_number, point.spin)
            )
        ]

    def _capacity(self, point: SupplyPointData) -> Capacity:
        """Return the contracted capacity: as the user entered it, else as it is told, or as it can be inferred."""
        readings = self._readings.get(point.spin, ())
        product = self._product(point.spin)
        found = contracted_capacity(
            point.supply_details,
            dt_util.utcnow(),
            options=point.amperage_options,
            sold={
                amperage
                for each in point.catalogue
                if product is not None and each.code == product.code
                for amperage in each.amperages
            },
            bands=(reading.consumption_rate_band for reading in readings),
            billed=last_billed_capacity(self._lines(point)),
        )
        entered = entered_capacity(self._entry.options, point.spin)
        return replace(
            found,
            amperes=found.amperes if entered.amperes is None else entered.amperes,
            kva=found.kva if entered.kva is None else entered.kva,
            kw=found.kw if entered.kw is None else entered.kw,
        )


def entered_capacity(options: Mapping[str, Any], spin: str) -> Capacity:
    """Return the contracted capacity of a point as the user entered it."""
    entered = options.get(CONF_CAPACITY, {}).get(digest(spin), {})
    amperes, kva, kw = (
        None if (size := entered.get(unit)) is None else Decimal(repr(size))
        for unit in CAPACITY_UNITS
    )
    return Capacity(amperes, kva, kw)


def _has_bands(tariff: Tariff) -> bool:
    """Tell whether hours of bands make a price of this tariff, or would if they were known."""
    return any(card.bands for card in tariff.cards) or any(
        gap.reason == "unknown_schedule" for gap in tariff.gaps
    )
