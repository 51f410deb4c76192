"""Writes docs/reference.md and docs/ja/reference.md: everything that the integration has, by its names in both languages.

The names and descriptions are those that Home Assistant shows, so that nothing is missing and nothing is there that is not.
A test holds that the pages are what this writes. Usage: .venv/bin/python -m scripts.reference
"""

from collections.abc import Iterator, Mapping, Sequence
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from homeassistant.util.yaml import load_yaml

ROOT = Path(__file__).parents[1]
COMPONENT = ROOT / "custom_components" / "octopus_japan"
BLUEPRINTS = ROOT / "blueprints" / "automation" / "octopus_japan"
PAGES = {"en": ROOT / "docs" / "reference.md", "ja": ROOT / "docs" / "ja" / "reference.md"}
IMPORT = "https://my.home-assistant.io/redirect/blueprint_import/?blueprint_url="

WORDS = {
    "en": {
        "title": "Reference",
        "intro": "Everything that this integration has, as Home Assistant names it. A part in braces stands for what differs.",
        "entities": "Entities",
        "actions": "Actions",
        "triggers": "Triggers",
        "conditions": "Conditions",
        "options": "Options",
        "repairs": "Repairs",
        "blueprints": "Blueprints",
        "name": "name",
        "key": "key",
        "attributes": "attributes",
        "field": "field",
        "text": "what it says",
        "what": "what it does",
        "import": "import",
        "sensor": "Sensors",
        "binary_sensor": "Binary sensors",
        "calendar": "Calendars",
    },
    "ja": {
        "title": "リファレンス",
        "intro": "この統合にあるすべての項目を、Home Assistantに表示される名前で示します。波括弧の部分は環境によって変わります。",
        "entities": "エンティティ",
        "actions": "アクション",
        "triggers": "トリガー",
        "conditions": "条件",
        "options": "オプション",
        "repairs": "修復",
        "blueprints": "ブループリント",
        "name": "名前",
        "key": "キー",
        "attributes": "属性",
        "field": "フィールド",
        "text": "内容",
        "what": "説明",
        "import": "インポート",
        "sensor": "センサー",
        "binary_sensor": "バイナリセンサー",
        "calendar": "カレンダー",
    },
}


def _cell(text: object) -> str:
    return " ".join(str(text).split()).replace("|", "\\|")


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "| " + " | ".join("---" for _ in head) + " |"
    for row in rows:
        yield "| " + " | ".join(_cell(cell) for cell in row) + " |"
    yield ""


def _entities(texts: Mapping[str, Any], word: Mapping[str, str]) -> Iterator[str]:
    for platform, entities in sorted(texts["entity"].items(), reverse=True):
        yield f"### {word[platform]}\n"
        rows = [
            (
                entity["name"],
                f"`{key}`",
                ", ".join(
                    f"{each['name']} `{name}`"
                    for name, each in entity.get("state_attributes", {}).items()
                ),
            )
            for key, entity in entities.items()
        ]
        yield from _table((word["name"], word["key"], word["attributes"]), rows)


def _automation(kind: str, texts: Mapping[str, Any], word: Mapping[str, str]) -> Iterator[str]:
    """Tell of actions, triggers or conditions, with their fields."""
    for key, each in texts[kind].items():
        yield f"### {each['name']}\n\n`octopus_japan.{key}`: {_cell(each['description'])}\n"
        rows = [
            (field["name"], f"`{name}`", field.get("description", ""))
            for name, field in each.get("fields", {}).items()
        ]
        if rows:
            yield from _table((word["field"], word["key"], word["what"]), rows)


def _options(texts: Mapping[str, Any], word: Mapping[str, str]) -> Iterator[str]:
    steps = texts["options"]["step"]
    rows = [
        (name, steps.get(step, {}).get("description", ""))
        for step, name in steps["init"]["menu_options"].items()
    ]
    yield from _table((word["name"], word["what"]), rows)


def _repairs(texts: Mapping[str, Any], word: Mapping[str, str]) -> Iterator[str]:
    rows = []
    for issue in texts["issues"].values():
        steps = issue.get("fix_flow", {}).get("step", {})
        said = issue.get("description") or " ".join(
            step["description"] for step in steps.values() if "description" in step
        )
        rows.append((issue["title"], said))
    yield from _table((word["name"], word["text"]), rows)


def _blueprints(language: str, word: Mapping[str, str]) -> Iterator[str]:
    folder = BLUEPRINTS if language == "en" else BLUEPRINTS / language
    rows = []
    for file in sorted(folder.glob("*.yaml")):
        loaded: Any = load_yaml(str(file))
        told = loaded["blueprint"]
        address = IMPORT + quote(told["source_url"], safe="")
        rows.append((told["name"], told["description"], f"[{file.stem}]({address})"))
    yield from _table((word["name"], word["what"], word["import"]), rows)


def page(language: str) -> str:
    """Return a page of Markdown."""
    texts = json.loads((COMPONENT / "translations" / f"{language}.json").read_text("utf-8"))
    word = WORDS[language]
    lines = [f"# {word['title']}\n", f"{word['intro']}\n"]
    parts = {
        "entities": _entities(texts, word),
        "actions": _automation("services", texts, word),
        "triggers": _automation("triggers", texts, word),
        "conditions": _automation("conditions", texts, word),
        "options": _options(texts, word),
        "repairs": _repairs(texts, word),
        "blueprints": _blueprints(language, word),
    }
    for name, part in parts.items():
        lines += [f"## {word[name]}\n", *part]
    return "\n".join(lines).rstrip() + "\n"


def main() -> None:
    """Write both."""
    for language, file in PAGES.items():
        file.parent.mkdir(exist_ok=True)
        file.write_text(page(language), "utf-8")


if __name__ == "__main__":
    main()
