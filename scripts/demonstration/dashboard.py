"""The dashboard that the integration brings along, made as the *New dashboard* dialog makes it."""

from .connection import Connection

PATH = "octopus-japan"
"""Of the dashboard, in the address."""


async def save_dashboard(connection: Connection) -> None:
    """Make it; it finds the households by itself."""
    await connection.call(
        "lovelace/dashboards/create",
        url_path=PATH,
        title="Octopus Energy Japan",
        icon="mdi:home-lightning-bolt",
        mode="storage",
    )
    strategy = {"strategy": {"type": "custom:octopus-japan"}}
    await connection.call("lovelace/config/save", url_path=PATH, config=strategy)
