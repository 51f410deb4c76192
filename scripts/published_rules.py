"""What Home Assistant's and HACS's own checks ask of a custom integration, from their published rules.

Those checks run when the project is published (.github/workflows); this one runs with `scripts/lint`, so that nobody waits for them.
It names every rule that is broken, and ends with 1 if there is one.
"""

from collections.abc import Iterator, Mapping
import json
from pathlib import Path
import re
from string import Formatter
import sys
from typing import Any

from awesomeversion import AwesomeVersion, AwesomeVersionStrategy
from homeassistant.helpers import config_validation as cv, selector
from homeassistant.util.yaml import load_yaml_dict
import voluptuous as vol
from voluptuous.humanize import humanize_error

ROOT = Path(__file__).parent.parent
COMPONENT = ROOT / "custom_components" / "octopus_japan"

_TRANSLATION_KEY = re.compile(r"(?!.+[_-]{2})[a-z0-9](?:[a-z0-9-_]*[a-z0-9])?")
_QUOTED_PLACEHOLDER = re.compile(r"'{\w+}'")
_URL = re.compile(r"(?:\w+://|www\.)[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,5}", re.IGNORECASE)
_MDI = vol.Match(r"mdi:[a-z0-9-]+$")
_FREE_OF_PLACEHOLDERS = {"state", "state_attributes", "unit_of_measurement"}

_FIELD = {
    vol.Optional("example"): object,
    vol.Optional("default"): object,
    vol.Optional("required"): bool,
    vol.Optional("advanced"): bool,
    vol.Optional("context"): {str: str},
    vol.Optional("selector"): selector.validate_selector,
}
_DESCRIBED = vol.Schema(
    {
        cv.slug: vol.Any(
            None,
            {
                vol.Optional("target"): vol.Any(None, selector.TargetSelector.CONFIG_SCHEMA),
                vol.Optional("fields"): {
                    str: vol.Any(_FIELD, {vol.Optional("collapsed"): bool, "fields": {str: _FIELD}})
                },
            },
        )
    }
)
_ENTITY_ICON = {
    vol.Optional("default"): _MDI,
    vol.Optional("state"): {str: _MDI},
    vol.Optional("state_attributes"): dict,
}
_ICONS = vol.Schema(
    {
        vol.Required("entity"): {cv.slug: {str: _ENTITY_ICON}},
        vol.Optional("services"): {
            cv.slug: {
                vol.Required("service"): _MDI,
                vol.Optional("sections"): {str: _MDI},
            }
        },
        vol.Optional("triggers"): {cv.slug: {"trigger": _MDI}},
        vol.Optional("conditions"): {cv.slug: {"condition": _MDI}},
    }
)


def _version(value: str) -> str:
    if AwesomeVersion(value).strategy not in {
        AwesomeVersionStrategy.CALVER,
        AwesomeVersionStrategy.SEMVER,
    }:
        raise vol.Invalid("not a version")
    return value


_MANIFEST = vol.Schema(
    {
        vol.Required("domain"): COMPONENT.name,
        vol.Required("name"): str,
        vol.Required("codeowners"): vol.All([vol.Match("@.+")], vol.Length(min=1)),
        vol.Required("documentation"): vol.Url(),
        vol.Required("issue_tracker"): vol.Url(),
        vol.Required("version"): _version,
        vol.Required("iot_class"): vol.In(
            [
                "assumed_state",
                "calculated",
                *(f"{a}_{b}" for a in ("cloud", "local") for b in ("polling", "push")),
            ]
        ),
        vol.Required("integration_type"): vol.In(["device", "helper", "hub", "service"]),
        vol.Required("quality_scale"): vol.In(["bronze", "silver", "gold", "platinum"]),
        vol.Required("config_flow"): True,
        vol.Optional("requirements"): [vol.Match(r"[\w.-]+[<>=~!].+")],
        vol.Optional("dependencies"): [str],
        vol.Optional("after_dependencies"): [str],
        vol.Optional("loggers"): [str],
    }
)
_HACS = vol.Schema(
    {
        vol.Required("name"): str,
        vol.Optional("country"): [vol.Match("[A-Z]{2}$")],
        vol.Optional("filename"): str,
        vol.Optional("hacs"): _version,
        vol.Optional("hide_default_branch"): bool,
        vol.Required("homeassistant"): _version,
        vol.Optional("render_readme"): bool,
        vol.Optional("zip_release"): bool,
    }
)
_TEXT_SECTIONS = {
    "application_credentials", "common", "conditions", "config", "config_subentries", "device",
    "entity", "exceptions", "issues", "options", "selector", "services", "system_health", "title", "triggers",
}  # fmt: skip


def broken_rules(component: Path = COMPONENT, root: Path = ROOT) -> list[str]:
    """Return what is wrong, a line each; none where all rules hold."""
    english = _json(component / "translations" / "en.json")
    return [
        *_fits(_MANIFEST, component / "manifest.json"),
        *_order(component / "manifest.json"),
        *_fits(_HACS, root / "hacs.json"),
        *_fits(_ICONS, component / "icons.json"),
        *_repository(component, root),
        *(
            f"translations/{file.name}: {fault}"
            for file in sorted((component / "translations").glob("*.json"))
            for fault in _texts(_json(file))
        ),
        *(
            fault
            for kind in ("services", "triggers", "conditions")
            for fault in _described(component / f"{kind}.yaml", english.get(kind, {}), english)
        ),
    ]


def _json(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found


def _fits(schema: vol.Schema, file: Path) -> Iterator[str]:
    try:
        schema(_json(file))
    except vol.Invalid as error:
        yield f"{file.name}: {humanize_error(_json(file), error)}"


def _order(file: Path) -> Iterator[str]:
    keys = list(_json(file))
    if keys != sorted(keys, key=lambda key: (key != "domain", key != "name", key)):
        yield f"{file.name}: domain, name, then the other keys by the alphabet"


def _repository(component: Path, root: Path) -> Iterator[str]:
    """HACS wants one integration, something to read, a licence, and a picture."""
    if len(list(root.glob("custom_components/*/manifest.json"))) != 1:
        yield "custom_components: exactly one integration"
    for name in ("README.md", "LICENSE"):
        if not (root / name).is_file():
            yield f"{name} is missing"
    if not (component / "brand" / "icon.png").is_file():
        yield "brand/icon.png is missing"


def _texts(tree: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"unknown section {key}" for key in tree.keys() - _TEXT_SECTIONS)
    for path, text in _leaves(tree):
        where = ".".join(path)
        if any(not _TRANSLATION_KEY.fullmatch(key) for key in path):
            yield f"{where}: not a translation key"
        for fault in _faults_of(
            text, free=bool(_FREE_OF_PLACEHOLDERS & {*path} and path[0] == "entity")
        ):
            yield f"{where}: {fault}"
    for path, steps in _steps(tree):
        for step, told in steps.items():
            for key in told.get("data_description", {}).keys() - told.get("data", {}).keys():
                yield f"{'.'.join(path)}.{step}: data_description of {key}, which is not in data"
    for key, issue in tree.get("issues", {}).items():
        if ("description" in issue) == ("fix_flow" in issue):
            yield f"issues.{key}: either a description or a fix_flow"


def _leaves(
    tree: Mapping[str, Any], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], str]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), str(value)


def _steps(
    tree: Mapping[str, Any], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            if key == "step" and path[0] in {"config", "options", "issues"}:
                yield path, value
            yield from _steps(value, (*path, key))


def _faults_of(text: str, *, free: bool) -> Iterator[str]:
    """Yield what is wrong with a text. `free`: of placeholders, which a state cannot have."""
    try:
        cv.string_with_no_html(text)
    except vol.Invalid as error:
        yield str(error)
    if _QUOTED_PLACEHOLDER.search(text):
        yield "a placeholder in single quotes is never filled in"
    if text != text.strip():
        yield "blanks at its begin or end"
    if _URL.search(text):
        yield "an address: use a placeholder"
    try:
        names = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError as error:
        yield str(error)
        return
    if names and free:
        yield "no placeholders here"
    yield from (f"{{{name}}} is no name" for name in names if not name.isidentifier())


def _described(file: Path, texts: Mapping[str, Any], english: Mapping[str, Any]) -> Iterator[str]:
    """Every action, trigger and condition, and every field of one, has a name and a description; every option a text."""
    # What begins with a dot is written once for others to refer to.
    described = {k: v for k, v in load_yaml_dict(str(file)).items() if not k.startswith(".")}
    try:
        _DESCRIBED(described)
    except vol.Invalid as error:
        yield f"{file.name}: {humanize_error(described, error)}"
        return
    for name, told in described.items():
        text = texts.get(name, {})
        yield from _named(f"{file.name}: {name}", text)
        for field, content in _all_fields((told or {}).get("fields", {})):
            yield from _named(f"{file.name}: {name}.{field}", text.get("fields", {}).get(field, {}))
            select = (content or {}).get("selector", {}).get("select") or {}
            if (key := select.get("translation_key")) and key not in english["selector"]:
                yield f"{file.name}: {name}.{field}: the options of {key} have no texts"
    yield from (
        f"{file.name}: {name} has texts but is not there"
        for name in texts.keys() - described.keys()
    )


def _all_fields(fields: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, content in fields.items():
        if content and "fields" in content:
            yield from content["fields"].items()
        else:
            yield name, content


def _named(what: str, text: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{what} has no {part}" for part in ("name", "description") if not text.get(part))


if __name__ == "__main__":
    faults = broken_rules()
    print("\n".join(faults))
    sys.exit(bool(faults))
