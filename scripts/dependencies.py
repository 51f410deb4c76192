"""Whether each import of the shipped package is there for a user: Python's own, Home Assistant's, or required by the manifest."""

import ast
from collections.abc import Iterator
import importlib.metadata
import json
from pathlib import Path
import re
import sys

PACKAGE = Path(__file__).parents[1] / "custom_components" / "octopus_japan"
HOME_ASSISTANT = "homeassistant"
STAND_IN = {"voluptuous"}
"""Home Assistant puts its own implementation in the place of these."""


def imported(package: Path) -> Iterator[tuple[Path, str]]:
    """Yield each file, and the outermost module of each absolute import in it."""
    for file in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level and node.module:
                names = [node.module]
            yield from ((file, name.split(".")[0]) for name in names)


def named(requirements: list[str]) -> set[str]:
    """Return the distributions that requirements name."""
    found = (re.match(r"[\w.-]+", each) for each in requirements)
    return {re.sub(r"[-_.]+", "-", match[0]).lower() for match in found if match}


def missing(package: Path) -> list[str]:
    """Return what is imported and not there for a user, and requirements without a version."""
    manifest = json.loads((package / "manifest.json").read_text("utf-8"))
    required = manifest.get("requirements", [])
    core = importlib.metadata.requires(HOME_ASSISTANT) or []
    allowed = named([HOME_ASSISTANT, *core, *required])
    owners = importlib.metadata.packages_distributions()
    found = [f"{each} says no version" for each in required if "=" not in each]
    for file, module in imported(package):
        owned = named(owners.get(module, []))
        if module not in {*sys.stdlib_module_names, *STAND_IN} and not owned & allowed:
            found.append(f"{file.relative_to(package)} imports {module}, which nothing requires")
    return found


def main() -> None:
    """Print what is missing, and exit with 1 where something is."""
    found = missing(PACKAGE)
    print("\n".join(found) or "every import is Python's, Home Assistant's or required")
    raise SystemExit(bool(found))


if __name__ == "__main__":
    main()
