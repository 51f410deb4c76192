"""The repairs that only a new version can mend: their flow makes the report that whoever writes it needs."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import issue_registry as ir

from .oejp.kraken import KrakenError
from .oejp.probe.report import Outcome
from .probing import async_probe_entry
from .runtime import OctopusConfigEntry


class ReportFlow(RepairsFlow):
    """Probes the service once the user agrees. It ends as an abort: a report mends nothing, so the issue stays.

    Home Assistant cancels what a flow shows the progress of when its window is closed. So it is given a task that only waits for
    the probe, which goes on.
    """

    _probe: asyncio.Task[dict[str, Any]]
    _waiting: asyncio.Task[Any]

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._entry_id = str(data["entry_id"])

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Say what is the matter, and ask."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Begin once the user agrees."""
        if user_input is None:
            issue = ir.async_get(self.hass).async_get_issue(self.handler, self.issue_id)
            named = issue.translation_placeholders if issue else None
            return self.async_show_form(step_id="confirm", description_placeholders=named)
        entry: OctopusConfigEntry | None = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return self.async_abort(reason="not_loaded")
        self._probe = self.hass.async_create_background_task(
            async_probe_entry(entry), "octopus_japan probe"
        )
        self._waiting = self.hass.async_create_background_task(
            asyncio.wait([self._probe]), "octopus_japan probe shown"
        )
        return await self.async_step_probe()

    async def async_step_probe(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Show that it goes on until it is done."""
        if not self._waiting.done():
            return self.async_show_progress(
                step_id="probe", progress_action="probe", progress_task=self._waiting
            )
        return self.async_show_progress_done(next_step_id="told")

    async def async_step_told(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Say what came of it, and where the report is."""
        try:
            report = self._probe.result()
        except KrakenError:
            return self.async_abort(reason="probe_failed")
        outcomes = Counter(found["outcome"] for found in report["documents"].values())
        works = outcomes[Outcome.WORKS]
        others = outcomes.total() - works
        return self.async_abort(
            reason="probed",
            description_placeholders={"works": str(works), "others": str(others)},
        )


FLOWS = dict.fromkeys(
    ("api_field_gone", "permission_missing", "plan_without_price", "schedule_mismatch"), ReportFlow
)
"""By the key of the issue."""
