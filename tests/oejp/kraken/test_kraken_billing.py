"""Balance, statements, charges, discounts, allowance."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from aiohttp import web
from kraken_service import Service, failure
import pytest

from custom_components.octopus_japan.oejp.kraken import (
    KrakenClient,
    KrakenNotFoundError,
    KrakenRefusedError,
    KrakenServiceError,
)
from custom_components.octopus_japan.oejp.kraken.models import LineItem, MetiCredit, RateLimit

ACCOUNT = "A-12345678"


def schema_error(field: str) -> Any:
    body = {"errors": [{"message": f"Cannot query field '{field}' on type 'X'."}]}
    return lambda _: web.json_response(body, status=400)


def ledgers(*lists: Any) -> dict[str, Any]:
    connections = [
        {"statements": {"edges": [{"node": node} for node in nodes]}} if nodes is not None else None
        for nodes in lists
    ]
    return {"data": {"account": {"ledgers": connections}}}


def statement(identifier: str | None, month: int) -> dict[str, Any]:
    return {
        "identifier": identifier,
        "startAt": f"2026-{month:02}-17T15:00:00+00:00",
        "endAt": f"2026-{month + 1:02}-17T15:00:00+00:00",
        "isFinal": None,
    }


DUE = ledgers([{"identifier": "7", "paymentDueDate": "2026-08-20"}, {"identifier": "6"}])


async def test_the_balance_is_whole_yen(client: KrakenClient, service: Service) -> None:
    service.answer("Balance", {"data": {"account": {"balance": -1234}}})

    assert await client.billing.balance(ACCOUNT) == -1234


async def test_an_account_without_its_balance_is_an_error(
    client: KrakenClient, service: Service
) -> None:
    service.answer(
        "Balance",
        {"data": {"account": {"balance": None}}},
        failure("KT-CT-3822", "AUTHORIZATION", data={"account": {"balance": None}}),
        {"data": {"account": None}},
    )

    for expected in (KrakenServiceError, KrakenRefusedError, KrakenNotFoundError):
        with pytest.raises(expected):
            await client.billing.balance(ACCOUNT)


async def test_statements_of_all_ledgers_oldest_first(
    client: KrakenClient, service: Service
) -> None:
    service.answer(
        "Statements",
        ledgers([statement("7", 7), None, statement("6", 6)], None, [statement("5", 5)]),
    )
    service.answer("StatementDueDates", DUE)

    statements = await client.billing.statements(ACCOUNT)

    assert [s.identifier for s in statements] == ["5", "6", "7"]
    assert [s.payment_due_date for s in statements] == [None, None, date(2026, 8, 20)]
    assert statements[0].start_at == datetime(2026, 5, 17, 15, tzinfo=UTC)
    assert statements[0].is_final is None


def paged(number: str | None, identifier: str, month: int, after: str | None) -> dict[str, Any]:
    """A ledger with one statement, and perhaps a page behind it."""
    information = {"hasNextPage": after is not None, "endCursor": after}
    edges = [{"node": statement(identifier, month)}]
    return {"number": number, "statements": {"edges": edges, "pageInfo": information}}


def account_of(*found: dict[str, Any]) -> dict[str, Any]:
    return {"data": {"account": {"ledgers": list(found)}}}


class TestOlderStatements:
    """What does not fit on a ledger's page follows, a ledger at a time."""

    async def test_each_ledger_is_followed_to_its_end(
        self, client: KrakenClient, service: Service
    ) -> None:
        service.answer(
            "Statements",
            account_of(paged("L-1", "7", 7, "a"), paged("L-2", "6", 6, None)),
            account_of(paged("L-1", "5", 5, "b")),
            account_of(paged("L-1", "4", 4, None)),
        )
        service.answer("StatementDueDates", ledgers())

        statements = await client.billing.statements(ACCOUNT)

        assert [s.identifier for s in statements] == ["4", "5", "6", "7"]
        assert [
            (asked.variables.get("ledgerNumber"), asked.variables.get("after"))
            for asked in service.asked
            if asked.operation == "Statements"
        ] == [(None, None), ("L-1", "a"), ("L-1", "b")]

    @pytest.mark.parametrize(
        ("older", "asked"),
        [
            (failure("KT-CT-7899", "APPLICATION"), 2),
            ({"data": {"account": {"ledgers": []}}}, 2),
            (account_of(paged("L-1", "7", 7, "a")), 2),  # a circle
        ],
    )
    async def test_the_newest_page_stands_alone(
        self, client: KrakenClient, service: Service, older: dict[str, Any], asked: int
    ) -> None:
        service.answer("Statements", account_of(paged("L-1", "7", 7, "a")), older)
        service.answer("StatementDueDates", ledgers())

        assert {s.identifier for s in await client.billing.statements(ACCOUNT)} == {"7"}
        assert service.count("Statements") == asked

    async def test_a_ledger_without_its_number_is_followed_if_it_is_alone(
        self, client: KrakenClient, service: Service
    ) -> None:
        service.answer("StatementDueDates", ledgers())
        one, other = paged(None, "7", 7, "a"), paged(None, "6", 6, "a")
        service.answer("Statements", account_of(one), account_of(paged(None, "5", 5, None)))
        assert [s.identifier for s in await client.billing.statements(ACCOUNT)] == ["5", "7"]

        service.answer("Statements", account_of(one, other))
        assert [s.identifier for s in await client.billing.statements(ACCOUNT)] == ["6", "7"]


async def test_a_due_date_is_found_under_either_name(
    client: KrakenClient, service: Service
) -> None:
    service.answer("Statements", ledgers([statement("7", 7)]))
    service.answer("StatementDueDates", schema_error("dueDate"))
    service.answer("StatementDueDatesJune", DUE)

    for _ in range(2):
        (only,) = await client.billing.statements(ACCOUNT)
        assert only.payment_due_date == date(2026, 8, 20)

    assert service.count("StatementDueDates") == 1


async def test_statements_stand_without_due_dates(client: KrakenClient, service: Service) -> None:
    service.answer("Statements", ledgers([statement("7", 7)]))
    service.answer("StatementDueDates", schema_error("dueDate"))
    service.answer("StatementDueDatesJune", schema_error("paymentDueDate"))

    for _ in range(2):
        (only,) = await client.billing.statements(ACCOUNT)
        assert only.payment_due_date is None

    assert service.count("StatementDueDates") == 2


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"data": {"account": {"ledgers": None}}}, KrakenServiceError),
        (
            failure("KT-CT-3822", "AUTHORIZATION", data={"account": {"ledgers": None}}),
            KrakenRefusedError,
        ),
        (
            failure(
                "KT-CT-3822", "AUTHORIZATION", data={"account": {"ledgers": [{"statements": None}]}}
            ),
            KrakenRefusedError,
        ),
    ],
)
async def test_refused_statements_are_an_error(
    client: KrakenClient, service: Service, answer: dict[str, Any], expected: type[Exception]
) -> None:
    service.answer("Statements", answer)

    with pytest.raises(expected):
        await client.billing.statements(ACCOUNT)


async def test_an_account_without_ledgers_has_no_statements(
    client: KrakenClient, service: Service
) -> None:
    service.answer("Statements", ledgers())
    service.answer("StatementDueDates", ledgers())

    assert await client.billing.statements(ACCOUNT) == ()


async def test_the_lines_of_a_bill(client: KrakenClient, service: Service) -> None:
    line = {
        "supplyType": "JPN_ELECTRICITY_CONSUMPTION_STEPPED_03_01",
        "periodStartAt": "2026-06-17T15:00:00+00:00",
        "periodEndAt": "2026-07-17T15:00:00+00:00",
        "numberOfUnits": "120",
        "netAmount": "2160.00",
        "grossAmount": "-2376.00",
        "productCode": "P",
        "electricitySupplyPoint": {"spin": "030"},
        "gasSupplyPoint": None,
    }
    service.answer(
        "Charges", {"data": {"charges": [{"lineItems": [line, None]}, None, {"lineItems": None}]}}
    )

    (only,) = await client.billing.charges(ACCOUNT, "7")

    assert only == LineItem(
        line["supplyType"],
        datetime(2026, 6, 17, 15, tzinfo=UTC),
        datetime(2026, 7, 17, 15, tzinfo=UTC),
        Decimal(120),
        Decimal("2160.00"),
        Decimal("-2376.00"),
        "P",
        "030",
    )


async def test_a_line_of_another_shape_is_left_out(
    client: KrakenClient, service: Service, told: Callable[[], list[str]]
) -> None:
    odd = {"supplyType": "X", "electricitySupplyPoint": "text"}
    service.answer("Charges", {"data": {"charges": [{"lineItems": [odd, {"supplyType": "Y"}]}]}})

    assert await client.billing.charges(ACCOUNT, "7") == (LineItem("Y"),)
    assert told() == ["The Kraken API answered a malformed LineItem (a field); left out"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"data": {"charges": None}}, KrakenNotFoundError),
        (failure("KT-CT-3824", "AUTHORIZATION", data={"charges": None}), KrakenRefusedError),
        (
            failure("KT-CT-3824", "AUTHORIZATION", data={"charges": [{"lineItems": None}]}),
            KrakenRefusedError,
        ),
    ],
)
async def test_refused_charges_are_an_error(
    client: KrakenClient, service: Service, answer: dict[str, Any], expected: type[Exception]
) -> None:
    service.answer("Charges", answer)

    with pytest.raises(expected):
        await client.billing.charges(ACCOUNT, "7")


async def test_the_governments_discounts(client: KrakenClient, service: Service) -> None:
    credit = {
        "creditType": "ELECTRICITY",
        "startDate": "2026-07-01",
        "endDate": "2026-09-30",
        "unitPrice": "2.00",
    }
    service.answer("MetiCredits", {"data": {"metiCredits": [credit, None]}})

    discounts = await client.billing.meti_credits(date(2026, 7, 1), date(2026, 12, 31))

    assert discounts == (
        MetiCredit("ELECTRICITY", date(2026, 7, 1), date(2026, 9, 30), Decimal(2)),
    )
    assert service.asked[-1].variables == {"start": "2026-07-01", "end": "2026-12-31"}

    service.answer("MetiCredits", {"data": {"metiCredits": None}})
    with pytest.raises(KrakenServiceError):
        await client.billing.meti_credits(date(2026, 7, 1), date(2026, 12, 31))


async def test_the_allowance(client: KrakenClient, service: Service) -> None:
    limit = {
        "limit": 50000,
        "remainingPoints": 49000,
        "usedPoints": 1000,
        "ttl": 9,
        "isBlocked": False,
    }
    service.answer("RateLimit", {"data": {"rateLimitInfo": {"pointsAllowanceRateLimit": limit}}})
    assert await client.login.rate_limit() == RateLimit(50000, 49000, 1000, 9)

    service.answer("RateLimit", {"data": {"rateLimitInfo": {"pointsAllowanceRateLimit": None}}})
    with pytest.raises(KrakenServiceError):
        await client.login.rate_limit()
