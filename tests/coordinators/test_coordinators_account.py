"""The account clock: each account for itself, each document when it is due, and what is known stays after a short answer."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from home import Home
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.identity import digest, last_four
from custom_components.octopus_japan.recorder.series import Series
from custom_components.octopus_japan.recorder.statistic_ids import consumption_id, cost_id
from custom_components.octopus_japan.recorder.sync import exact
from simulator.dates import jst_date

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)

UNKNOWN = {STATE_UNKNOWN, STATE_UNAVAILABLE}
MINUTES = timedelta(minutes=3)
ACCOUNT_CLOCK = timedelta(hours=12)


def asked_since(home: Home, mark: int) -> Counter[str]:
    return Counter(request.operation for request in home.simulator.requests[mark:])


def keys_of(home: Home, number: str) -> set[str]:
    registry = er.async_get(home.hass)
    return {
        entity.unique_id.partition("_")[2]
        for entry in home.hass.config_entries.async_entries(DOMAIN)
        for entity in er.async_entries_for_config_entry(registry, entry.entry_id)
        if entity.unique_id.startswith(digest(number))
    }


def warned(caplog: pytest.LogCaptureFixture, text: str) -> int:
    return sum(
        text in record.getMessage() for record in caplog.records if record.levelname == "WARNING"
    )


# ---------------------------------------------------------------- each account for itself


@pytest.mark.parametrize("households", [("refused-account",)])
async def test_an_account_that_is_refused_costs_itself_alone(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    home.leave_readings_out()
    entry = await home.sign_in("refused-account")
    assert entry.state is ConfigEntryState.LOADED
    answering, refused = home.simulator.world.households["refused-account"].accounts
    assert home.state(answering.number, "balance").state == str(answering.balance)
    assert home.state(home.spin("refused-account"), "fuel_cost_adjustment").state not in UNKNOWN
    assert not keys_of(home, refused.number)
    assert warned(caplog, f"the supply points of …{last_four(refused.number)}") == 1
    await home.pass_time(ACCOUNT_CLOCK)
    assert entry.runtime_data.account.last_update_success
    assert warned(caplog, f"the supply points of …{last_four(refused.number)}") == 1

    home.simulator.world.refuse(refused.number, None)
    await home.pass_time(ACCOUNT_CLOCK)
    assert home.state(refused.number, "balance").state == str(refused.balance)


@pytest.mark.parametrize("households", [("three-points-two-accounts",)])
async def test_an_account_that_is_refused_later_keeps_the_prices_of_its_points(home: Home) -> None:
    home.leave_readings_out()
    await home.sign_in("three-points-two-accounts")
    one, other = home.simulator.world.households["three-points-two-accounts"].accounts
    (barn,) = [point.spin for point in other.supply_points]
    levy = home.state(barn, "renewable_energy_levy").state
    assert levy not in UNKNOWN
    home.simulator.world.refuse(other.number, "KT-CT-4177")
    await home.pass_time(ACCOUNT_CLOCK)
    assert home.state(one.number, "balance").state == str(one.balance)
    assert home.state(other.number, "balance").state == STATE_UNAVAILABLE
    assert home.state(barn, "renewable_energy_levy").state == levy


async def test_a_login_whose_only_account_is_refused_is_tried_again(home: Home) -> None:
    (account,) = home.simulator.world.households["green-tokyo"].accounts
    home.simulator.world.refuse(account.number, "KT-CT-4178")
    entry = await home.sign_in("green-tokyo")
    assert entry.state is ConfigEntryState.SETUP_RETRY
    home.simulator.world.refuse(account.number, None)
    await home.pass_time(timedelta(minutes=1))
    assert entry.state is ConfigEntryState.LOADED


# ---------------------------------------------------------------- what may pass


async def test_agreements_that_failed_once_are_there_within_minutes(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    home.leave_readings_out()
    home.simulator.faults.add("http_500", operation="Agreements", times=1)
    await home.sign_in("green-tokyo")
    spin = home.spin("green-tokyo")
    assert home.state(spin, "renewable_energy_levy").state == STATE_UNKNOWN
    assert warned(caplog, "the agreements of") == 1
    await home.pass_time(MINUTES)
    assert home.state(spin, "renewable_energy_levy").state not in UNKNOWN
    assert warned(caplog, "the agreements of") == 1


@pytest.mark.parametrize("households", [("three-points-two-accounts",)])
async def test_one_point_among_several_is_asked_for_again_too(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    home.leave_readings_out()
    shop = home.simulator.world.households["three-points-two-accounts"].supply_points[1].spin
    home.simulator.faults.add("internal_error", field="agreements", point=shop, times=1)
    await home.sign_in("three-points-two-accounts")
    assert home.state(shop, "renewable_energy_levy").state == STATE_UNKNOWN
    assert warned(caplog, f"the agreements of …{last_four(shop)}") == 1
    await home.pass_time(MINUTES)
    assert home.state(shop, "renewable_energy_levy").state not in UNKNOWN


async def test_what_keeps_failing_is_asked_for_less_and_less_often(home: Home) -> None:
    home.leave_readings_out()
    home.simulator.faults.add("http_500", operation="Balance")
    await home.sign_in("green-tokyo")
    mark = len(home.simulator.requests)
    for _ in range(12):
        await home.pass_time(timedelta(minutes=10))
    asked = asked_since(home, mark)
    assert 3 <= asked["Balance"] <= 6
    # Nothing else is asked along with it.
    assert not asked["Viewer"] + asked["SupplyPoints"] + asked["Agreements"]


async def test_what_is_refused_is_asked_for_again_after_an_hour_and_then_with_the_clock(
    home: Home,
) -> None:
    home.leave_readings_out()
    home.simulator.faults.add("refused_field", field="balance")
    await home.sign_in("green-tokyo")
    mark = len(home.simulator.requests)
    for _ in range(5):
        await home.pass_time(timedelta(hours=1, minutes=1))
    assert asked_since(home, mark)["Balance"] == 1


# ---------------------------------------------------------------- short answers


@pytest.mark.parametrize("field", ["accounts", "properties", "electricitySupplyPoints"])
async def test_known_points_stay_after_a_short_answer_and_it_is_asked_for_again(
    home: Home, field: str, caplog: pytest.LogCaptureFixture
) -> None:
    home.leave_readings_out()
    await home.sign_in("green-tokyo")
    spin = home.spin("green-tokyo")
    (account,) = home.simulator.world.households["green-tokyo"].accounts
    adjustment = home.state(spin, "fuel_cost_adjustment").state
    short = home.simulator.faults.add("empty_list", field=field)
    await home.pass_time(ACCOUNT_CLOCK)
    assert short.fired
    assert home.state(spin, "fuel_cost_adjustment").state == adjustment
    assert home.state(account.number, "balance").state == str(account.balance)
    assert warned(caplog, "left out of the answer") == 1
    home.simulator.faults.clear()
    home.leave_readings_out()
    mark = len(home.simulator.requests)
    await home.pass_time(MINUTES)
    assert asked_since(home, mark)["Viewer" if field == "accounts" else "SupplyPoints"] == 1


@pytest.mark.parametrize("field", ["accounts", "properties", "electricitySupplyPoints"])
async def test_a_short_answer_at_set_up_is_a_retry(home: Home, field: str) -> None:
    home.leave_readings_out()
    home.simulator.faults.add("empty_list", field=field, times=1)
    entry = await home.sign_in("green-tokyo")
    assert entry.state is ConfigEntryState.SETUP_RETRY
    await home.pass_time(timedelta(minutes=1))
    assert entry.state is ConfigEntryState.LOADED


# ---------------------------------------------------------------- lives


@pytest.mark.parametrize("since", [None])
@pytest.mark.parametrize("households", [("three-points-two-accounts",)])
async def test_a_point_whose_history_fails_does_not_stop_the_others(home: Home) -> None:
    home.leave_readings_out()
    entry = await home.sign_in("three-points-two-accounts")
    first, *others = entry.runtime_data.readings.numbers()
    home.simulator.faults.clear()
    home.simulator.faults.add("internal_error", field="halfHourlyReadings", point=first)
    await home.pass_time(timedelta(minutes=31))
    assert home.state(first, "history_import").state != "100.0"
    for spin in others:
        assert home.state(spin, "history_import").state == "100.0"


@pytest.mark.parametrize("households", [("three-points-two-accounts",)])
async def test_a_point_that_is_no_longer_listed_raises_nothing_and_comes_back(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    entry = await home.sign_in("three-points-two-accounts")
    household = home.simulator.world.households["three-points-two-accounts"]
    gone, *others = [point.spin for point in household.supply_points]
    home.simulator.world.end_supply(gone)
    home.simulator.world.hide(gone)
    for _ in range(2):
        await home.pass_time(ACCOUNT_CLOCK)
        await home.pass_time(timedelta(minutes=30))
    assert entry.runtime_data.readings.last_update_success
    for spin in others:
        assert home.state(spin, "history_import").state == "100.0"
    assert not [r for r in caplog.records if r.levelname == "ERROR"]
    assert gone not in caplog.text
    home.simulator.world.show(gone)
    await home.pass_time(ACCOUNT_CLOCK)
    assert gone in entry.runtime_data.account.data.supply_points


SINCE = "supply_since"
"""Of a supply point; of a generation point it is not told."""
HISTORY = {"history_import", "status", SINCE}
PERIODS = {
    "consumption_today",
    "cost_today",
    "consumption_yesterday",
    "cost_yesterday",
    "consumption_billing_period",
    "cost_billing_period",
    "latest_half_hour",
    "latest_reading",
}


async def test_an_ended_point_keeps_the_entities_that_its_history_supports(home: Home) -> None:
    entry = await home.sign_in("green-tokyo")
    spin = home.spin("green-tokyo")
    before = keys_of(home, spin)
    assert before > HISTORY | PERIODS | {"current_price", "data_delay", "prices", "rate_band"}
    home.simulator.world.end_supply(spin, jst_date(home.simulator.clock.now()))
    await home.pass_time(ACCOUNT_CLOCK)
    left = keys_of(home, spin)
    assert left >= HISTORY | PERIODS
    assert not left & {"current_price", "data_delay", "prices", "rate_band"}

    await home.hass.config_entries.async_unload(entry.entry_id)
    home.simulator.clock.advance(timedelta(days=70))
    home.freezer.tick(timedelta(days=70))
    await home.hass.config_entries.async_setup(entry.entry_id)
    await home.settle()
    assert keys_of(home, spin) == HISTORY
    assert home.state(spin, "history_import").state == "100.0"

    # Supplied again it has all of them.
    (account,) = home.simulator.world.households["green-tokyo"].accounts
    home.simulator.world.move(spin, account.number)
    await home.pass_time(ACCOUNT_CLOCK)
    assert keys_of(home, spin) == before


EXPORTS = {"export_today", "export_yesterday", "compensation_yesterday", "latest_reading"}


@pytest.mark.parametrize("households", [("solar-tokyo",)])
async def test_an_ended_generation_point_keeps_what_its_history_supports_too(home: Home) -> None:
    entry = await home.sign_in("solar-tokyo")
    (roof,) = home.simulator.world.households["solar-tokyo"].generation_points
    before = keys_of(home, roof.gpin)
    assert before > (HISTORY - {SINCE}) | EXPORTS | {"generation_credit", "data_delay"}
    # That an agreement has ended tells of no end: the next may not be told yet.
    signed = roof.agreements
    roof.agreements = tuple(term.until(date(2025, 11, 20)) for term in signed)
    await home.pass_time(ACCOUNT_CLOCK)
    assert keys_of(home, roof.gpin) == before
    home.simulator.world.end_supply(roof.gpin, jst_date(home.simulator.clock.now()))
    await home.pass_time(ACCOUNT_CLOCK)
    left = keys_of(home, roof.gpin)
    assert left >= (HISTORY - {SINCE}) | EXPORTS
    assert not left & {"generation_credit", "data_delay"}

    await home.hass.config_entries.async_unload(entry.entry_id)
    home.simulator.clock.advance(timedelta(days=70))
    home.freezer.tick(timedelta(days=70))
    await home.hass.config_entries.async_setup(entry.entry_id)
    await home.settle()
    assert keys_of(home, roof.gpin) == HISTORY - {SINCE}
    assert home.state(roof.gpin, "history_import").state == "100.0"


@pytest.mark.parametrize("still_listed", [True, False])
@pytest.mark.parametrize("households", [("three-points-two-accounts",)])
async def test_readings_are_asked_of_the_account_that_the_point_belongs_to(
    home: Home, still_listed: bool
) -> None:
    """Also where the account that was left lists the point no more."""
    await home.sign_in("three-points-two-accounts")
    household = home.simulator.world.households["three-points-two-accounts"]
    moving = household.supply_points[0].spin
    giver, taker = (account.number for account in household.accounts)
    home.simulator.world.move(moving, taker, date(2025, 11, 20), still_listed=still_listed)
    for _ in range(3):
        await home.pass_time(ACCOUNT_CLOCK)
    point = home.hass.config_entries.async_entries(DOMAIN)[0].runtime_data.account.data
    parts = point.supply_points[moving]
    assert parts.account_at(home.simulator.clock.now()) == taker
    assert parts.account_at(home.simulator.clock.now() - timedelta(days=5)) == giver
    assert float(home.state(moving, "data_delay").state) < 24


# ---------------------------------------------------------------- one point, two entries


async def share(home: Home) -> tuple[str, MockConfigEntry, MockConfigEntry]:
    spin = home.spin("green-tokyo")
    (account,) = home.simulator.world.households["ev-tokyo"].accounts
    home.simulator.world.list_again(spin, account.number)
    first = await home.sign_in("green-tokyo")
    return spin, first, await home.sign_in("ev-tokyo")


@pytest.mark.parametrize("households", [("green-tokyo", "ev-tokyo")])
async def test_a_point_that_two_entries_see_is_kept_by_the_first_and_taken_over(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    spin, first, second = await share(home)
    assert not [r for r in caplog.records if r.levelname == "ERROR"]
    issues = home.issues()
    assert [issue.translation_key for issue in issues] == ["kept_by_another_entry"]
    assert issues[0].translation_placeholders == {"numbers": f"…{last_four(spin)}"}
    registry = er.async_get(home.hass)
    unique_id = f"{digest(spin)}_fuel_cost_adjustment"
    entity_id = registry.async_get_entity_id("sensor", DOMAIN, unique_id)
    assert entity_id is not None
    entity = registry.async_get(entity_id)
    assert entity is not None
    assert entity.config_entry_id == first.entry_id

    await home.hass.config_entries.async_remove(first.entry_id)
    await home.settle()
    assert not home.issues()
    entity_id = registry.async_get_entity_id("sensor", DOMAIN, unique_id)
    assert entity_id is not None
    entity = registry.async_get(entity_id)
    assert entity is not None
    assert entity.config_entry_id == second.entry_id
    assert home.state(spin, "fuel_cost_adjustment").state != STATE_UNAVAILABLE
    await writes(home, spin)


async def writes(home: Home, spin: str) -> None:
    """New readings of the point reach the statistics, and nothing of before is lost."""
    begin = home.simulator.clock.now()
    await home.pass_time(timedelta(hours=7))
    now = home.simulator.clock.now()
    truth = home.simulator.truth
    assert max(truth.hours(spin, LONG_AGO, now)) > begin - timedelta(hours=7)
    energy, money = [
        await Series(home.hass, name(digest(spin)), "", "").async_read(LONG_AGO)
        for name in (consumption_id, cost_id)
    ]
    assert {row.start: exact(row.state) for row in energy} == truth.hours(spin, LONG_AGO, now)
    # Beside a reading that nobody told yet the true cost may be another (docs/history.md).
    assert {row.start for row in money} == truth.costs(spin, LONG_AGO, now).keys()


def keeper(home: Home, number: str, key: str = "fuel_cost_adjustment") -> str | None:
    """Return the id of the entry that has the point's entities."""
    registry = er.async_get(home.hass)
    unique_id = f"{digest(number)}_{key}"
    entity = registry.async_get(
        registry.async_get_entity_id("sensor", DOMAIN, unique_id) or "sensor.none"
    )
    return None if entity is None else entity.config_entry_id


@pytest.mark.parametrize("households", [("green-tokyo", "ev-tokyo")])
async def test_a_point_that_a_login_lists_no_longer_goes_to_the_other_that_does(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    home.leave_readings_out()
    spin, first, second = await share(home)
    (account,) = home.simulator.world.households["green-tokyo"].accounts
    home.simulator.world.hide(spin, account.number)
    # A short answer releases nothing.
    await home.pass_time(ACCOUNT_CLOCK)
    assert keeper(home, spin) == first.entry_id
    home.simulator.world.show(spin)
    await home.pass_time(ACCOUNT_CLOCK)
    home.simulator.world.hide(spin, account.number)
    await home.pass_time(ACCOUNT_CLOCK)
    await home.pass_time(ACCOUNT_CLOCK)
    assert keeper(home, spin) == first.entry_id
    assert [issue.translation_key for issue in home.issues()] == ["kept_by_another_entry"]

    home.simulator.world.hide(spin, account.number)
    for _ in range(3):
        await home.pass_time(ACCOUNT_CLOCK)
    assert keeper(home, spin) == second.entry_id
    assert not home.issues()
    assert second.state is ConfigEntryState.LOADED
    assert float(home.state(spin, "fuel_cost_adjustment").state)
    assert "unique IDs" not in caplog.text
    home.simulator.faults.clear()
    await home.pass_time(timedelta(minutes=31))
    await writes(home, spin)

    # Listed again it stays where it is, also after a restart of both.
    home.simulator.world.show(spin)
    await home.pass_time(ACCOUNT_CLOCK)
    for entry in (first, second):
        await home.hass.config_entries.async_reload(entry.entry_id)
    await home.settle()
    assert keeper(home, spin) == second.entry_id
    assert [issue.translation_key for issue in home.issues()] == ["kept_by_another_entry"]


@pytest.mark.parametrize("households", [("solar-tokyo", "green-tokyo")])
async def test_a_generation_point_goes_to_the_other_login_too(home: Home) -> None:
    home.leave_readings_out()
    home.simulator.faults.add("http_500", operation="GenerationHalfHourlyReadings")
    world = home.simulator.world.households
    (roof,) = world["solar-tokyo"].generation_points
    places = [world[name].accounts[0].properties[0] for name in ("solar-tokyo", "green-tokyo")]
    places[1].generation_points.append(roof)
    first = await home.sign_in("solar-tokyo")
    second = await home.sign_in("green-tokyo")
    assert keeper(home, roof.gpin, "export_today") == first.entry_id
    places[0].generation_points.remove(roof)
    for _ in range(2):
        await home.pass_time(ACCOUNT_CLOCK)
    # A short answer releases nothing.
    assert keeper(home, roof.gpin, "export_today") == first.entry_id
    for _ in range(2):
        await home.pass_time(ACCOUNT_CLOCK)
    assert keeper(home, roof.gpin, "export_today") == second.entry_id
    assert not home.issues()


# ---------------------------------------------------------------- the clock itself


async def test_a_new_day_does_not_wake_a_clock_that_failed(home: Home) -> None:
    """Nothing is fetched at midnight, so that nothing is told to be well, and no poll is put off."""
    entry = await home.sign_in("green-tokyo")
    readings = entry.runtime_data.readings
    home.simulator.faults.add("http_500", operation="HalfHourlyReadings")
    while home.simulator.clock.now().hour != 14:
        await home.pass_time(timedelta(minutes=30))
    assert not readings.last_update_success
    await home.pass_time(timedelta(hours=1, minutes=1))
    assert not readings.last_update_success


async def test_the_account_clock_stops_after_a_rejection(home: Home) -> None:
    entry = await home.sign_in("green-tokyo")
    home.simulator.tokens.forget()
    login = home.simulator.world.households["green-tokyo"]
    object.__setattr__(login, "password", "changed meanwhile")
    await home.pass_time(ACCOUNT_CLOCK)
    assert not entry.runtime_data.account.last_update_success
    flows = home.hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert {flow["context"]["source"] for flow in flows} == {SOURCE_REAUTH}
    mark = len(home.simulator.requests)
    await home.pass_time(ACCOUNT_CLOCK)
    assert not asked_since(home, mark)["Viewer"]


async def test_everything_is_asked_for_anew_on_request(home: Home) -> None:
    home.leave_readings_out()
    entry = await home.sign_in("green-tokyo")
    mark = len(home.simulator.requests)
    await entry.runtime_data.account.async_ask_anew()
    asked = asked_since(home, mark)
    assert asked["Viewer"] == asked["SupplyPoints"] == asked["Agreements"] == asked["Balance"] == 1
