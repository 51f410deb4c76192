"""`oejp/` runs where Home Assistant is not installed, from a folder that holds nothing else."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
import re
import subprocess
import sys
from textwrap import indent

import pytest
from refusing import refusing

from simulator import Simulator

COMPONENT = Path(__file__).parents[2] / "custom_components" / "octopus_japan"

ISOLATED = (
    refusing("homeassistant", "custom_components", "voluptuous")
    + "sys.path.insert(0, sys.argv[1])\n"
)

EVERY_MODULE = """
import importlib, pkgutil
import oejp

names = [module.name for module in pkgutil.walk_packages(oejp.__path__, "oejp.")]
for name in names:
    importlib.import_module(name)
print(len(names) > 40)
"""

TARIFF_WITHOUT_THE_CLIENT = """
import importlib, pkgutil
import oejp.tariff

for module in pkgutil.iter_modules(oejp.tariff.__path__):
    if module.name != "from_kraken":
        importlib.import_module(f"oejp.tariff.{module.name}")
        assert not any(name.startswith("oejp.kraken") for name in sys.modules), module.name
print(True)
"""


@pytest.mark.parametrize("program", [EVERY_MODULE, TARIFF_WITHOUT_THE_CLIENT])
def test_imports_alone(program: str, tmp_path: Path) -> None:
    (tmp_path / "oejp").symlink_to(COMPONENT / "oejp")
    result = subprocess.run(
        [sys.executable, "-I", "-c", ISOLATED + program, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout == "True\n", result.stderr


README = (COMPONENT / "oejp" / "README.md").read_text("utf-8")
PRICE, READINGS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)

PRICED = f"""
from datetime import datetime
from decimal import Decimal
from oejp.japan_time import JST
from oejp.tariff.published import fuel_cost_adjustments, renewable_energy_levies
{PRICE}"""

READ = f"""
import asyncio
from datetime import datetime
from aiohttp import ClientSession
from oejp.kraken import EmailPassword, KrakenClient

url, email, password = sys.argv[2:5]
start, end = map(datetime.fromisoformat, sys.argv[5:])

async def main():
    async with ClientSession() as session:
{indent(READINGS, " " * 8)}
asyncio.run(main())
"""


@pytest.mark.parametrize("example", [PRICE, READINGS])
def test_an_example_is_five_lines(example: str) -> None:
    assert len(example.strip().splitlines()) <= 5


def test_the_page_prices_a_kwh(tmp_path: Path) -> None:
    (tmp_path / "oejp").symlink_to(COMPONENT / "oejp")
    command = [sys.executable, "-I", "-c", ISOLATED + PRICED, str(tmp_path)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    # 20.62 + 5.78 + 4.18, by hand.
    assert told.stdout == "30.58\n", told.stderr


async def test_the_page_signs_in_and_reads_a_household(
    tmp_path: Path, socket_enabled: None
) -> None:
    (tmp_path / "oejp").symlink_to(COMPONENT / "oejp")
    simulator = Simulator(households=("green-tokyo",), now=datetime(2026, 11, 20, 3, tzinfo=UTC))
    await simulator.start()
    home = simulator.world.households["green-tokyo"]
    spin = home.accounts[0].supply_points[0].spin
    start = datetime(2026, 11, 9, 15, tzinfo=UTC)
    end = start + timedelta(days=1)
    given = [simulator.url, home.email, home.password, start.isoformat(), end.isoformat()]
    try:
        program = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-c", ISOLATED + READ, str(tmp_path), *given),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        told, errors = await program.communicate()
    finally:
        await simulator.stop()
    assert told, errors.decode()
    number, kwh = told.decode().split()
    assert number == spin
    assert Decimal(kwh) == sum(simulator.truth.half_hours(spin, start, end).values())


def test_the_price_has_no_clock_and_no_float() -> None:
    for path in (COMPONENT / "oejp" / "tariff").rglob("*.py"):
        text = path.read_text("utf-8")
        assert ".now(" not in text, path.name
        assert not re.search(r"^import time\b", text, re.MULTILINE), path.name
        assert "float(" not in text.replace('float("-inf")', ""), path.name
