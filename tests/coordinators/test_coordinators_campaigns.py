"""Campaigns and rewards of an account: what the entities show and the calendar lists, and what a refusal costs."""

from datetime import date, timedelta
from typing import Any

from home import Home
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.octopus_japan.identity import digest
from simulator.campaigns import Programme

WINTER, PEAK = "冬の節電チャレンジ2025", "ピークシフト・チャレンジ"

challenger = pytest.mark.parametrize("households", [("challenger-tokyo",)])


def account_of(home: Home) -> tuple[str, Programme]:
    (account,) = home.simulator.world.accounts
    return account.number, account.programme


def entity_of(home: Home, number: str, key: str, platform: str = "sensor") -> str | None:
    registry = er.async_get(home.hass)
    return registry.async_get_entity_id(platform, "octopus_japan", f"{digest(number)}_{key}")


async def listed(hass: HomeAssistant, entity_id: str, start: str, end: str) -> list[dict[str, Any]]:
    found: Any = await hass.services.async_call(
        "calendar",
        "get_events",
        {"entity_id": entity_id, "start_date_time": start, "end_date_time": end},
        blocking=True,
        return_response=True,
    )
    events: list[dict[str, Any]] = found[entity_id]["events"]
    return events


@challenger
async def test_campaigns_in_sensors_and_in_the_calendar(home: Home) -> None:
    home.leave_readings_out()
    await home.sign_in("challenger-tokyo")
    number, programme = account_of(home)
    state = home.state(number, "open_campaigns")
    assert (state.state, state.attributes["campaigns"]) == ("1", [PEAK])
    # That of the next winter is joined too, but is not on.
    state = home.state(number, "joined_campaigns")
    assert state.state == "1"
    assert [item["campaign"] for item in state.attributes["campaigns"]] == [
        WINTER,
        "冬の節電チャレンジ2026",
    ]
    del programme.joined["冬の節電チャレンジ2026"]
    await home.pass_time(timedelta(hours=12))
    # 20 November 2025 is a Thursday: of Tuesdays and Fridays since the 4th five are over and told.
    results = programme.results(WINTER, home.simulator.clock.now())
    assert len(results) == 5
    shifted = home.state(number, "campaign_energy_shifted")
    assert float(shifted.state) == pytest.approx(float(sum(item.shifted for item in results)))
    assert shifted.attributes["campaign"] == WINTER
    assert shifted.attributes["results"][0] == {
        "date": date(2025, 11, 4),
        "expected": float(results[0].baseline),
        "used": float(results[0].outturn),
        "shifted": pytest.approx(float(results[0].shifted)),
        "saved": pytest.approx(float(results[0].saved)),
    }
    assert home.state(number, "campaign_days_met").state == str(sum(item.met for item in results))
    assert float(home.state(number, "campaign_savings").state) == pytest.approx(
        float(sum(item.saved for item in results))
    )

    calendar = entity_of(home, number, "campaigns", "calendar")
    assert calendar is not None
    state = home.state(number, "campaigns", "calendar")
    assert (state.state, state.attributes["message"]) == ("on", WINTER)
    span, *days = await listed(
        home.hass, calendar, "2025-11-01T00:00:00+09:00", "2026-04-01T00:00:00+09:00"
    )
    assert span == {"start": "2025-11-04", "end": "2026-03-01", "summary": WINTER}
    assert [day["start"] for day in days] == [item.start.isoformat() for item in results]
    assert days[0]["end"] == "2025-11-04T20:00:00+09:00"
    assert days[0]["description"] == (
        f"{results[0].shifted:.2f} kWh less than expected\n{results[0].saved:.2f} JPY saved"
    )
    assert not await listed(
        home.hass, calendar, "2025-10-01T00:00:00+09:00", "2025-11-04T00:00:00+09:00"
    )

    # What is refused costs itself, and nothing is warned of: many an account has no part in it.
    home.simulator.faults.add(
        "refused_field", field="demandResponseCampaignParticipants", code="KT-CT-1111"
    )
    await home.pass_time(timedelta(hours=12))
    assert home.state(number, "joined_campaigns").state == "unknown"
    assert home.state(number, "campaign_savings").state == "unknown"
    assert home.state(number, "campaigns", "calendar").state == "unavailable"
    assert home.state(number, "open_campaigns").state == "2"
    assert home.state(number, "balance").state == "0"


async def test_where_nothing_is_told_of_campaigns_there_are_no_entities(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    home.leave_readings_out()
    fields = (
        "demandResponseCampaignParticipants",
        "availableDemandResponseCampaignsForRegistration",
    )
    faults = [home.simulator.faults.add("removed_field", field=field) for field in fields]
    await home.sign_in("green-tokyo")
    number, _ = account_of(home)
    assert entity_of(home, number, "open_campaigns") is None
    assert entity_of(home, number, "campaigns", "calendar") is None
    assert "campaigns" not in "".join(r.message for r in caplog.records if r.levelname == "WARNING")
    for fault in faults:
        home.simulator.faults.remove(fault)
    await home.pass_time(timedelta(hours=12))
    assert home.state(number, "open_campaigns").state == "0"
    assert home.state(number, "campaign_days_met").state == "unknown"
    assert home.state(number, "campaigns", "calendar").state == "off"


@challenger
async def test_rewards_are_asked_for_only_once_they_are_wanted(home: Home) -> None:
    home.leave_readings_out()
    await home.sign_in("challenger-tokyo")
    number, programme = account_of(home)

    def asked() -> set[str | None]:
        return {item.operation for item in home.simulator.requests} & {"LoyaltyPoints", "Vouchers"}

    await home.pass_time(timedelta(hours=12))
    assert not asked()
    registry = er.async_get(home.hass)
    for key in ("loyalty_points", "vouchers"):
        entity_id = entity_of(home, number, key)
        assert entity_id is not None
        assert registry.entities[entity_id].disabled
        registry.async_update_entity(entity_id, disabled_by=None)
    # Home Assistant sets the entry up anew half a minute after an entity was enabled.
    await home.pass_time(timedelta(seconds=31))
    points, vouchers = home.state(number, "loyalty_points"), home.state(number, "vouchers")
    assert (points.state, points.attributes["worth"]) == ("1250", 1250)
    assert (vouchers.state, vouchers.attributes["later"]) == ("2000", 500)
    # What may pass keeps what was known, what is refused does not; each is its own.
    programme.vouchers = None
    home.simulator.faults.add("http_502", operation="LoyaltyPoints", times=1)
    await home.pass_time(timedelta(hours=12))
    assert home.state(number, "loyalty_points").state == "1250"
    assert home.state(number, "vouchers").state == "unknown"
    # Neither waits until the next turn: two minutes, and an hour.
    home.simulator.requests.clear()
    await home.pass_time(timedelta(minutes=3))
    assert asked() == {"LoyaltyPoints"}
    programme.vouchers = 3000, 0
    await home.pass_time(timedelta(hours=1))
    assert home.state(number, "vouchers").state == "3000"
    home.simulator.faults.add("throttled", operation="LoyaltyPoints", times=1)
    await home.pass_time(timedelta(hours=12))
    assert home.state(number, "loyalty_points").state == "unavailable"
    assert home.state(number, "balance").state == "0"
