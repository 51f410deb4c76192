"""What statements come to, what was paid, what is overdue."""

from datetime import date
from typing import Any

from kraken_service import Service, failure
import pytest
from test_kraken_billing import ACCOUNT, DUE, ledgers, statement

from custom_components.octopus_japan.oejp.kraken import (
    KrakenClient,
    KrakenNotFoundError,
    KrakenRefusedError,
    KrakenServiceError,
)
from custom_components.octopus_japan.oejp.kraken.models import BillTransaction, Payment


def bills(*nodes: dict[str, Any]) -> dict[str, Any]:
    return {"data": {"account": {"bills": {"edges": [{"node": node} for node in nodes]}}}}


def total(charged: int | None, credited: int | None, **more: Any) -> dict[str, Any]:
    return {
        "issuedDate": "2026-07-24",
        "totalCharges": {"grossTotal": charged},
        "totalCredits": {"grossTotal": credited},
        **more,
    }


class TestTotals:
    """Bills name a document by its identifier, or by an id that a statement has as a number."""

    async def test_by_identifier_or_id(self, client: KrakenClient, service: Service) -> None:
        service.answer("Statements", ledgers([statement("7", 7), statement("6", 6)]))
        service.answer("StatementDueDates", _due(("7", 70), ("6", 60)))
        service.answer(
            "Bills", bills(total(9454, 0, id="x", identifier="7"), total(8000, -500, id="60"))
        )

        older, newest = await client.billing.statements(ACCOUNT)

        assert (newest.charged, newest.credited) == (9454, 0)
        assert newest.issued_date == date(2026, 7, 24)
        assert (older.charged, older.credited) == (8000, 500)

    @pytest.mark.parametrize(
        "answer",
        [
            failure("KT-CT-4501", "AUTHORIZATION", data={"account": {"bills": None}}),
            bills(),
            bills({"id": None, "identifier": None, "totalCharges": None}),
            bills({"id": "8", "identifier": "8", "totalCharges": {"grossTotal": "many"}}),
        ],
    )
    async def test_without_them_statements_stand(
        self, client: KrakenClient, service: Service, answer: dict[str, Any]
    ) -> None:
        service.answer("Statements", ledgers([statement("7", 7)]))
        service.answer("StatementDueDates", DUE)
        service.answer("Bills", answer)

        (only,) = await client.billing.statements(ACCOUNT)

        assert only.payment_due_date == date(2026, 8, 20)
        assert (only.charged, only.credited, only.issued_date) == (None, None, None)


def _due(*told: tuple[str, int]) -> dict[str, Any]:
    return ledgers(
        [
            {"identifier": identifier, "id": number, "paymentDueDate": "2026-08-20"}
            for identifier, number in told
        ]
    )


class TestPayments:
    """Among the newest transactions of every ledger."""

    async def test_oldest_first(self, client: KrakenClient, service: Service) -> None:
        def moved(kind: str, day: str, amount: Any) -> dict[str, Any]:
            return {"node": {"__typename": kind, "postedDate": day, "amount": amount}}

        edges = [
            moved("Payment", "2026-08-20", 9454),
            moved("Charge", "2026-07-24", 9454),
            moved("Payment", "2026-07-20", "much"),
            {"node": None},
        ]
        second = [moved("Payment", "2026-08-01", 100)]
        answer = [{"transactions": {"edges": edges}}, None, {"transactions": {"edges": second}}]
        service.answer("Payments", {"data": {"account": {"ledgers": answer}}})

        assert await client.billing.payments(ACCOUNT) == (
            Payment(date(2026, 8, 1), 100),
            Payment(date(2026, 8, 20), 9454),
        )

    async def test_refused(self, client: KrakenClient, service: Service) -> None:
        service.answer(
            "Payments",
            failure(
                "KT-CT-4501",
                "AUTHORIZATION",
                data={"account": {"ledgers": [{"transactions": None}]}},
            ),
        )
        with pytest.raises(KrakenRefusedError):
            await client.billing.payments(ACCOUNT)


async def test_the_overdue_balance(client: KrakenClient, service: Service) -> None:
    service.answer(
        "OverdueBalance",
        {"data": {"account": {"overdueBalance": 1200}}},
        {"data": {"account": {"overdueBalance": None}}},
    )
    assert await client.billing.overdue_balance(ACCOUNT) == 1200
    with pytest.raises(KrakenServiceError):
        await client.billing.overdue_balance(ACCOUNT)


async def test_what_a_document_charges(client: KrakenClient, service: Service) -> None:
    charge = {
        "__typename": "BillCharge",
        "consumption": {"startDate": "2026-06-18", "endDate": "2026-07-17"},
        "amounts": {"gross": 9454},
    }
    edges = [{"node": charge}, {"node": {"__typename": "BillCredit"}}]
    service.answer(
        "BillTransactions",
        {"data": {"account": {"bill": {"transactions": {"edges": edges}}}}},
        {"data": {"account": {"bill": None}}},
    )
    assert await client.billing.bill_transactions(ACCOUNT, "7") == (
        BillTransaction(date(2026, 6, 18), date(2026, 7, 17), 9454, is_charge=True),
        BillTransaction(),
    )
    with pytest.raises(KrakenNotFoundError):
        await client.billing.bill_transactions(ACCOUNT, "7")
