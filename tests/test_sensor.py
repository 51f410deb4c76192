"""What the sensors show, against the simulator's truth."""

from datetime import date, datetime, timedelta
from decimal import Decimal
import json
import re

from home import A_MONTH_AGO, NOW, Home
from homeassistant.components.recorder.statistics import async_list_statistic_ids
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import async_get_platforms
import pytest
from syrupy.assertion import SnapshotAssertion

from custom_components.octopus_japan.const import DOMAIN
from simulator.dates import jst_date, midnight

ALL = pytest.mark.parametrize(
    ("households", "household"),
    [((key,), key) for key in ("green-tokyo", "simple-kansai", "ev-tokyo")],
)
TODAY = midnight(NOW.date())


@pytest.fixture
def since() -> date:
    """A month of history, with the start of a billing period in it."""
    return A_MONTH_AGO


async def test_every_entity_is_as_recorded(home: Home, snapshot: SnapshotAssertion) -> None:
    """Ids, units, classes, categories and states of one household, the disabled ones too."""
    entry = await home.sign_in("green-tokyo")
    registry = er.async_get(home.hass)
    entities = er.async_entries_for_config_entry(registry, entry.entry_id)
    shown = {}
    for entity in sorted(entities, key=lambda entity: entity.entity_id):
        state = home.hass.states.get(entity.entity_id)
        shown[entity.entity_id] = {
            "key": entity.translation_key,
            "category": entity.entity_category,
            "class": entity.original_device_class,
            "unit": entity.unit_of_measurement,
            "state_class": (entity.capabilities or {}).get("state_class"),
            "disabled": entity.disabled,
            "state": state.state if state else None,
            "attributes": sorted(state.attributes) if state else None,
        }
    assert shown == snapshot


@pytest.mark.parametrize("households", [("solar-tokyo",)])
async def test_entity_ids_are_the_same_in_every_language(home: Home) -> None:
    """The end of the number and the key: documentation and what users tell each other shows them as they are."""
    home.hass.config.language = "ja"
    home.leave_readings_out()
    entry = await home.sign_in("solar-tokyo")
    entities = er.async_entries_for_config_entry(er.async_get(home.hass), entry.entry_id)
    begin = {"electricity", "generation", "octopus_energy_account"}
    for entity in entities:
        pattern = rf"\w+\.({'|'.join(begin)})_[0-9a-f]{{4}}_{entity.translation_key}"
        assert re.fullmatch(pattern, entity.entity_id), entity.entity_id
    assert {re.split(r"[._](?=[0-9a-f]{4}_)|\.", e.entity_id)[1] for e in entities} == begin


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", {"Electricity {} consumption", "Electricity {} cost"}),
        ("ja", {"電気 {} 使用量", "電気 {} 料金"}),
    ],
)
async def test_the_energy_dashboard_is_offered_nothing_but_the_statistics_of_the_point(
    home: Home, language: str, names: set[str]
) -> None:
    """Its picker lists every statistic; whatever sensor has a state class would be one, and lacks what is published late."""
    home.hass.config.language = language
    await home.sign_in("green-tokyo")
    offered = await async_list_statistic_ids(home.hass)
    end = home.spin("green-tokyo")[-4:]
    assert {item["name"] for item in offered} == {name.format(end) for name in names}


@ALL
async def test_usage_and_cost_are_the_truth(home: Home, household: str) -> None:
    # The service states that the billing period ended on the 20th some hours after the meter was read.
    await home.pass_time(timedelta(days=1))
    await home.sign_in(household)
    spin = home.spin(household)
    truth = home.simulator.truth
    now = home.simulator.clock.now()
    today = midnight(now.date())
    billing = truth.periods(spin)[-1][0]
    spans = {
        "today": (today, now),
        "yesterday": (today - timedelta(days=1), today),
        "billing_period": (billing, now),
    }
    for period, (start, end) in spans.items():
        used = sum(truth.hours(spin, start, end).values(), Decimal(0))
        cost = sum(truth.costs(spin, start, end).values(), Decimal(0))
        assert Decimal(home.state(spin, f"consumption_{period}").state) == used, period
        assert float(home.state(spin, f"cost_{period}").state) == pytest.approx(float(cost)), period


@ALL
async def test_the_price_is_the_truth_at_every_boundary_of_a_day(
    home: Home, household: str
) -> None:
    await home.sign_in(household)
    spin = home.spin(household)
    for hour in (12.5, 13, 15, 20, 24, 25, 29, 33, 35, 36):
        await home.pass_time(TODAY + timedelta(hours=hour) - home.simulator.clock.now())
        now = home.simulator.clock.now()
        price = home.state(spin, "current_price")
        # Both households use little enough to stay in one step this day.
        expected = home.simulator.truth.price(spin, now, home.simulator.truth.used(spin, now))
        assert Decimal(price.state) == expected.total, now
        assert Decimal(str(price.attributes["energy_charge"])) == expected.energy


async def test_a_period_that_is_not_fully_published_says_so(home: Home) -> None:
    await home.sign_in("green-tokyo")
    spin = home.spin("green-tokyo")
    today = home.state(spin, "consumption_today").attributes
    assert today["complete"] is False
    latest = max(home.simulator.truth.hours(spin, TODAY, NOW))
    assert today["complete_until"] == latest + timedelta(hours=1)
    assert home.state(spin, "cost_yesterday").attributes["complete"] is True


@pytest.mark.parametrize("households", [("ev-tokyo",)])
async def test_what_comes_next_is_the_next_band(home: Home) -> None:
    """At noon the cheap day band of the EV plan runs until 13:00."""
    await home.sign_in("ev-tokyo")
    spin = home.spin("ev-tokyo")
    change = datetime.fromisoformat("2025-11-20T13:00:00+09:00")
    assert home.state(spin, "rate_band").state == "day"
    assert datetime.fromisoformat(home.state(spin, "next_price_change").state) == change
    following = home.simulator.truth.price(spin, change)
    assert Decimal(home.state(spin, "next_price").state) == following.total
    previous = home.simulator.truth.price(spin, TODAY + timedelta(hours=10))
    assert Decimal(home.state(spin, "previous_price").state) == previous.total
    # 11:00 to 13:00 is on: the next one is tomorrow's. The dearest begins at 13:00.
    assert home.state(spin, "next_cheapest_time").state == "2025-11-21T02:00:00+00:00"
    assert home.state(spin, "next_dearest_time").state == "2025-11-20T04:00:00+00:00"
    rank = home.state(spin, "price_rank")
    assert (rank.state, rank.attributes["of"]) == ("1", 3)
    rates = home.state(spin, "current_price").attributes["rates"]
    assert [rate["start"] for rate in rates[:3]] == [
        "2025-11-20T00:00:00+09:00",
        "2025-11-20T01:00:00+09:00",
        "2025-11-20T05:00:00+09:00",
    ]


async def test_the_latest_half_hour_and_how_late_it_is(home: Home) -> None:
    await home.sign_in("green-tokyo")
    spin = home.spin("green-tokyo")
    half_hours = home.simulator.truth.half_hours(spin, TODAY, NOW)
    start = max(half_hours)
    assert Decimal(home.state(spin, "latest_half_hour").state) == half_hours[start]
    end = start + timedelta(minutes=30)
    assert datetime.fromisoformat(home.state(spin, "latest_reading").state) == end
    delay = (NOW - end) / timedelta(hours=1)
    assert float(home.state(spin, "data_delay").state) == pytest.approx(delay)
    assert home.state(spin, "history_import").state == "100.0"


async def test_begin_and_end_of_supply_and_of_the_billing_period(home: Home) -> None:
    # The service states that the billing period ended on the 20th some hours after the meter was read.
    await home.pass_time(timedelta(days=1))
    await home.sign_in("green-tokyo")
    spin = home.spin("green-tokyo")
    start, end = home.simulator.truth.periods(spin)[-1]
    assert home.state(spin, "billing_period_start").state == jst_date(start).isoformat()
    # The day of the next reading is not told yet: it is taken to be as usual.
    shown = home.state(spin, "billing_period_end")
    last = jst_date(end - timedelta(days=1))
    assert abs(date.fromisoformat(shown.state) - last) <= timedelta(days=2)
    assert shown.attributes["estimated"] is True
    assert home.state(spin, "supply_since").state == "2025-10-21"
    assert home.state(spin, "status").state == "on_supply"


@ALL
async def test_attributes_are_small_rounded_and_of_one_zone_and_no_list_is_recorded(
    home: Home, household: str
) -> None:
    await home.hass.config.async_set_time_zone("Europe/Berlin")
    entry = await home.sign_in(household)
    component = {
        entity.entity_id: entity
        for platform in async_get_platforms(home.hass, DOMAIN)
        for entity in platform.entities.values()
    }
    registry = er.async_get(home.hass)
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        state = home.hass.states.get(entity.entity_id)
        for name, value in (state.attributes if state else {}).items():
            assert len(json.dumps(value, default=str)) < 4000, (entity.entity_id, name)
            if isinstance(value, datetime):
                assert value.utcoffset() == timedelta(hours=1), (entity.entity_id, name)
            if isinstance(value, float):
                assert value == round(value, 4), (entity.entity_id, name)
            if isinstance(value, list) and name != "options":
                recorded = component[entity.entity_id]._unrecorded_attributes
                assert name in recorded, (entity.entity_id, name)


async def test_the_account_tells_balance_and_plan(home: Home) -> None:
    await home.sign_in("green-tokyo")
    account = home.simulator.world.households["green-tokyo"].accounts[0]
    assert home.state(account.number, "balance").state == str(account.balance)
    assert home.state(account.number, "plan").state == "KKオクトパス"


async def test_since_when_the_step_is_in_force(home: Home) -> None:
    await home.sign_in("green-tokyo")
    spin, truth = home.spin("green-tokyo"), home.simulator.truth
    band = home.state(spin, "rate_band")
    assert (band.state, band.attributes["step_since"]) == ("step_1", None)
    await home.pass_time(timedelta(days=14))
    band = home.state(spin, "rate_band")
    assert band.state == "step_2"
    # By then 120 kWh were used. That is known by an estimate first, which may be late by less than a day's use.
    since: datetime = band.attributes["step_since"]
    start = truth.periods(spin)[-1][0]
    used = sum(truth.half_hours(spin, start, since).values())
    assert 120 <= used < 130
    assert since <= NOW + timedelta(days=14)
