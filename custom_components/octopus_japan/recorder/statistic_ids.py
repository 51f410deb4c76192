"""Names of our statistics: by the digest of a point's number, so that history outlives the config entry."""

SOURCE = "octopus_japan"


def consumption_id(digest: str) -> str:
    """Return the statistic id of the energy (kWh) taken from the grid at a supply point."""
    return _statistic_id(digest, "consumption")


def cost_id(digest: str) -> str:
    """Return the statistic id of what that energy costs (yen)."""
    return _statistic_id(digest, "cost")


def return_id(digest: str) -> str:
    """Return the statistic id of the energy (kWh) fed into the grid at a generation point."""
    return _statistic_id(digest, "return")


def compensation_id(digest: str) -> str:
    """Return the statistic id of what is paid for that energy (yen)."""
    return _statistic_id(digest, "compensation")


def gas_consumption_id(digest: str) -> str:
    """Return the statistic id of the gas (m³) used at a gas supply point."""
    return _statistic_id(digest, "consumption", "gas")


def gas_cost_id(digest: str) -> str:
    """Return the statistic id of what that gas costs (yen)."""
    return _statistic_id(digest, "cost", "gas")


def _statistic_id(digest: str, what: str, market: str = "electricity") -> str:
    return f"{SOURCE}:{market}_{digest}_{what}"
