"""A Home Assistant that is killed when it is about to write the n-th row of a pass. Run as a program: URL, rows written before."""

import asyncio
import os
import signal
import sys
from tempfile import TemporaryDirectory

from database_faults import Countdown, watched
from homeassistant.components.recorder import get_instance
from homeassistant.helpers import recorder as recorder_helper
from homeassistant.setup import async_setup_component
from metered_point import PRICING, meter_history, readings

import scripts.another_home_assistant  # noqa: F401  # Before the test tools: they may be those of another version.

from pytest_homeassistant_custom_component.common import async_test_home_assistant  # isort: skip

HISTORY = readings(6, seed=5, gaps=0.05)


async def main(url: str, rows: int) -> None:
    """Record, and die."""
    with TemporaryDirectory() as folder:
        async with async_test_home_assistant(config_dir=folder) as hass:
            recorder_helper.async_initialize_recorder(hass)
            config = {"recorder": {"db_url": url, "commit_interval": 0}}
            assert await async_setup_component(hass, "recorder", config)
            await hass.async_block_till_done()
            die = Countdown(rows, lambda _: os.kill(os.getpid(), signal.SIGKILL))
            with watched(get_instance(hass), die):
                await meter_history(hass).record(HISTORY.items(), PRICING)


if __name__ == "__main__":
    if sys.argv[1].startswith("mysql:"):
        import pymysql

        pymysql.install_as_MySQLdb()
        sys.modules["MySQLdb.converters"] = pymysql.converters
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
