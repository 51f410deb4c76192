"""A small client to ask a simulator with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp

from simulator import Simulator
from simulator.world import Household

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)

SIGN_IN = """
mutation SignIn($input: ObtainJSONWebTokenInput!) {
  obtainKrakenToken(input: $input) { token refreshToken refreshExpiresIn payload }
}
"""
HALF_HOURS = """
query HalfHours($accountNumber: String!, $fromDatetime: DateTime, $toDatetime: DateTime) {
  account(accountNumber: $accountNumber) {
    properties { electricitySupplyPoints {
      halfHourlyReadings(fromDatetime: $fromDatetime, toDatetime: $toDatetime) { startAt endAt version value }
    } }
  }
}
"""


@dataclass
class Answer:
    """What came back."""

    status: int
    body: dict[str, Any]

    @property
    def data(self) -> Any:
        return self.body["data"]

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["errorCode"] for error in self.body.get("errors", [])]


class Client:
    """Asks one simulator as one household."""

    def __init__(
        self, simulator: Simulator, session: aiohttp.ClientSession, household: Household
    ) -> None:
        self.simulator = simulator
        self.session = session
        self.household = household
        self.header: str | None = None

    @property
    def number(self) -> str:
        return self.household.accounts[0].number

    @property
    def spin(self) -> str:
        return self.household.supply_points[0].spin

    async def ask(self, query: str, *, operation: str | None = None, **variables: Any) -> Answer:
        headers = {"Authorization": self.header} if self.header else {}
        body = {"query": query, "variables": variables, "operationName": operation}
        async with self.session.post(self.simulator.url, json=body, headers=headers) as response:
            return Answer(response.status, await response.json())

    async def sign_in(self, **given: str) -> Answer:
        credentials = given or {"email": self.household.email, "password": self.household.password}
        answer = await self.ask(SIGN_IN, input=credentials)
        if answer.data and answer.data["obtainKrakenToken"]:
            self.header = "JWT " + answer.data["obtainKrakenToken"]["token"]
        return answer

    async def half_hours(self, start: datetime, end: datetime) -> list[dict[str, Any]]:
        answer = await self.ask(
            HALF_HOURS,
            accountNumber=self.number,
            fromDatetime=start.isoformat(),
            toDatetime=end.isoformat(),
        )
        assert answer.codes == []
        points = answer.data["account"]["properties"][0]["electricitySupplyPoints"]
        rows: list[dict[str, Any]] = next(point for point in points if point)["halfHourlyReadings"]
        return rows


type Connect = Callable[..., Awaitable[Client]]
