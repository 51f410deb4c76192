"""tariff/ runs where Home Assistant is not installed."""

from pathlib import Path
import subprocess
import sys

COMPONENT = Path(__file__).parents[2] / "custom_components" / "octopus_japan"

PROGRAM = """
import sys, types

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "homeassistant":
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Refuse())
package = types.ModuleType("octopus_japan")
package.__path__ = [sys.argv[1]]
sys.modules["octopus_japan"] = package
import importlib, pkgutil
import octopus_japan.tariff as tariff
for module in pkgutil.iter_modules(tariff.__path__):
    if module.name != "from_kraken":
        importlib.import_module(f"octopus_japan.tariff.{module.name}")
        assert not any(name.startswith("octopus_japan.kraken") for name in sys.modules), module.name
importlib.import_module("octopus_japan.tariff.from_kraken")
assert not any(name.startswith("homeassistant") for name in sys.modules)
print("pure")
"""


def test_imports_without_home_assistant() -> None:
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(COMPONENT)], capture_output=True, text=True, check=False
    )
    assert result.stdout == "pure\n", result.stderr


def test_has_no_clock() -> None:
    for path in (COMPONENT / "tariff").glob("*.py"):
        text = path.read_text("utf-8")
        assert ".now(" not in text, path.name
        assert "import time" not in text, path.name
        assert "float(" not in text.replace('float("-inf")', ""), path.name
