"""Repairs: the flows of fixable issues. Those of plans and prices are in plan_repairs.py, those of the dashboard in energy_repairs.py."""

from typing import Any, override

from homeassistant.components.repairs import ConfirmRepairFlow, RepairsFlow, RepairsFlowResult
from homeassistant.core import HomeAssistant

from .energy_repairs import FLOWS as ENERGY_FLOWS
from .plan_repairs import FLOWS as PLAN_FLOWS


class SignInEndedFlow(ConfirmRepairFlow):
    """Asks for another way to sign in."""

    def __init__(self, entry_id: str) -> None:
        self._entry_id = entry_id

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
    key = known["key"]
    if key in PLAN_FLOWS:
        return PLAN_FLOWS[key](known)
    if key in ENERGY_FLOWS:
        return ENERGY_FLOWS[key](known)
    return _FLOWS[known["key"]](known["entry_id"])


_FLOWS = {"sign_in_ended": SignInEndedFlow, "api_key_ended": SignInEndedFlow}
