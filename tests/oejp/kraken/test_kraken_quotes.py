"""A quote by GraphQL, whatever the answer holds."""

from decimal import Decimal
from typing import Any

from kraken_service import Service
import pytest

from custom_components.octopus_japan.oejp.kraken import (
    KrakenClient,
    KrakenNotFoundError,
    KrakenServiceError,
)
from custom_components.octopus_japan.oejp.kraken.quotes import QuotedProduct


def product(code: object, months: object, cost: object = "9105.5") -> dict[str, Any]:
    return {
        "product": {"code": code, "displayName": "Green"},
        "estimatedCosts": {"quotedMonth": {"cost": cost}, "monthlyBreakdown": months},
    }


def answer(*products: object, code: object = "q1") -> dict[str, Any]:
    points = [None, {"gridOperatorCode": "03", "quotedProducts": list(products)}]
    return {"data": {"quote": {"quoteRequest": {"code": code, "quotedSupplyPoints": points}}}}


async def test_a_year_is_known_where_every_month_is(client: KrakenClient, service: Service) -> None:
    service.answer(
        "CreateQuote",
        answer(
            product("A", [100] * 12),
            product("B", [100] * 11),
            product("C", [100] * 11 + [None]),
            product("D", None, cost="much"),
            product(None, [1] * 12),
            None,
        ),
    )
    quote = await client.quotes.create("100-0001", 3)
    assert (quote.code, quote.gsp) == ("q1", "_03")
    month = Decimal("9105.5")
    assert quote.products == (
        QuotedProduct("A", "Green", month, Decimal(1200)),
        QuotedProduct("B", "Green", month, None),
        QuotedProduct("C", "Green", month, None),
        QuotedProduct("D", "Green", None, None),
    )


@pytest.mark.parametrize("code", [None, "", {}, "x" * 100_000])
async def test_a_quote_without_its_code_is_none(
    client: KrakenClient, service: Service, code: object
) -> None:
    service.answer("CreateQuote", answer(code=code))
    with pytest.raises(KrakenServiceError):
        await client.quotes.create("100-0001", 3600)


@pytest.mark.parametrize("code", ["KT-JP-4608", "KT-JP-4610"])
async def test_what_no_quote_is_made_of(client: KrakenClient, service: Service, code: str) -> None:
    fault = {"message": "no", "path": ["quote"], "extensions": {"errorCode": code}}
    service.answer("CreateQuote", {"data": {"quote": None}, "errors": [fault]})
    with pytest.raises(KrakenNotFoundError):
        await client.quotes.create("100-0001", 3600)
