"""Repair issues: each of one entry and one subject, and gone with them."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.issues import (
    KINDS,
    LOGIN,
    async_forget,
    async_report,
    async_settle,
)


def entry(hass: HomeAssistant, entry_id: str) -> MockConfigEntry:
    made = MockConfigEntry(domain=DOMAIN, entry_id=entry_id)
    made.add_to_hass(hass)
    return made


def raised(hass: HomeAssistant) -> set[str]:
    return {issue_id for domain, issue_id in ir.async_get(hass).issues if domain == DOMAIN}


async def test_an_issue_is_raised_once_and_taken_back(hass: HomeAssistant) -> None:
    login = entry(hass, "1")
    for _ in range(2):
        async_report(hass, login, "schedule_mismatch", "0a", number="1234")
    (issue,) = ir.async_get(hass).issues.values()
    assert issue.translation_key == "schedule_mismatch"
    assert issue.translation_placeholders == {"number": "1234"}
    assert issue.data == {"entry_id": "1", "key": "schedule_mismatch", "subject": "0a"}
    async_settle(hass, login, "schedule_mismatch", "0b")
    assert raised(hass)
    async_settle(hass, login, "schedule_mismatch", "0a")
    assert not raised(hass)


async def test_what_the_user_ignores_stays_ignored_when_it_is_reported_again(
    hass: HomeAssistant,
) -> None:
    login = entry(hass, "1")
    async_report(hass, login, "schedule_mismatch", "0a", number="1234")
    (issue,) = ir.async_get(hass).issues.values()
    ir.async_ignore_issue(hass, DOMAIN, issue.issue_id, ignore=True)
    async_report(hass, login, "schedule_mismatch", "0a", number="1234")
    (issue,) = ir.async_get(hass).issues.values()
    assert issue.dismissed_version


async def test_two_points_and_two_entries_have_their_own(hass: HomeAssistant) -> None:
    first, second = entry(hass, "1"), entry(hass, "2")
    for login in (first, second):
        for subject in ("0a", "0b"):
            async_report(hass, login, "schedule_mismatch", subject, number="1234")
        async_report(hass, login, "sign_in_ended")
    assert len(raised(hass)) == 6
    async_forget(hass, first, "0a")
    assert len(raised(hass)) == 5
    async_forget(hass, first)
    assert raised(hass) == {
        "2_schedule_mismatch_0a",
        "2_schedule_mismatch_0b",
        f"2_sign_in_ended_{LOGIN}",
    }


async def test_a_key_without_a_kind_is_a_mistake_of_ours(hass: HomeAssistant) -> None:
    with pytest.raises(KeyError):
        async_report(hass, entry(hass, "1"), "nonsense")


def test_kinds_say_how_grave_they_are() -> None:
    assert KINDS["sign_in_ended"].severity is ir.IssueSeverity.ERROR
