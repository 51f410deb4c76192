"""What Home Assistant and this integration say, in another language.

Somebody who reads Japanese looks for the same buttons as somebody who reads English. So journeys are written once, in English, and
what they look for is found in the very translations that are shown: no test knows a Japanese word that a user would not see.
"""

from functools import cache
import json
from pathlib import Path
import re

import hass_frontend
from homeassistant import components

from .home_assistant import REPOSITORY

FRONTEND = Path(hass_frontend.__file__).parent / "static" / "translations"
PARTS = ("", "config", "energy", "lovelace")
OURS = REPOSITORY / "custom_components" / "octopus_japan" / "translations"
CORE = tuple(
    Path(components.__file__).parent / name / "translations"
    for name in ("homeassistant", "persistent_notification")
)


def _flat(tree: dict[str, object], path: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{path}.{key}")
        else:
            found[f"{path}.{key}"] = str(value)
    return found


@cache
def texts(language: str) -> dict[str, str]:
    """Return every text that may be shown in a language, by its key."""
    files = [next((FRONTEND / part).glob(f"{language}-{'[0-9a-f]' * 32}.json")) for part in PARTS]
    files += [folder / f"{language}.json" for folder in (OURS, *CORE)]
    found: dict[str, str] = {}
    for file in files:
        found |= _flat(json.loads(file.read_text()), str(file.parent))
    return found


def own(key: str, language: str) -> str:
    """Return a text of this integration by its key (`entity.sensor.current_price.name`)."""
    return texts(language)[f"{OURS}.{key}"]


@cache
def said(english: str, language: str) -> re.Pattern[str]:
    """Return what to look for where an English screen says this: any of its translations, anywhere in a text.

    Equal texts come first; without one, those that hold it. A part in braces stands for anything. Raises KeyError where nobody says it.
    """
    if language == "en":
        return re.compile(re.escape(english), re.IGNORECASE)
    source = texts("en")
    keys = [key for key, text in source.items() if text == english] or [
        key for key, text in source.items() if english in text
    ]
    found = {texts(language)[key] for key in keys if key in texts(language)}
    if not found:
        raise KeyError(f"nobody says {english!r} in {language}")
    return re.compile("|".join(map(_pattern, sorted(found, key=len, reverse=True))))


def _pattern(text: str) -> str:
    return ".*".join(map(re.escape, re.split(r"\{\w+\}", text)))
