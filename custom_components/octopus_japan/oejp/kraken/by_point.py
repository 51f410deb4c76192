"""The answer to every question about several points: what it says of each, and why it says nothing of some."""

from collections.abc import Mapping

from .errors import KrakenError, KrakenUnlistedError


class ByPoint[T](dict[str, T]):
    """What an answer says of each point, by its number.

    A point that is known and not among the keys was not answered for. `errors`: of points of which the answer says nothing, or
    less than it should; `error` decides for the answer as a whole.
    """

    def __init__(
        self,
        said: Mapping[str, T],
        errors: Mapping[str, KrakenError],
        error: KrakenError | None = None,
    ) -> None:
        super().__init__(said)
        self.errors = errors
        self.error = error

    def of(self, number: str) -> T:
        """Return what is said of one point; raises what went wrong with it."""
        if number in self:
            return self[number]
        raise (
            self.errors.get(number)
            or self.error
            or KrakenUnlistedError("the point is not in the account")
        )
