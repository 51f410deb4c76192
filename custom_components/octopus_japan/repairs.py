"""Repairs: the flows of fixable issues, which stand in plan_repairs.py, energy_repairs.py and report_repairs.py."""

from collections.abc import Callable, Mapping
from typing import Any, override

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow, RepairsFlowResult
from homeassistant.core import HomeAssistant

from .energy_repairs import FLOWS as ENERGY_FLOWS
from .plan_repairs import FLOWS as PLAN_FLOWS
from .report_repairs import FLOWS as REPORT_FLOWS


class SignInEndedFlow(ConfirmRepairFlow):
    """Asks for another way to sign in."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._entry_id = str(data["entry_id"])

    @override
    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Open the reauthentication once the user knows which ways are left."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if user_input is not None and entry is not None:
            entry.async_start_reauth(self.hass)
        return await super().async_step_confirm(user_input)


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, Any] | None
) -> RepairsFlow:
    """Return the flow of a fixable issue."""
    known = data or {}
    return _FLOWS[known["key"]](known)


_FLOWS: dict[str, Callable[[Mapping[str, Any]], RepairsFlow]] = {
    **PLAN_FLOWS,
    **ENERGY_FLOWS,
    **REPORT_FLOWS,
    "sign_in_ended": SignInEndedFlow,
    "api_key_ended": SignInEndedFlow,
    "pre_signed_key_ended": SignInEndedFlow,
}
