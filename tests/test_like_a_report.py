"""The integration set up against accounts of which only a probe's report is known."""

from datetime import date, datetime, timedelta
import json
from pathlib import Path

from home import Home
from homeassistant.config_entries import ConfigEntryState
import pytest

from simulator.dates import JST
from simulator.like import be_like

FOLDER = Path(__file__).parent.parent / "docs" / "reports"
REPORTS = {file.stem: json.loads(file.read_text("utf-8")) for file in sorted(FOLDER.glob("*.json"))}


@pytest.fixture
def now() -> datetime:
    return datetime.fromisoformat("2026-11-20T12:00:00+09:00")


@pytest.fixture
def since() -> date:
    return date(2026, 11, 1)


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("households", [("green-tokyo",)])
async def test_price_and_usage_survive(home: Home, report: str) -> None:
    be_like(home.simulator, REPORTS[report])
    entry = await home.sign_in("green-tokyo")
    assert entry.state is ConfigEntryState.LOADED
    spin = home.spin("green-tokyo")
    at = home.simulator.clock.now().astimezone(JST)
    used = home.simulator.truth.used(spin, at)
    price = home.simulator.truth.price(spin, at, used)
    assert float(home.state(spin, "current_price").state) == float(price.total)
    today = at.replace(hour=0)
    told = home.simulator.truth.half_hours(spin, today - timedelta(days=1), today)
    shown = float(home.state(spin, "consumption_yesterday").state)
    assert shown == pytest.approx(float(sum(told.values())))
