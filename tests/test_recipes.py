"""The recipes of docs/automations.md, run as they stand there."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from http import HTTPStatus
import json
import os
from pathlib import Path
import re
import subprocess
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from automating import automating
from home import Home
from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import async_import_statistics
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, async_mock_service
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.oejp.japan_time import JST

COMPONENT = Path(__file__).parents[1] / "custom_components" / DOMAIN
PAGE = Path(__file__).parents[1] / "docs" / "automations.md"
MINUTE = timedelta(minutes=1)
HALF_HOUR = timedelta(minutes=30)
HOUR = timedelta(hours=1)

pytestmark = [
    pytest.mark.parametrize("households", [("ev-tokyo", "green-tokyo")]),
    pytest.mark.parametrize("since", [date(2025, 11, 1)]),
]


async def signed_in(home: Home) -> MockConfigEntry:
    """Sign the household in, and another one: a recipe has to say which supply point it means."""
    await home.sign_in("green-tokyo")
    return await home.sign_in("ev-tokyo")


def recipe(name: str, home: Home) -> Any:
    """The recipe's YAML, with the entities of the household in the place of the example's."""
    found = re.search(rf"<!-- recipe: {name} -->\n```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found is not None, name
    return parse_yaml(found[1].replace("_1234_", f"_{home.spin('ev-tokyo')[-4:]}_"))


async def test_a_heater_below_a_price(home: Home) -> None:
    await signed_in(home)
    on = async_mock_service(home.hass, "switch", "turn_on")
    off = async_mock_service(home.hass, "switch", "turn_off")
    async with automating(home, recipe("heater", home)):
        # 13:00: 32.23 a kWh; 01:00: 21.56.
        await home.pass_time(HOUR)
        assert (len(on), len(off)) == (0, 1)
        await home.pass_time(12 * HOUR)
        assert (len(on), len(off)) == (1, 1)


async def test_one_of_each_trigger_and_condition(home: Home) -> None:
    await signed_in(home)
    told = [recipe(f"every_{kind}", home) for kind in ("trigger", "condition")]
    for kind, name in (("triggers", "trigger"), ("conditions", "condition")):
        described = parse_yaml((COMPONENT / f"{kind}.yaml").read_text())
        text = str(told)
        assert {f"{DOMAIN}.{key}" for key in described if not key.startswith(".")} == set(
            re.findall(rf"'{name}': '({DOMAIN}[.]\w+)'", text)
        )
    on = async_mock_service(home.hass, "switch", "turn_on")
    run = {"actions": [{"action": "switch.turn_on"}]}
    async with automating(home, told[0] | told[1] | run):
        # 13:00: 32.23 a kWh, above 30, and 19.56 before. The price changed, and rose above.
        await home.pass_time(HOUR)
        assert len(on) == 2
        # 01:00: 21.56, which is neither below 20 nor above 30, and not the cheapest of the day: but the night.
        await home.pass_time(12 * HOUR)
        assert len(on) == 3
        # 11:00: 19.56, below 20; the cheapest time begins.
        await home.pass_time(10 * HOUR)
        assert len(on) == 6


async def test_a_heater_after_a_time_without_a_price(home: Home) -> None:
    entry = await signed_in(home)
    off = async_mock_service(home.hass, "switch", "turn_off")
    async with automating(home, recipe("heater", home)):
        # 12:00: 19.56 a kWh; 14:00: 32.23.
        assert await home.hass.config_entries.async_unload(entry.entry_id)
        await home.pass_time(2 * HOUR)
        assert not off
        assert await home.hass.config_entries.async_setup(entry.entry_id)
        await home.settle()
        assert len(off) == 1


async def test_before_the_cheapest_time(home: Home) -> None:
    await signed_in(home)
    on = async_mock_service(home.hass, "switch", "turn_on")
    async with automating(home, recipe("calendar", home)):
        for span in (22 * HOUR + 25 * MINUTE, 15 * MINUTE):
            await home.pass_time(span)
            assert not on
        # 10:55: it ran at 10:45.
        await home.pass_time(15 * MINUTE)
        assert len(on) == 1


async def test_the_cheapest_two_hours(home: Home) -> None:
    await signed_in(home)
    on = async_mock_service(home.hass, "switch", "turn_on")
    off = async_mock_service(home.hass, "switch", "turn_off")
    async with automating(home, recipe("cheapest", home)):
        await home.pass_time(13 * HOUR)
        assert len(on) == 1
        await home.pass_time(2 * HOUR)
        assert (len(on), len(off)) == (1, 1)


@pytest.mark.parametrize("expected_lingering_timers", [True])
async def test_half_hourly_rates_for_the_card(home: Home) -> None:
    await signed_in(home)
    assert await async_setup_component(home.hass, "template", recipe("rates", home))
    await home.settle()
    await home.pass_time(HALF_HOUR)
    state = home.hass.states.get("sensor.half_hourly_rates")
    assert state is not None
    rates = state.attributes["rates"]
    assert len(rates) == 96
    # 11:00 to 13:00 is 13.10 + 2.48 + 3.98.
    assert rates[22] == {
        "start": "2025-11-20T11:00:00+09:00",
        "end": "2025-11-20T11:30:00+09:00",
        "value_inc_vat": 19.56,
    }


async def test_target_timeframes(home: Home) -> None:
    await signed_in(home)
    calls = async_mock_service(
        home.hass, "target_timeframes", "update_target_timeframe_data_source"
    )
    async with automating(home, recipe("target_timeframes", home)):
        await home.pass_time(HALF_HOUR)
    (call,) = calls
    data = call.data["data"]
    # Yesterday, today and tomorrow.
    assert len(data) == 3 * 48
    assert data[0]["start"] == "2025-11-19T00:00:00+09:00"
    assert data[-1]["end"] == "2025-11-22T00:00:00+09:00"
    assert all(set(each) == {"start", "end", "value"} for each in data)
    assert all(each["end"][14:] in {"00:00+09:00", "30:00+09:00"} for each in data)


async def test_what_the_dryer_cost_last_week(home: Home) -> None:
    await signed_in(home)
    # On Thursday the 13th it took a kWh from 13:00 to 14:00 (32.23 with all parts), and on the Monday after another.
    dried = {"2025-11-13T13:00": 1, "2025-11-17T13:00": 1}
    total, rows = 0.0, []
    for number in range(12 * 24):
        at = datetime(2025, 11, 8, tzinfo=JST) + number * HOUR
        total += dried.get(at.strftime("%Y-%m-%dT%H:%M"), 0)
        rows.append(StatisticData(start=at, state=0, sum=total))
    metadata = StatisticMetaData(
        mean_type=StatisticMeanType.NONE,
        has_sum=True,
        name=None,
        source="recorder",
        statistic_id="sensor.dryer_energy",
        unit_class="energy",
        unit_of_measurement="kWh",
    )
    async_import_statistics(home.hass, metadata, rows)
    await home.recorded()
    told = async_mock_service(home.hass, "persistent_notification", "create")
    async with automating(home, recipe("dryer", home)):
        (automation,) = home.hass.states.async_entity_ids("automation")
        await home.hass.services.async_call(
            "automation", "trigger", {"entity_id": automation}, blocking=True
        )
        await home.settle()
    assert [call.data["message"] for call in told] == ["1.0 kWh in the last week, for 32 yen."]


async def emhass_was_sent(home: Home) -> Any:
    """The body that EMHASS gets on an afternoon, by both parts of the recipe: half an hour by day, 12 hours at the standard rate, ..."""
    received = home.hass.loop.create_future()

    async def plan(request: web.Request) -> web.Response:
        assert request.content_type == "application/json"
        received.set_result(await request.json())
        return web.json_response({})

    await signed_in(home)
    app = web.Application()
    app.router.add_post("/action/naive-mpc-optim", plan)
    async with TestServer(app) as server:
        configuration = recipe("emhass_command", home)
        command = configuration["rest_command"]["emhass_plan"]
        command["url"] = command["url"].replace("localhost:5000", f"127.0.0.1:{server.port}")
        assert await async_setup_component(home.hass, "rest_command", configuration)
        async with automating(home, recipe("emhass", home)):
            await home.pass_time(HALF_HOUR)
            return await received


async def test_emhass(home: Home) -> None:
    """As https://emhass.readthedocs.io (Forecasts, Passing your own data) has it: a number a step, for the whole horizon at least."""
    body = await emhass_was_sent(home)
    assert set(body) == {"prediction_horizon", "load_cost_forecast"}
    prices = body["load_cost_forecast"]
    assert len(prices) == body["prediction_horizon"] == 48
    assert all(isinstance(price, float) for price in prices)
    assert prices[:2] == [19.56, 32.23]
    assert prices[25:33] == [21.56] * 8


@pytest.mark.skipif("EMHASS" not in os.environ, reason="scripts/emhass brings EMHASS itself")
async def test_emhass_plans_by_it(home: Home) -> None:
    """An appliance of two hours runs from 12:30 and from 11:00 on the next day: 19.56 a kWh."""
    body = await emhass_was_sent(home)
    planned = await home.hass.async_add_executor_job(
        partial(
            subprocess.run,
            [os.environ["EMHASS"], PAGE.parents[1] / "scripts" / "emhass_plan.py"],
            input=json.dumps(body),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    )
    plan = json.loads(planned.stdout.splitlines()[-1])
    prices = body["load_cost_forecast"]
    assert plan["status"] == "Optimal"
    assert plan["unit_load_cost"] == prices
    ran = [price for price, watt in zip(prices, plan["appliance"], strict=True) if watt > 0]
    assert ran == [19.56] * 4


def predbat_reads(attributes: Mapping[str, Any], midnight: datetime) -> dict[int, float]:
    """Hundredths by the minute since midnight, as Predbat's page on energy rates has a sensor of spot rates: lists `raw_today` and
    `raw_tomorrow` of `start`, `end` and `value`, on the half hours, in the currency's main unit."""
    found: dict[int, float] = {}
    for name in ("raw_today", "raw_tomorrow"):
        for each in attributes[name]:
            start, end = (datetime.fromisoformat(each[key]) for key in ("start", "end"))
            assert start.minute % 30 == end.minute % 30 == 0
            first, last = ((at - midnight) // MINUTE for at in (start, end))
            found |= dict.fromkeys(range(first, last), 100 * each["value"])
    return found


async def test_predbat(home: Home, hass_client: ClientSessionGenerator) -> None:
    """Predbat asks Home Assistant for the sensor over HTTP."""
    spin = home.spin("ev-tokyo")
    home.want(spin, "hourly_prices")
    await signed_in(home)
    assert await async_setup_component(home.hass, "api", {})
    apps = recipe("predbat", home)["pred_bat"]
    assert apps["timezone"] == home.hass.config.time_zone
    assert len(apps["currency_symbols"]) == 2
    sensor = apps["metric_octopus_import"]
    # Of such a name Predbat would look for events of the British integration.
    assert "_current_rate" not in sensor
    client = await hass_client()
    state = await (await client.get(f"/api/states/{sensor}")).json()
    # These it would prefer to the lists.
    assert not {"rates", "all_rates"} & set(state["attributes"])
    midnight = datetime(2025, 11, 20, tzinfo=JST)
    rates = predbat_reads(state["attributes"], midnight)
    assert sorted(rates) == list(range(2 * 24 * 60))
    truth = home.simulator.truth
    for minute in range(0, 2 * 24 * 60, 60):
        price = truth.price(spin, midnight + minute * MINUTE).total
        assert rates[minute] == pytest.approx(100 * float(price))
    # 11:00 to 13:00 is 13.10 + 2.48 + 3.98.
    assert rates[11 * 60] == pytest.approx(1956)


async def test_evcc_asks_over_http(home: Home, hass_client: ClientSessionGenerator) -> None:
    await signed_in(home)
    assert await async_setup_component(home.hass, "api", {})
    client = await hass_client()
    text = PAGE.read_text()
    uri = re.search(r"uri: http://homeassistant.local:8123(\S+)", text)
    body = re.search(r"body: '(.*)'", text)
    assert uri is not None
    assert body is not None
    price = home.state(home.spin("ev-tokyo"), "current_price").entity_id
    entity = er.async_get(home.hass).async_get(price)
    assert entity is not None
    assert entity.device_id is not None
    response = await client.post(
        uri[1],
        data=body[1].replace("YOUR_DEVICE", entity.device_id),
        headers={"content-type": "application/json"},
    )
    assert response.status == HTTPStatus.OK
    prices = (await response.json())["service_response"]["prices"]
    # evcc reads RFC 3339 times and a number; the jq of the recipe takes these three.
    assert len(prices) == 96
    assert [datetime.fromisoformat(each["start"]).utcoffset() for each in prices] == 96 * [9 * HOUR]
    start = datetime.fromisoformat(prices[22]["start"])
    spin = home.spin("ev-tokyo")
    assert prices[22]["price"] == float(home.simulator.truth.price(spin, start).total)
    assert datetime.fromisoformat(prices[22]["end"]) == start + HALF_HOUR


async def test_charts_by_the_hour(home: Home) -> None:
    """What the card evaluates for each point: [milliseconds, price]."""
    home.want(home.spin("ev-tokyo"), "hourly_prices")
    await signed_in(home)
    card = recipe("apexcharts", home)
    (series,) = card["series"]
    state = home.hass.states.get(series["entity"])
    assert state is not None
    named = set(re.findall(r"entity.attributes\.(\w+)", series["data_generator"]))
    assert named == {"raw_today", "raw_tomorrow"}
    for name in named:
        assert {"start", "value"} <= set(state.attributes[name][0])


async def test_the_cheapest_hours_by_the_macro(home: Home) -> None:
    """The macro reads a list in an attribute, by the names of a time and of a value, which the recipe gives it."""
    home.want(home.spin("ev-tokyo"), "hourly_prices")
    await signed_in(home)
    text = recipe("cheapest_energy_hours", home)["template"][0]["sensor"][0]["state"]
    given = dict(re.findall(r"(\w+)='([^']*)'", text))
    (sensor,) = re.findall(r"cheapest_energy_hours\(\s*'([^']+)'", text)
    state = home.hass.states.get(sensor)
    assert state is not None
    for name in (given["attr_today"], given["attr_tomorrow"]):
        first = state.attributes[name][0]
        assert {given["time_key"], given["value_key"]} <= set(first)
