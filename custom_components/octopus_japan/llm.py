"""Tools for conversation agents: what they may read of a supply point, and nothing that changes anything (docs/assist.md).

A tool answers for a supply point once a sensor that shows the same is exposed to the assistant: whoever does not expose *Current
price* is not asked for prices. Every figure comes from the action or the sensor that users see, so that an agent never says another.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast, override

from homeassistant.components.homeassistant.exposed_entities import async_should_expose
from homeassistant.components.llm import LLMTools
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.llm import (
    LLM_API_ASSIST,
    LLMContext,
    Tool,
    ToolAnnotations,
    ToolInput,
    ToolResult,
)
from homeassistant.util.json import JsonObjectType
import voluptuous as vol

from .const import DOMAIN

PROMPT: Final = (
    "Electricity prices are in yen per kWh with tax, costs in yen, times in Japan's time zone unless they say otherwise. "
    "A figure that is null is unknown: say so, and do not take it for zero. Say of an estimated figure that it is estimated. "
    "Usage is published some hours to days late: where complete is false, say that it is not all."
)
SUPPLY_POINT: Final = "supply_point"
PLANS_TOLD: Final = 5


@dataclass(frozen=True, kw_only=True)
class Question:
    """What can be asked of a supply point.

    `opened_by`: translation keys of the sensors that show it, of which one has to be exposed. `call`: what the arguments ask of
    which action. `shorten`: what of the response is told.
    """

    name: str
    title: str
    description: str
    opened_by: frozenset[str]
    fields: Mapping[vol.Marker, Any]
    call: Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]
    shorten: Callable[[dict[str, Any]], dict[str, Any]] = dict


def _prices(given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    return "get_prices", {"start": given["from"], "end": given["until"]} if given else {}


def _cheapest(given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    asked = {"duration": {"minutes": round(60 * given["hours"])}}
    named = {"before": "latest_end", "after": "earliest_start", "consumption": "consumption"}
    return "find_cheapest_period", asked | {
        field: given[name] for name, field in named.items() if name in given
    }


def _usage(given: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    day = {"start": given["date"], "end": given["date"]} if "date" in given else {}
    return "get_consumption", {"period": given["period"], **day}


def _newest(response: dict[str, Any]) -> dict[str, Any]:
    """Tell the newest period where none was named: without a date the action tells many."""
    return {**response["consumption"][-1]}


def _few_plans(response: dict[str, Any]) -> dict[str, Any]:
    told = [
        {
            "plan": plan["plan"],
            "current": plan["current"],
            "explanation": plan["explanation"],
            **(plan["rates_of_today"] or {}),
        }
        for plan in response["plans"]
    ]
    few = [plan for index, plan in enumerate(told) if index < PLANS_TOLD or plan["current"]]
    for plan in few:
        plan.pop("months", None)
    kept = ("start", "end", "consumption", "catalogue")
    return {name: response[name] for name in kept} | {"plans": few}


QUESTIONS: Final = (
    Question(
        name="get_prices",
        title="Get electricity prices",
        description=(
            "Electricity prices by period, now and ahead. Without arguments: all of today and tomorrow. "
            "The period whose start and end enclose the present has the current price."
        ),
        opened_by=frozenset({"current_price", "next_price"}),
        fields={
            vol.Inclusive("from", "time", description="ISO 8601 date and time"): str,
            vol.Inclusive("until", "time", description="ISO 8601 date and time"): str,
        },
        call=_prices,
    ),
    Question(
        name="find_cheapest_time",
        title="Find the cheapest time",
        description="The cheapest time to run something that takes some hours, within the next day unless told otherwise.",
        opened_by=frozenset({"current_price", "next_cheapest_time"}),
        fields={
            vol.Required("hours", description="how long it runs"): vol.All(
                vol.Coerce(float), vol.Range(min=0.25, max=24)
            ),
            vol.Optional("after", description="not before: HH:MM, or ISO 8601"): str,
            vol.Optional("before", description="done by: HH:MM, or ISO 8601"): str,
            vol.Optional("consumption", description="kWh in all, for its cost"): vol.All(
                vol.Coerce(float), vol.Range(min=0)
            ),
        },
        call=_cheapest,
    ),
    Question(
        name="get_usage",
        title="Get electricity usage and cost",
        description=(
            "Usage in kWh and cost of a day, a calendar month or a billing period: the one that a date is in, without a date the "
            "running one."
        ),
        opened_by=frozenset(
            {
                *(f"consumption_{time}" for time in ("today", "yesterday", "this_month")),
                *(f"cost_{time}" for time in ("today", "yesterday", "this_month")),
                "consumption_billing_period",
                "cost_billing_period",
            }
        ),
        fields={
            vol.Required("period"): vol.In(["day", "month", "billing_period"]),
            vol.Optional("date", description="any day in it, YYYY-MM-DD"): str,
        },
        call=_usage,
        shorten=_newest,
    ),
    Question(
        name="get_bill",
        title="Get the electricity bill",
        description="The last electricity bill, worked out line by line, with the supplier's own lines and total where it tells them.",
        opened_by=frozenset({"last_bill_computed"}),
        fields={},
        call=lambda _: ("get_bill", {}),
    ),
    Question(
        name="compare_plans",
        title="Compare electricity plans",
        description="What the last year would have cost on the plans on sale in the area, the cheapest first.",
        opened_by=frozenset({"cheapest_plan", "saving_on_cheapest_plan"}),
        fields={},
        call=lambda _: ("compare_plans", {}),
        shorten=_few_plans,
    ),
)

PROJECTION: Final = ("projected_consumption", "projected_cost")
READ_ONLY: Final = ToolAnnotations(
    read_only=True, destructive=False, idempotent=True, open_world=False
)


class PointTool(Tool):
    """A question about one of the supply points that it may be asked of, by their devices' names."""

    annotations = READ_ONLY
    integration = DOMAIN

    def __init__(
        self, name: str, title: str, description: str, fields: Mapping[Any, Any], points: Points
    ) -> None:
        self.name = f"{DOMAIN}__{name}"
        self.title = title
        self.description = description
        self.parameters = vol.Schema({**fields, **_which(points)})
        self._points = points

    @override
    async def async_call(
        self, hass: HomeAssistant, tool_input: ToolInput, llm_context: LLMContext
    ) -> ToolResult:
        """Answer, or say what is the matter in words that an agent can pass on."""
        try:
            given = self.parameters(tool_input.tool_args)
            only = next(iter(self._points))
            point = self._points[given.pop(SUPPLY_POINT, only)]
            return ToolResult(data=await self.answer(hass, point, given, llm_context))
        except (vol.Invalid, HomeAssistantError) as error:
            return ToolResult(data={"error": str(error)}, error=True)

    async def answer(
        self, hass: HomeAssistant, point: Point, given: dict[str, Any], llm_context: LLMContext
    ) -> JsonObjectType:
        """Return what is told of a supply point."""
        raise NotImplementedError


class ActionTool(PointTool):
    """Answers by an action."""

    def __init__(self, question: Question, points: Points) -> None:
        super().__init__(
            question.name, question.title, question.description, question.fields, points
        )
        self._question = question

    @override
    async def answer(
        self, hass: HomeAssistant, point: Point, given: dict[str, Any], llm_context: LLMContext
    ) -> JsonObjectType:
        action, data = self._question.call(given)
        response = await hass.services.async_call(
            DOMAIN,
            action,
            {**data, "device_id": point.device_id},
            context=llm_context.context,
            blocking=True,
            return_response=True,
        )
        return self._question.shorten(cast("dict[str, Any]", response))


class ProjectionTool(PointTool):
    """Answers by the sensors of the projection: of those that are exposed."""

    def __init__(self, points: Points) -> None:
        super().__init__(
            "get_projection",
            "Get the projected bill",
            "What the running billing period is expected to come to by its end, in kWh and yen, with the range that it will most likely "
            "be in. All of it is an estimate.",
            {},
            points,
        )

    @override
    async def answer(
        self, hass: HomeAssistant, point: Point, given: dict[str, Any], llm_context: LLMContext
    ) -> JsonObjectType:
        found: JsonObjectType = {"estimated": True}
        for key in PROJECTION:
            state = hass.states.get(point.exposed[key]) if key in point.exposed else None
            if state is None:
                continue
            known = state.state not in {STATE_UNKNOWN, STATE_UNAVAILABLE}
            found[key] = {
                "value": float(state.state) if known else None,
                "unit": state.attributes.get(ATTR_UNIT_OF_MEASUREMENT),
                **{end: _rounded(state.attributes.get(end)) for end in ("low", "high")},
            }
        return found


def _rounded(value: float | None) -> float | None:
    """Round as the state itself is: it is no better than that."""
    return None if value is None else round(value, 1)


@dataclass(frozen=True)
class Point:
    """A supply point's device, and its entities that the assistant may know, by translation key."""

    device_id: str
    exposed: Mapping[str, str]


type Points = Mapping[str, Point]
"""By the name of the device: what a person calls it."""


@callback
def async_get_tools(hass: HomeAssistant, llm_context: LLMContext, api_id: str) -> LLMTools | None:
    """Return the tools that this assistant may use; None while nothing of ours is exposed to it."""
    if api_id != LLM_API_ASSIST:
        return None
    points = _exposed_points(hass, llm_context.assistant)

    def opened(by: frozenset[str]) -> Points:
        return {name: point for name, point in points.items() if by & point.exposed.keys()}

    tools: list[Tool] = [
        ActionTool(question, found)
        for question in QUESTIONS
        if (found := opened(question.opened_by))
    ]
    if found := opened(frozenset(PROJECTION)):
        tools.append(ProjectionTool(found))
    return LLMTools(tools=tools, prompt=PROMPT) if tools else None


@callback
def _exposed_points(hass: HomeAssistant, assistant: str) -> Points:
    """Find the devices of which something is exposed, and what of them."""
    entities: dict[str, dict[str, str]] = {}
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        for entity in er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id):
            if (
                entity.device_id
                and entity.translation_key
                and async_should_expose(hass, assistant, entity.entity_id)
            ):
                found = entities.setdefault(entity.device_id, {})
                found[entity.translation_key] = entity.entity_id
    devices = dr.async_get(hass)
    points = {}
    for device_id, exposed in entities.items():
        if device := devices.async_get(device_id):
            points[device.name_by_user or device.name or device_id] = Point(device_id, exposed)
    return points


def _which(points: Points) -> dict[vol.Marker, Any]:
    """Return the field that chooses among several supply points."""
    if len(points) == 1:
        return {vol.Optional(SUPPLY_POINT): vol.In(list(points))}
    return {vol.Required(SUPPLY_POINT): vol.In(list(points))}
