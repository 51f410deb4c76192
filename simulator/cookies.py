"""Cookies that the service sets, and a record of those that come back: a client must never carry one login's to another."""

from dataclasses import dataclass
from typing import NamedTuple

SESSION = "sessionid"
BALANCER = "AWSALB"


class Carried(NamedTuple):
    """The cookies of one request, and the household that it was sent for; None when nobody can tell."""

    household: str | None
    cookies: dict[str, str]


@dataclass
class Cookies:
    """Sets cookies while `on`. `carried` lists every request that brought some, oldest first."""

    on: bool = False

    def __post_init__(self) -> None:
        """Begin without a record."""
        self.carried: list[Carried] = []
        self._set = 0

    def take(self, household: str | None, cookies: dict[str, str]) -> None:
        """Record what a request brought."""
        if cookies:
            self.carried.append(Carried(household, cookies))

    def give(self, household: str | None) -> dict[str, str]:
        """Return what to set in an answer: a session that names its login, and the balancer's, new each time."""
        if not self.on:
            return {}
        self._set += 1
        return {SESSION: household or "nobody", BALANCER: str(self._set)}

    def strayed(self) -> list[Carried]:
        """Return the requests that brought the session of another login."""
        return [
            item
            for item in self.carried
            if item.cookies.get(SESSION, item.household) != item.household
        ]
