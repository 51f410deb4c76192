"""Who is signed in, and how much may be asked."""

from .errors import KrakenServiceError
from .models import AccountReference, RateLimit, Viewer
from .parsing import as_dict, as_text
from .subject import Subject


class Login(Subject):
    """The questions about the login itself."""

    async def viewer(self) -> Viewer:
        """Return the login and the accounts that it can see."""
        result = await self._requester.ask("viewer")
        found = as_dict(result.data.get("viewer"))
        if not (viewer_id := as_text(found.get("id"))):
            raise result.missing(KrakenServiceError("the viewer came without an id"))
        if not isinstance(found.get("accounts"), list):
            raise result.missing(KrakenServiceError("the viewer came without accounts"))
        return Viewer(viewer_id, self._reader.items(AccountReference, found["accounts"]))

    async def rate_limit(self) -> RateLimit:
        """Return the hourly allowance of points."""
        result = await self._requester.ask("rate_limit")
        found = as_dict(result.data.get("rateLimitInfo")).get("pointsAllowanceRateLimit")
        if (limit := self._reader.item(RateLimit, found)) is None:
            raise result.missing(KrakenServiceError("the allowance is missing"))
        return limit
