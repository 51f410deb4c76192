"""Names of our statistics: built from the number of the point, so that history outlives the config entry."""

import hashlib

from homeassistant.util import slugify

SOURCE = "octopus_japan"


def consumption_id(spin: str) -> str:
    """Return the statistic id of the energy (kWh) taken from the grid at a supply point."""
    return _statistic_id(spin, "consumption")


def cost_id(spin: str) -> str:
    """Return the statistic id of what that energy costs (yen)."""
    return _statistic_id(spin, "cost")


def return_id(gpin: str) -> str:
    """Return the statistic id of the energy (kWh) fed into the grid at a generation point."""
    return _statistic_id(gpin, "return")


def compensation_id(gpin: str) -> str:
    """Return the statistic id of what is paid for that energy (yen)."""
    return _statistic_id(gpin, "compensation")


def _statistic_id(identifier: str, what: str) -> str:
    """Give an identifier that is not a slug a digest, so that two never share a statistic."""
    slug = slugify(identifier)
    if not slug or slug != identifier:
        digest = hashlib.sha256(identifier.encode()).hexdigest()[:8]
        slug = f"{slug}_{digest}" if slug else digest
    return f"{SOURCE}:electricity_{slug}_{what}"
