"""Typical use over real HTTP: the simulator's answer, its refusals, and months that make no sense."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from aiohttp import ClientSession
from kraken_service import Service
import pytest

from custom_components.octopus_japan.oejp.kraken import (
    EmailPassword,
    KrakenClient,
    KrakenNotFoundError,
    KrakenServiceError,
)
from custom_components.octopus_japan.oejp.kraken.typical_use import MONTHS
from simulator import Simulator

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
DAY = ["0.25"] * 48


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[Simulator]:
    simulator = Simulator(households=("green-tokyo",), now=NOW)
    await simulator.start()
    yield simulator
    await simulator.stop()


async def test_typical_use_of_a_plan_is_told_by_month(
    simulator: Simulator, session: ClientSession
) -> None:
    home = simulator.world.households["green-tokyo"]
    credential = EmailPassword(home.email, home.password)
    client = KrakenClient(session, simulator.url, credential, now=simulator.clock.timestamp)
    told = await client.typical_use.by_month("03", "JPN_GREEN_OCTOPUS_03")
    assert sorted(told) == list(range(1, 13))
    assert {len(halves) for halves in told.values()} == {48}
    # Homes heat in January.
    assert sum(told[1]) > 1.3 * float(sum(told[5]))
    for area, product in (("99", "JPN_GREEN_OCTOPUS_03"), ("03", "NOTHING")):
        with pytest.raises(KrakenNotFoundError):
            await client.typical_use.by_month(area, product)


@pytest.mark.parametrize(
    "day",
    [
        None,
        "0.25",
        DAY[1:],
        [*DAY[1:], None],
        [*DAY[1:], "-0.1"],
        [*DAY[1:], "many"],
        [*DAY[1:], "NaN"],
    ],
)
async def test_a_month_that_makes_no_sense_is_left_out(
    client: KrakenClient, service: Service, day: Any
) -> None:
    service.answer("TypicalUse", {"data": {**dict.fromkeys(MONTHS, DAY), "march": day}})
    told = await client.typical_use.by_month("03", "PLAN")
    assert sorted(told) == [1, 2, *range(4, 13)]
    assert told[1] == (Decimal("0.25"),) * 48
    service.answer("TypicalUse", {"data": dict.fromkeys(MONTHS, day)})
    with pytest.raises(KrakenServiceError):
        await client.typical_use.by_month("03", "PLAN")
