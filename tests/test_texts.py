"""Every text that a user sees, in English and in Japanese; icons; the quality scale."""

from collections.abc import Iterator
import json
from pathlib import Path
import re
from typing import Any

import pytest
import yaml

from custom_components.octopus_japan.config_flow import SIGN_IN_STEPS
from custom_components.octopus_japan.issues import KINDS, Kind
from custom_components.octopus_japan.oejp.kraken import AuthFailure

ROOT = Path(__file__).parent.parent
COMPONENT = ROOT / "custom_components" / "octopus_japan"


def load(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((COMPONENT / name).read_text("utf-8"))
    return loaded


def leaves(tree: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(tree, str):
        yield path, tree
    else:
        for key, value in tree.items():
            yield from leaves(value, (*path, key))


ENGLISH = dict(leaves(load("translations/en.json")))
JAPANESE = dict(leaves(load("translations/ja.json")))


def test_both_languages_have_the_same_texts() -> None:
    assert ENGLISH.keys() == JAPANESE.keys()


def test_placeholders_are_the_same() -> None:
    """A translation with other placeholders is dropped."""
    for path, text in ENGLISH.items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", JAPANESE[path])), path


def test_japanese_is_japanese() -> None:
    for path, text in JAPANESE.items():
        assert re.search(r"[ぁ-んァ-ヶ一-龠]", text), path


def test_no_text_refers_to_another() -> None:
    """Core's build resolves references; a custom integration's are shown literally."""
    assert not [text for text in (*ENGLISH.values(), *JAPANESE.values()) if "[%key" in text]


@pytest.mark.parametrize("reason", list(AuthFailure))
def test_every_reason_for_a_rejected_credential_is_explained(reason: str) -> None:
    assert ("config", "error", reason) in ENGLISH
    assert ("exceptions", reason, "message") in ENGLISH


def test_every_field_of_the_sign_in_is_described() -> None:
    for step in SIGN_IN_STEPS:
        named = {path[-1] for path in ENGLISH if path[:4] == ("config", "step", step, "data")}
        described = {
            path[-1] for path in ENGLISH if path[:4] == ("config", "step", step, "data_description")
        }
        assert named == described != set()


def test_every_entity_has_an_icon() -> None:
    icons = load("icons.json")["entity"]
    named = {path[1:3] for path in ENGLISH if path[0] == "entity"}
    assert named == {(platform, key) for platform, keys in icons.items() for key in keys}


def test_the_quality_scale_is_done_or_exempt_with_a_reason() -> None:
    rules = yaml.safe_load((COMPONENT / "quality_scale.yaml").read_text("utf-8"))["rules"]
    assert len(rules) == 54
    for rule, status in rules.items():
        if status != "done":
            assert status["status"] == "exempt", rule
            assert status["comment"], rule


def test_the_manifest_names_every_library_that_is_imported() -> None:
    manifest = load("manifest.json")
    named = {re.split(r"[<>=]", item)[0].lower() for item in manifest["requirements"]}
    libraries = {"mashumaro": "mashumaro", "orjson": "orjson", "jwt": "pyjwt"}
    sources = "\n".join(file.read_text("utf-8") for file in COMPONENT.rglob("*.py"))
    imported = {
        requirement
        for module, requirement in libraries.items()
        if re.search(rf"^(?:import|from) {module}\b", sources, re.MULTILINE)
    }
    assert named == imported


@pytest.mark.parametrize(("key", "kind"), KINDS.items())
def test_every_issue_is_explained(key: str, kind: Kind) -> None:
    assert ("issues", key, "title") in ENGLISH
    if kind.fixable:
        at_step = ("issues", key, "fix_flow", "step")
        assert [p for p in ENGLISH if p[:4] == at_step and p[5:] == ("description",)]
    else:
        assert ("issues", key, "description") in ENGLISH


def test_the_version_is_told_once() -> None:
    """The newest version of the changelog is the manifest's."""
    version = load("manifest.json")["version"]
    headings = re.findall(
        r"^###? \[?(\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE
    )
    assert headings[0] == version


def test_every_requirement_of_the_tests_is_pinned() -> None:
    lines = (ROOT / "requirements_test.txt").read_text("utf-8").splitlines()
    wanted = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in wanted if "==" not in line] == []
