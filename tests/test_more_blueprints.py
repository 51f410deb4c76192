"""The blueprints that tell and heat and charge, each in a Home Assistant that really starts; and their Japanese twins."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
import re
from typing import Any

from home import A_MONTH_AGO, Home
from homeassistant.util.yaml import load_yaml
from homeassistant.util.yaml.objects import Input
import pytest
from starting import APPLIANCE, Residence
from test_blueprints import SOURCE, folder, is_on, number, prices, residence, use

from simulator.dates import Month, jst_date

__all__ = ["folder", "residence"]

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TOLD = [{"event": "told", "event_data": {"message": "{{ message }}"}}]
SOC, PLUG, WATER = "sensor.charge", "binary_sensor.plug", "sensor.water"

ev = pytest.mark.parametrize("households", [("ev-tokyo",)])
green = pytest.mark.parametrize("households", [("green-tokyo",)])


def entity(residence: Residence, key: str) -> str:
    return f"sensor.electricity_{number(residence)}_{key}"


def spin(residence: Residence) -> str:
    (household,) = residence.simulator.world.households.values()
    return household.supply_points[0].spin


def said(residence: Residence) -> list[str]:
    found = [event.data["message"] for event in residence.told]
    residence.told.clear()
    return found


def jst(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+09:00")


# ---------------------------------------------------------------- in two languages


TEXTS = {"name", "description", "label", "title", "message"}


def _logic(node: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Everything but what is only shown: texts, the default of a message, where the file is."""
    if isinstance(node, dict):
        for name, value in node.items():
            if (
                (name in TEXTS and isinstance(value, str))
                or name == "source_url"
                or (key.endswith(".message") and name == "default")
                or (name == "unit_of_measurement" and value in {"yen", "円"})
            ):
                yield f"{key}.{name}", None
            else:
                yield from _logic(value, f"{key}.{name}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _logic(value, f"{key}[{index}]")
    else:
        yield key, node.name if isinstance(node, Input) else node


NAMES = sorted(path.name for path in SOURCE.glob("*.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_the_japanese_one_differs_in_its_texts_only(name: str) -> None:
    english, japanese = SOURCE / name, SOURCE / "ja" / name
    assert list(_logic(load_yaml(str(english)))) == list(_logic(load_yaml(str(japanese))))
    blueprint: Any = load_yaml(str(japanese))
    assert blueprint["blueprint"]["source_url"].endswith(f"/octopus_japan/ja/{name}")
    assert re.search("[ぁ-ん]", blueprint["blueprint"]["description"])


def test_no_japanese_one_is_without_an_english_one() -> None:
    assert sorted(path.name for path in (SOURCE / "ja").glob("*.yaml")) == NAMES
    documented = (Path(__file__).parents[1] / "docs" / "automations.md").read_text("utf-8")
    for name in NAMES:
        for path in (name, f"ja%2F{name}"):
            assert f"octopus_japan%2F{path}" in documented, path


# ---------------------------------------------------------------- what is told


@ev
@pytest.mark.parametrize("since", [date(2025, 11, 10)])
async def test_last_week_is_told_once_a_week(residence: Residence) -> None:
    residence.simulator.faults.clear()
    residence.save(
        use("weekly_report.yaml", prices=prices(residence), weekday="6", at="12:30:00", notify=TOLD)
    )
    async with residence.running() as home:
        await home.pass_time(DAY)
    assert said(residence) == []
    # Saturday, 22 November.
    residence.move_to("2025-11-22", "12:29")
    async with residence.running() as home:
        await home.pass_time(HOUR / 60)
    truth = residence.simulator.truth
    start, end = jst("2025-11-15T00:00:00"), jst("2025-11-22T00:00:00")
    hours = truth.hours(spin(residence), start, end)
    yen = sum(truth.costs(spin(residence), start, end).values())
    so_far = "" if len(hours) == 7 * 24 else " so far"
    assert said(residence) == [f"Last week: {sum(hours.values()):.1f} kWh, {yen:.0f} yen{so_far}"]
    # It was down on the next Saturday.
    residence.move_to("2025-11-30", "09:00")
    async with residence.running() as home:
        await home.pass_time(HOUR)
    (late,) = said(residence)
    assert late.startswith("Last week: ")
    async with residence.running() as home:
        await home.pass_time(HOUR)
    assert said(residence) == []


@ev
@pytest.mark.parametrize("since", [A_MONTH_AGO])
async def test_only_a_day_of_unusual_use_is_told(residence: Residence) -> None:
    residence.simulator.faults.clear()
    residence.save(
        use(
            "unusual_usage.yaml",
            prices=prices(residence),
            at="20:00:00",
            percent=30,
            message="{{ kwh }} {{ usual }} {{ more }}",
            notify=TOLD,
        )
    )
    async with residence.running() as home:
        await home.pass_time(8 * HOUR)
        assert said(residence) == [], "a day like the others"
    world, truth = residence.simulator.world, residence.simulator.truth
    start, end = jst("2025-11-20T00:00:00"), jst("2025-11-21T00:00:00")
    residence.move_to("2025-11-21", "18:00")
    for half in range(48):
        world.correct(spin(residence), start + half * HOUR / 2, "1.5")
    async with residence.running() as home:
        await home.pass_time(2 * HOUR)
    before = [
        float(sum(truth.hours(spin(residence), start - day * DAY, end - day * DAY).values()))
        for day in range(1, 29)
    ]
    usual = sum(before) / 28
    assert said(residence) == [f"72.0 {usual:.1f} {round(100 * (72 / usual - 1))}"]


@green
async def test_a_bill_is_told_once(residence: Residence) -> None:
    residence.save(
        use("bill_ready.yaml", bill=bill(residence), message="{{ last_day }}", notify=TOLD)
    )
    async with residence.running() as home:
        while not residence.told:
            await home.pass_time(DAY)
            assert residence.simulator.clock.now() < jst("2026-01-20T00:00:00")
        (first,) = said(residence)
        assert Month.of(jst_date(jst(f"{first}T00:00:00"))) == Month(2025, 12)
    residence.move_to("2026-01-26", "12:00")
    async with residence.running() as home:
        await home.pass_time(HOUR)
        (second,) = said(residence)
        assert Month.of(jst_date(jst(f"{second}T00:00:00"))) == Month(2026, 1)
    async with residence.running() as home:
        await home.pass_time(HOUR)
    assert said(residence) == []


def bill(residence: Residence) -> str:
    (household,) = residence.simulator.world.households.values()
    return f"sensor.octopus_energy_account_{household.accounts[0].number[-4:].lower()}_last_bill_amount"


@green
@pytest.mark.parametrize("since", [date(2025, 11, 15)])
async def test_a_warning_before_each_step(residence: Residence) -> None:
    residence.simulator.faults.clear()
    residence.save(
        use(
            "before_next_step.yaml",
            prices=prices(residence),
            left=entity(residence, "left_in_step"),
            rate_band=entity(residence, "rate_band"),
            limit=25,
            message="{{ step }} {{ kwh }}",
            notify=TOLD,
        )
    )
    steps = []
    async with residence.running() as home:
        for _ in range(24):
            await home.pass_time(DAY)
            for message in said(residence):
                step, kwh = message.split()
                assert float(kwh) < 25
                steps.append(step)
            if len(steps) == 2:
                break
    assert steps == ["2", "3"]
    async with residence.running() as home:
        await home.pass_time(HOUR)
    assert said(residence) == []


@green
async def test_a_plan_worth_switching_to_is_told_once_in_a_while(residence: Residence) -> None:
    saving, plan = "sensor.saving", "sensor.plan"
    residence.save(
        use(
            "better_plan.yaml",
            saving=saving,
            plan=plan,
            worth=3000,
            message="{{ name }} {{ yen }} {{ months }}",
            notify=TOLD,
        )
    )

    async def of(home: Home, yen: str) -> list[str]:
        home.hass.states.async_set(plan, "シンプルオクトパス")
        home.hass.states.async_set(saving, yen, {"months": 12})
        await home.settle()
        return said(residence)

    async with residence.running() as home:
        assert await of(home, "unknown") == []
        assert await of(home, "2999") == []
        assert await of(home, "3053.2") == ["シンプルオクトパス 3053 12"]
        assert await of(home, "4000") == []
    residence.move_to("2025-12-25", "12:00")
    async with residence.running() as home:
        assert await of(home, "5000") == ["シンプルオクトパス 5000 12"]


# ---------------------------------------------------------------- what is switched


@ev
async def test_water_is_warmed_by_the_night_rate(residence: Residence) -> None:
    residence.save(
        use(
            "warm_water.yaml",
            rate_band=entity(residence, "rate_band"),
            appliance=APPLIANCE,
            temperature=WATER,
            warm=60,
        )
    )
    async with residence.running() as home:
        home.hass.states.async_set(WATER, "40")
        await home.settle()
        assert not is_on(home)
        await home.pass_time(12 * HOUR + HOUR / 2)
        assert not is_on(home)
        await home.pass_time(HOUR / 2)
        # 01:00
        assert is_on(home)
        for degrees, on in (("59", True), ("60", False), ("56", False), ("54", True)):
            home.hass.states.async_set(WATER, degrees)
            await home.settle()
            assert is_on(home) is on, degrees
    residence.move_to("2025-11-21", "05:30")
    async with residence.running() as home:
        assert not is_on(home), "it was down when the night ended"


@ev
async def test_without_a_thermometer_water_is_warmed_all_night(residence: Residence) -> None:
    residence.save(
        use("warm_water.yaml", rate_band=entity(residence, "rate_band"), appliance=APPLIANCE)
    )
    residence.move_to("2025-11-21", "02:00")
    async with residence.running() as home:
        assert is_on(home)
        await home.pass_time(3 * HOUR)
        assert not is_on(home)


@ev
async def test_a_car_is_charged_in_the_cheapest_times(residence: Residence) -> None:
    """18 kWh at 6 kW: an hour until 13:00 (19.56 yen), two hours of the night (21.56 yen)."""
    residence.save(
        use(
            "charge_car.yaml",
            prices=prices(residence),
            charger=APPLIANCE,
            charge=SOC,
            plugged=PLUG,
            target=80,
            capacity=60,
            power=6,
        )
    )

    async with residence.running() as home:

        async def at(hours: float, soc: str, plug: str = "on") -> bool:
            home.hass.states.async_set(SOC, soc)
            home.hass.states.async_set(PLUG, plug)
            await home.settle()
            await home.pass_time(hours * HOUR)
            return is_on(home)

        assert not await at(5 / 60, "50", "off")
        assert await at(5 / 60, "50")
        assert not await at(50 / 60, "60"), "13:00"
        assert not await at(11.5, "60")
        assert await at(0.5, "60"), "01:00"
        assert await at(1.5, "75")
        assert not await at(5 / 60, "80"), "it is full"
    residence.move_to("2025-11-21", "06:00")
    async with residence.running() as home:
        assert await at(5 / 60, "70"), "an hour is left, and an hour is needed"


@ev
async def test_a_car_of_unknown_charge_is_left_alone(residence: Residence) -> None:
    residence.save(use("charge_car.yaml", prices=prices(residence), charger=APPLIANCE, charge=SOC))
    async with residence.running() as home:
        await home.hass.services.async_call(
            "homeassistant", "turn_on", {"entity_id": APPLIANCE}, blocking=True
        )
        home.hass.states.async_set(SOC, "unavailable")
        await home.pass_time(HOUR)
        assert is_on(home)
