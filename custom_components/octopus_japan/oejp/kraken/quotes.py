"""Quotes: what products would cost a home. GraphQL creates one where REST is refused (docs/api.md#quotes)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from . import scalars
from .errors import KrakenServiceError
from .model import KEY, NUMBER, TEXT, KrakenModel
from .parsing import as_dict, as_list, as_text
from .subject import Subject

_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class QuotedProduct(KrakenModel):
    """What a product would cost in a month and in a year, in JPY with tax, as the service states it; None where it does not."""

    code: str = field(metadata=KEY)
    display_name: str | None = field(default=None, metadata=TEXT)
    monthly_amount: Decimal | None = field(default=None, metadata=NUMBER)
    annual_amount: Decimal | None = field(default=None, metadata=NUMBER)


@dataclass(frozen=True, slots=True)
class Quote(KrakenModel):
    """A quote that was created. `gsp` is the group of grid supply points of the home."""

    code: str = field(metadata=KEY)
    gsp: str | None = field(default=None, metadata=TEXT)
    products: tuple[QuotedProduct, ...] = ()


class Quotes(Subject):
    """The one change: to create a quote."""

    async def create(self, postcode: str, consumption: int, codes: Sequence[str] = ()) -> Quote:
        """Create a quote for a home that uses `consumption` kWh a year, and return its products, those of `codes` where they are given.

        GraphQL takes the kWh of one month: it is asked for a twelfth of the year. It chooses the products itself, so that others
        than those of `codes` are quoted, too, and left out here. Sent once: after an error other than a refusal there may be a
        quote or not. Raises `KrakenNotFoundError` for a postcode of nowhere, `KrakenServiceError` for an answer without a quote.
        """
        variables = {"postcode": postcode, "usage": max(1, round(consumption / _MONTHS))}
        result = await self._requester.ask("create_quote", variables)
        told = as_dict(as_dict(result.data.get("quote")).get("quoteRequest"))
        points = [as_dict(point) for point in as_list(told.get("quotedSupplyPoints"))]
        points = points[: scalars.LONGEST_LIST]
        area = next((code for p in points if (code := as_text(p.get("gridOperatorCode")))), None)
        products = [
            _product(as_dict(quoted))
            for point in points
            for quoted in as_list(point.get("quotedProducts"))[: scalars.LONGEST_LIST]
        ]
        quote = self._reader.item(Quote, {"code": told.get("code"), "gsp": area and f"_{area}"})
        if quote is None:
            raise result.missing(KrakenServiceError("the quote came without its code"))
        found = self._reader.items(QuotedProduct, products)
        wanted = tuple(each for each in found if not codes or each.code in codes)
        return Quote(quote.code, quote.gsp, wanted)


def _product(quoted: Mapping[str, Any]) -> dict[str, Any]:
    """Return a quoted product in the shape of our model. A year is known where each of its months is."""
    product, costs = as_dict(quoted.get("product")), as_dict(quoted.get("estimatedCosts"))
    months = as_list(costs.get("monthlyBreakdown"))
    whole = len(months) == _MONTHS and all(type(month) is int for month in months)
    return {
        "code": product.get("code"),
        "displayName": product.get("displayName"),
        "monthlyAmount": as_dict(costs.get("quotedMonth")).get("cost"),
        "annualAmount": sum(months) if whole else None,
    }
