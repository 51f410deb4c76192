"""Names that more than one module of the integration uses."""

import logging
from typing import Final

from homeassistant.const import Platform

DOMAIN: Final = "octopus_japan"
NAME: Final = "Octopus Energy Japan"
LOGGER: Final = logging.getLogger(__package__)

YEN: Final = "JPY"
CONF_MONTH_BASIS: Final = "month_basis"
CONF_PRE_SIGNED_KEY: Final = "pre_signed_key"
CONF_IMPLEMENTATION: Final = "auth_implementation"
"""Which of the user's application credentials an entry signs in with; Home Assistant reads it by this name."""
CONF_PLANS: Final = "plans"
"""In the data of an entry without a login: its products, each with the time from which on it holds."""
CONF_NUMBER: Final = "number"
"""In the data of an entry without a login: what stands for the number of its supply point."""
CONF_READING_DAY: Final = "reading_day"
CONF_MONTHLY_USE: Final = "monthly_use"
"""kWh of a billing period, about: by it the step in force is reckoned where nothing is measured."""
CONF_CAPACITY: Final = "capacity"
CONF_OWN_METER: Final = "own_meter"
CONF_SERIAL_NUMBER: Final = "meter_serial_number"
"""By the digest of a point: what REST wants of its meter."""
CONF_ENERGY_DASHBOARD: Final = "energy_dashboard"
"""What the user ticked and is not on the Energy dashboard yet, by the keys of offers."""
CONF_DECLINED: Final = "energy_dashboard_declined"
"""Whether the user wants nothing of it there: then no repair offers it."""
CAPACITY_UNITS: Final = ("amperes", "kva", "kw")
"""What a contract is dimensioned in; the option has one number or more for a point."""
DEFAULT_URL: Final = "https://api.oejp-kraken.energy/v1/graphql/"

PLATFORMS: Final = [Platform.BINARY_SENSOR, Platform.CALENDAR, Platform.SENSOR]
