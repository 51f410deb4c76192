"""From what the coordinators know to what a kWh costs."""

from collections.abc import Sequence
from typing import Any

from homeassistant.config_entries import ConfigEntry

from ..const import CONF_ADDER_BASIS
from ..oejp.kraken.models import Reading, SupplyPeriod
from ..oejp.tariff import AdderBasis, Tariff
from ..oejp.tariff.from_kraken import Evidence, tariff
from ..store import OctopusStore
from .account import LoginData, SupplyPointData
from .bills import lines_of, observed

AUTOMATIC = "automatic"


def supply_tariff(
    entry: ConfigEntry[Any],
    login: LoginData,
    point: SupplyPointData,
    store: OctopusStore,
    readings: Sequence[Reading] = (),
) -> Tariff:
    """Return the tariff of a supply point. `readings`: of the last weeks, for the hours of time-of-use bands."""
    basis = entry.options.get(CONF_ADDER_BASIS, AUTOMATIC)
    return tariff(
        point.agreements,
        Evidence(
            intervals=point.interval_readings,
            reading_dates=point.reading_dates,
            supply_periods=_supply_periods(point),
            charges=lines_of(store, point.account_number, point.spin),
            observed=observed(store, point.agreements),
            meti_credits=login.meti_credits,
            readings=readings,
            addons=point.addon_rates,
        ),
        area=point.area,
        adder_basis=None if basis == AUTOMATIC else AdderBasis(basis),
        subsidies=True,
    )


def _supply_periods(point: SupplyPointData) -> tuple[SupplyPeriod, ...]:
    """Return the times on supply; where they are not told, the first agreement began with the supply."""
    if point.supply_periods or (start := point.supply_start) is None:
        return point.supply_periods
    return (SupplyPeriod(start),)
