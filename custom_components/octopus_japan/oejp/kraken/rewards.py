"""Rewards: loyalty points and vouchers. Nobody has measured whether they can be read (docs/api.md#rewards)."""

from dataclasses import dataclass, field

from .errors import KrakenNotFoundError
from .graphql.requester import Result
from .model import WHOLE, KrakenModel
from .subject import Subject


@dataclass(frozen=True, slots=True)
class LoyaltyPoints(KrakenModel):
    """The points of an account, and what they are worth in yen."""

    loyalty_points: int | None = field(default=None, metadata=WHOLE)
    total_monetary_amount: int | None = field(default=None, metadata=WHOLE)


@dataclass(frozen=True, slots=True)
class Vouchers(KrakenModel):
    """What is left on the vouchers of an account, in yen: those that can be used today, and those that can be used later."""

    redeemable_today: int | None = field(default=None, metadata=WHOLE)
    redeemable_in_future: int | None = field(default=None, metadata=WHOLE)


class Rewards(Subject):
    """The questions about rewards."""

    async def loyalty_points(self, account_number: str) -> LoyaltyPoints:
        """Return the loyalty points of an account."""
        result = await self._requester.ask("loyalty_points", {"accountNumber": account_number})
        return self._one(LoyaltyPoints, result, "loyaltyPointsBalance")

    async def vouchers(self, account_number: str) -> Vouchers:
        """Return what is left on the vouchers of an account."""
        result = await self._requester.ask("vouchers", {"accountNumber": account_number})
        return self._one(Vouchers, result, "vouchersBalanceDetail")

    def _one[M: KrakenModel](self, model: type[M], result: Result, name: str) -> M:
        found = self._reader.item(model, result.data.get(name))
        if found is None or found == model():
            raise result.missing(KrakenNotFoundError(f"nothing is told of {name}"))
        return found
