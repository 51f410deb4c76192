"""What scripts/lint says of the imports of the shipped package."""

import json
from pathlib import Path

from scripts.dependencies import PACKAGE, missing


def test_every_import_is_there_for_a_user() -> None:
    assert missing(PACKAGE) == []


def test_what_nothing_requires_is_named(tmp_path: Path) -> None:
    manifest = {"requirements": ["PyJWT>=2.10", "mashumaro"]}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "room.py").write_text("import json, jwt, aiohttp\nimport hypothesis.strategies\n")
    assert missing(tmp_path) == [
        "mashumaro says no version",
        "room.py imports hypothesis, which nothing requires",
    ]
