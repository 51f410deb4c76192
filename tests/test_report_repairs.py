"""A repair that only a new version can mend makes the report for whoever writes it."""

import asyncio
from typing import Any

from home import Home
from homeassistant.components.repairs import DOMAIN as REPAIRS, repairs_flow_manager
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
import pytest

from custom_components.octopus_japan import probing
from custom_components.octopus_japan.const import DOMAIN


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "PAUSE", 0)


async def begun(home: Home) -> tuple[Any, dict[str, Any], Any]:
    """A household of whose plan the service states no price, the manager of flows, and the opened repair."""
    home.leave_readings_out()
    home.simulator.faults.add("empty_list", field="consumptionCharges")
    entry = await home.sign_in("green-tokyo")
    assert await async_setup_component(home.hass, REPAIRS, {})
    manager = repairs_flow_manager(home.hass)
    assert manager is not None
    (issue,) = home.issues()
    assert (issue.translation_key, issue.is_fixable) == ("plan_without_price", True)
    form: Any = await manager.async_init(DOMAIN, data={"issue_id": issue.issue_id})
    assert form["step_id"] == "confirm"
    assert form["description_placeholders"] == issue.translation_placeholders
    return manager, form, entry


async def finished(home: Home, manager: Any, flow_id: str) -> Any:
    """Wait until the flow has ended, as the window does: it asks again when it is told of progress."""
    result = await manager.async_configure(flow_id, {})
    while result["type"] in {FlowResultType.SHOW_PROGRESS, FlowResultType.SHOW_PROGRESS_DONE}:
        await asyncio.sleep(0)
        result = await manager.async_configure(flow_id)
    return result


async def test_the_report_is_made_and_the_issue_stays(home: Home) -> None:
    manager, form, entry = await begun(home)
    assert probing.last_report(entry) is None
    result = await finished(home, manager, form["flow_id"])
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "probed")
    report = probing.last_report(entry)
    assert report is not None
    outcomes = [found["outcome"] for found in report["documents"].values()]
    works = outcomes.count("works")
    assert result["description_placeholders"] == {
        "works": str(works),
        "others": str(len(outcomes) - works),
    }
    assert works > 10
    assert [issue.translation_key for issue in home.issues()] == ["plan_without_price"]


async def test_it_goes_on_while_the_window_shows_progress(home: Home) -> None:
    manager, form, _ = await begun(home)
    requests = home.simulator.requests.total
    result = await manager.async_configure(form["flow_id"], {})
    assert (result["type"], result["progress_action"]) == (FlowResultType.SHOW_PROGRESS, "probe")
    while result["type"] is not FlowResultType.ABORT:
        await asyncio.sleep(0)
        result = await manager.async_configure(form["flow_id"])
    assert home.simulator.requests.total > requests


async def test_the_report_is_kept_though_the_window_was_closed(home: Home) -> None:
    manager, form, entry = await begun(home)
    result = await manager.async_configure(form["flow_id"], {})
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    manager.async_abort(form["flow_id"])
    await home.settle()
    assert probing.last_report(entry) is not None


async def test_a_service_that_does_not_answer_says_so(home: Home) -> None:
    manager, form, entry = await begun(home)
    home.simulator.faults.add("throttled")
    result = await finished(home, manager, form["flow_id"])
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "probe_failed")
    assert probing.last_report(entry) is None


async def test_an_entry_that_does_not_run_says_so(home: Home) -> None:
    manager, form, entry = await begun(home)
    await home.hass.config_entries.async_unload(entry.entry_id)
    result = await manager.async_configure(form["flow_id"], {})
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_loaded")
