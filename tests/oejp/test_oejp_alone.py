"""`oejp/` runs where Home Assistant is not installed, from a folder that holds nothing else."""

from pathlib import Path
import re
import subprocess
import sys

import pytest

COMPONENT = Path(__file__).parents[2] / "custom_components" / "octopus_japan"

ISOLATED = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("homeassistant", "custom_components", "voluptuous"):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Refuse())
sys.path.insert(0, sys.argv[1])
"""

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


def test_the_price_has_no_clock_and_no_float() -> None:
    for path in (COMPONENT / "oejp" / "tariff").rglob("*.py"):
        text = path.read_text("utf-8")
        assert ".now(" not in text, path.name
        assert not re.search(r"^import time\b", text, re.MULTILINE), path.name
        assert "float(" not in text.replace('float("-inf")', ""), path.name
