"""Repair issues: what only the user can set right. One table of keys; repairs.py holds the flows of the fixable ones.

An issue belongs to an entry and to a subject in it: a supply point or an account by its digest, or the login itself. Its id
holds the entry's id and the digest, so that two never collide and no number is shown. Texts are `issues.<key>` in translations.
"""

from dataclasses import dataclass
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN

LOGIN: Final = "login"
"""The subject of what concerns the whole login."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How an issue is shown; a fixable one has a flow in repairs.py."""

    severity: ir.IssueSeverity = ir.IssueSeverity.WARNING
    fixable: bool = False


KINDS: Final = {
    "schedule_mismatch": Kind(fixable=True),
    "bill_off": Kind(),
    "plan_without_price": Kind(fixable=True),
    "readings_late": Kind(),
    "supply_ended": Kind(),
    "permission_missing": Kind(fixable=True),
    "api_field_gone": Kind(fixable=True),
    "monthly_rate_unknown": Kind(fixable=True),
    "hours_unknown": Kind(fixable=True),
    "capacity_unknown": Kind(fixable=True),
    "kept_by_another_entry": Kind(),
    "not_on_energy_dashboard": Kind(fixable=True),
    "period_sensors_on_energy_dashboard": Kind(),
    "counted_twice_on_energy_dashboard": Kind(),
    "moved": Kind(fixable=True),
    "own_meter_missing": Kind(),
    "own_meter_not_energy": Kind(),
    "own_meter_silent": Kind(),
    "sign_in_ended": Kind(ir.IssueSeverity.ERROR, fixable=True),
    "api_key_ended": Kind(ir.IssueSeverity.ERROR, fixable=True),
    "pre_signed_key_ended": Kind(ir.IssueSeverity.ERROR, fixable=True),
    "sign_in_short_lived": Kind(),
}
"""The key is the translation key too."""


@callback
def async_report(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    key: str,
    subject: str = LOGIN,
    **placeholders: str,
) -> None:
    """Raise an issue, or leave it as it is where it is raised already. KeyError for a key that KINDS lacks."""
    kind = KINDS[key]
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(entry, key, subject),
        data={"entry_id": entry.entry_id, "key": key, "subject": subject},
        is_fixable=kind.fixable,
        severity=kind.severity,
        translation_key=key,
        translation_placeholders=placeholders or None,
    )


@callback
def async_settle(
    hass: HomeAssistant, entry: ConfigEntry[Any], key: str, subject: str = LOGIN
) -> None:
    """Take an issue back, if it is raised."""
    ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, key, subject))


@callback
def async_forget(hass: HomeAssistant, entry: ConfigEntry[Any], subject: str | None = None) -> None:
    """Take back all issues of an entry, or those of one subject of it that is gone."""
    begin, end = f"{entry.entry_id}_", f"_{subject}" if subject else ""
    gone = [
        issue_id
        for domain, issue_id in ir.async_get(hass).issues
        if domain == DOMAIN and issue_id.startswith(begin) and issue_id.endswith(end)
    ]
    for issue_id in gone:
        ir.async_delete_issue(hass, DOMAIN, issue_id)


def _issue_id(entry: ConfigEntry[Any], key: str, subject: str) -> str:
    return f"{entry.entry_id}_{key}_{subject}"
