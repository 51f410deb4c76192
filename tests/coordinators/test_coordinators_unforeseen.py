"""An error that nobody foresaw costs as little as it can, and nobody reads a number in it."""

from typing import Any

from home import Home
import pytest

from custom_components.octopus_japan.coordinators.readings import ReadingsCoordinator
from custom_components.octopus_japan.oejp.kraken.login import Login


@pytest.mark.parametrize("households", [("three-points-two-accounts",)])
async def test_a_defect_that_one_point_brings_out_costs_that_point(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    household = "three-points-two-accounts"
    broken, whole = home.spin(household, 0), home.spin(household, 1)
    entry = await home.sign_in(household)
    real = ReadingsCoordinator.fetch

    async def fetch(self: ReadingsCoordinator, number: str, *given: Any, **more: Any) -> Any:
        if number == broken:
            raise KeyError(number)
        return await real(self, number, *given, **more)

    monkeypatch.setattr(ReadingsCoordinator, "fetch", fetch)
    caplog.clear()
    await entry.runtime_data.readings.async_refresh()
    await home.settle()
    assert entry.runtime_data.readings.last_update_success
    assert set(entry.runtime_data.readings.data) >= {whole}
    assert home.state(whole, "consumption_yesterday").state != "unavailable"
    assert "KeyError at" in caplog.text
    assert broken not in caplog.text


async def test_a_defect_of_a_whole_clock_is_logged_once_without_its_message(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    home.leave_readings_out()
    entry = await home.sign_in("green-tokyo")
    spin = home.spin("green-tokyo")

    async def viewer(self: Login) -> Any:
        raise KeyError(spin)

    monkeypatch.setattr(Login, "viewer", viewer)
    caplog.clear()
    account = entry.runtime_data.account
    for _ in range(2):
        await account.async_ask_anew()
    assert not account.last_update_success
    # Prices go on: they ask nobody.
    assert home.state(spin, "fuel_cost_adjustment").state not in {"unavailable", "unknown"}
    assert caplog.text.count("Error fetching account data: ") == 1
    assert spin not in caplog.text
