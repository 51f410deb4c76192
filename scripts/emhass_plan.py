"""Have EMHASS plan a day with the body that it is told on standard input; tells the plan as JSON. Runs in .venv-emhass."""

import asyncio
import importlib.resources
import json
import logging
from pathlib import Path
import sys
from tempfile import TemporaryDirectory
from typing import Any

from emhass import command_line, utils  # type: ignore[import-not-found]
from emhass.retrieve_hass import RetrieveHass  # type: ignore[import-not-found]


async def of_home_assistant(self: RetrieveHass) -> bool:
    """Have what EMHASS reads of Home Assistant's settings."""
    self.ha_config = {"currency": "JPY", "unit_system": {"temperature": "°C"}}
    return True


async def planned(body: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Run what EMHASS's web server runs for `naive-mpc-optim`, without a Home Assistant: load and sun are given here."""
    package = Path(str(importlib.resources.files("emhass")))
    where = {
        "config_path": folder / "config.json",
        "data_path": folder,
        "root_path": package,
        "associations_path": package / "data/associations.csv",
        "defaults_path": package / "data/config_defaults.json",
    }
    logger = logging.getLogger("emhass")
    config = await utils.build_config(where, logger, where["defaults_path"])
    config |= {
        "number_of_deferrable_loads": 1,
        "operating_hours_of_each_deferrable_load": [2],
        "nominal_power_of_deferrable_loads": [1000],
    }
    where, secrets = await utils.build_secrets(where, logger, no_response=True)
    secrets |= {"time_zone": "Asia/Tokyo", "Latitude": 35.68, "Longitude": 139.77, "Altitude": 40}
    params = await utils.build_params(where, secrets, config, logger)
    flat = {
        "load_power_forecast": [300] * body["prediction_horizon"],
        "pv_power_forecast": [0] * body["prediction_horizon"],
    }
    RetrieveHass.get_ha_config = of_home_assistant
    given = await command_line.set_input_data_dict(
        where,
        "cost",
        json.dumps(params),
        json.dumps(body | flat),
        "naive-mpc-optim",
        logger,
        get_data_from_file=False,
    )
    plan = await command_line.naive_mpc_optim(given, logger)
    return {
        "status": str(plan["optim_status"].iloc[0]),
        "unit_load_cost": plan["unit_load_cost"].tolist(),
        "appliance": plan["P_deferrable0"].tolist(),
    }


def main() -> None:
    """Plan; EMHASS talks on standard error."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO)
    with TemporaryDirectory() as folder:
        print(json.dumps(asyncio.run(planned(json.load(sys.stdin), Path(folder)))))


if __name__ == "__main__":
    main()
