"""What a conversation agent may read, asked through Home Assistant's own LLM API; every number is the simulator's truth."""

from datetime import date, datetime, timedelta
import json
from pathlib import Path
import re
from typing import Any

from home import A_MONTH_AGO, NOW, Home
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import Context
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.llm import (
    LLM_API_ASSIST,
    APIInstance,
    LLMContext,
    ToolInput,
    ToolResult,
    async_get_api,
)
from homeassistant.setup import async_setup_component
import probatio
import pytest

from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.identity import digest
from custom_components.octopus_japan.llm import PROMPT

ev = pytest.mark.parametrize("households", [("ev-tokyo",)])
DAY = timedelta(days=1)


@pytest.fixture
def since() -> date:
    """A month of history, with the end of a billing period in it."""
    return A_MONTH_AGO


@pytest.fixture(autouse=True)
async def assist(home: Home) -> None:
    for name in ("homeassistant", "llm"):
        assert await async_setup_component(home.hass, name, {})


def expose(home: Home, number: str, *keys: str) -> None:
    registry = er.async_get(home.hass)
    for key in keys:
        entity_id = registry.async_get_entity_id("sensor", DOMAIN, f"{digest(number)}_{key}")
        assert entity_id is not None, key
        async_expose_entity(home.hass, "conversation", entity_id, True)


async def api(home: Home) -> APIInstance:
    context = LLMContext(
        platform="test",
        context=Context(),
        language="ja",
        assistant="conversation",
        device_id=None,
    )
    return await async_get_api(home.hass, LLM_API_ASSIST, context)


async def names(home: Home) -> set[str]:
    tools = (await api(home)).tools
    return {name for tool in tools if (name := tool.name).startswith(f"{DOMAIN}__")}


async def ask(home: Home, tool: str, **given: Any) -> ToolResult:
    return await (await api(home)).async_call_tool(ToolInput(f"{DOMAIN}__{tool}", given))


async def told(home: Home, tool: str, **given: Any) -> Any:
    result = await ask(home, tool, **given)
    assert not result.error, result.data
    return result.data


@ev
async def test_nothing_is_told_of_what_is_not_exposed(home: Home) -> None:
    home.leave_readings_out()
    await home.sign_in("ev-tokyo")
    spin = home.spin("ev-tokyo")
    assert await names(home) == set()
    assert PROMPT not in (await api(home)).api_prompt
    expose(home, spin, "current_price")
    prices = {f"{DOMAIN}__get_prices", f"{DOMAIN}__find_cheapest_time"}
    assert await names(home) == prices
    assert PROMPT in (await api(home)).api_prompt
    expose(home, spin, "consumption_today", "last_bill_computed", "cheapest_plan")
    usage = {f"{DOMAIN}__{name}" for name in ("get_usage", "get_bill", "compare_plans")}
    assert await names(home) == prices | usage
    expose(home, spin, "projected_cost")
    assert await names(home) == prices | usage | {f"{DOMAIN}__get_projection"}
    for tool in (await api(home)).tools:
        if tool.name.startswith(f"{DOMAIN}__"):
            assert tool.annotations.read_only
            assert not tool.annotations.destructive
            # Agents of every kind are told the parameters in this form.
            assert probatio.to_openapi(tool.parameters)["type"] == "object"


@ev
async def test_prices_and_the_cheapest_time(home: Home) -> None:
    home.leave_readings_out()
    await home.sign_in("ev-tokyo")
    spin, truth = home.spin("ev-tokyo"), home.simulator.truth
    expose(home, spin, "current_price")
    answer = await told(home, "get_prices")
    assert (answer["unit"], answer["tax_included"]) == ("JPY/kWh", True)
    for period in answer["prices"]:
        start = datetime.fromisoformat(period["start"])
        assert period["price"] == float(truth.price(spin, start).total)
    night = await told(
        home, "get_prices", **{"from": "2025-11-21T01:00:00+09:00", "until": "2025-11-21T05:00"}
    )
    (period,) = night["prices"]
    assert period["band"] == "night"
    # By seven the night is the cheapest, from one until five.
    found = await told(home, "find_cheapest_time", hours=3, before="07:00", consumption=6)
    start = datetime.fromisoformat(found["start"])
    assert start == datetime.fromisoformat("2025-11-21T01:00:00+09:00")
    assert found["cost"] == float(6 * truth.price(spin, start).total)
    # An hour after today's noon is cheapest in tomorrow's.
    found = await told(home, "find_cheapest_time", hours=1, after="13:00")
    assert found["start"] == "2025-11-21T11:00:00+09:00"


@ev
async def test_usage_a_bill_a_projection_and_plans(home: Home) -> None:
    await home.sign_in("ev-tokyo")
    spin, truth = home.spin("ev-tokyo"), home.simulator.truth
    keys = ("cost_this_month", "last_bill_computed", "projected_cost", "cheapest_plan")
    expose(home, spin, *keys)
    start = datetime.fromisoformat("2025-11-16T00:00:00+09:00")
    day = await told(home, "get_usage", period="day", date="2025-11-16")
    assert day["consumption"] == float(sum(truth.hours(spin, start, start + DAY).values()))
    assert day["cost"]["total"] == pytest.approx(
        float(sum(truth.costs(spin, start, start + DAY).values())), abs=0.001
    )
    month = await told(home, "get_usage", period="month")
    assert month["start"] == "2025-11-01T00:00:00+09:00"
    assert month["complete"] is False
    bill = await told(home, "get_bill")
    period = tuple(datetime.fromisoformat(bill[end]) for end in ("start", "end"))
    assert bill["total"] == truth.bill(spin, period).total
    projection = await told(home, "get_projection")
    assert projection["estimated"] is True
    assert "projected_consumption" not in projection
    cost = projection["projected_cost"]
    assert cost["low"] < cost["value"] < cost["high"]
    assert cost["unit"] == "JPY"
    compared = await told(home, "compare_plans")
    assert sum(plan["current"] for plan in compared["plans"]) == 1
    assert len(compared["plans"]) in {5, 6}
    assert compared["plans"][0]["cost"] <= compared["plans"][1]["cost"]


@pytest.mark.parametrize("households", [("three-points-two-accounts",)])
async def test_of_several_points_the_exposed_ones_are_asked_by_name(home: Home) -> None:
    household = "three-points-two-accounts"
    await home.sign_in(household)
    first, second, third = (home.spin(household, index) for index in range(3))
    expose(home, first, "current_price")
    alone = await told(home, "get_prices")
    expose(home, second, "current_price")
    entity = er.async_get(home.hass).async_get(home.state(second, "current_price").entity_id)
    assert entity is not None
    assert entity.device_id is not None
    dr.async_get(home.hass).async_update_device(entity.device_id, name_by_user="お店")
    refused = await ask(home, "get_prices")
    assert refused.error
    assert await told(home, "get_prices", supply_point=f"Electricity {first[-4:]}") == alone
    truth = home.simulator.truth
    (now,) = [
        period["price"]
        for period in (await told(home, "get_prices", supply_point="お店"))["prices"]
        if datetime.fromisoformat(period["start"]) <= NOW < datetime.fromisoformat(period["end"])
    ]
    assert now == pytest.approx(float(truth.price(second, NOW, truth.used(second, NOW)).total))
    refused = await ask(home, "get_prices", supply_point=f"Electricity {third[-4:]}")
    assert refused.error


@ev
async def test_what_is_unknown_is_said_to_be(home: Home) -> None:
    home.leave_readings_out()
    home.simulator.faults.add("empty_list", field="consumptionCharges")
    await home.sign_in("ev-tokyo")
    spin = home.spin("ev-tokyo")
    expose(home, spin, "current_price", "projected_cost", "projected_consumption")
    result = await ask(home, "get_prices")
    assert result.error
    assert "price" in str(result.data["error"])
    assert spin not in str(result.data)
    projection = await told(home, "get_projection")
    assert projection["projected_cost"]["value"] is None
    result = await ask(home, "find_cheapest_time", hours=100)
    assert result.error


TRANSCRIPT = Path(__file__).parents[1] / "docs" / "assist.md"


@ev
async def test_the_documented_transcript_is_what_is_told(home: Home) -> None:
    """Each call in docs/assist.md is made, and its answer is what stands below it."""
    await home.sign_in("ev-tokyo")
    keys = ("current_price", "cost_yesterday", "projected_cost", "cheapest_plan")
    expose(home, home.spin("ev-tokyo"), *keys)
    blocks = re.findall(r"```json\n(.*?)```", TRANSCRIPT.read_text("utf-8"), re.DOTALL)
    said = [json.loads(block) for block in blocks]
    calls = said[::2]
    answers = [await told(home, call["tool"], **call["arguments"]) for call in calls]
    assert len(calls) >= 4
    assert answers == said[1::2]


async def test_another_api_than_assist_gets_none(home: Home) -> None:
    from custom_components.octopus_japan.llm import async_get_tools

    home.leave_readings_out()
    await home.sign_in("green-tokyo")
    expose(home, home.spin("green-tokyo"), "current_price")
    context = (await api(home)).llm_context
    assert async_get_tools(home.hass, context, "another") is None
