"""Sensors of an account: what it owes and paid, its last bill, its plan.

Every bill and payment is asked for in a document of its own: what is refused is unknown here, and nothing else.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.util import dt as dt_util

from ..const import YEN
from ..oejp.household.accounts import AccountData
from ..oejp.japan_time import day_of
from ..oejp.kraken.models import Payment, Statement
from .description import Attributes, OctopusSensorDescription, Value

STATUSES: Final = (
    "pending",
    "incomplete",
    "withdrawn",
    "active",
    "enrolment_error",
    "enrolment_rejected",
    "dormant",
    "void",
    "unlisted",
)
"""The service's, and `unlisted` for one that it has made up since."""


def _yen(
    key: str,
    value: Callable[[AccountData], Value],
    *,
    attributes: Callable[[AccountData], Attributes] = lambda _: None,
    enabled: bool = True,
) -> OctopusSensorDescription[AccountData]:
    return OctopusSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.MONETARY,
        native_unit_of_measurement=YEN,
        suggested_display_precision=0,
        entity_registry_enabled_default=enabled,
        value_fn=value,
        attributes_fn=attributes,
    )


def _day(
    key: str, value: Callable[[AccountData], date | None], *, enabled: bool = True
) -> OctopusSensorDescription[AccountData]:
    return OctopusSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.DATE,
        entity_registry_enabled_default=enabled,
        value_fn=value,
    )


def _of_bill[T](
    take: Callable[[Statement], T | None],
) -> Callable[[AccountData], T | None]:
    def value(account: AccountData) -> T | None:
        bill = account.money.last_bill
        return None if bill is None else take(bill)

    return value


def _of_payment[T](take: Callable[[Payment], T]) -> Callable[[AccountData], T | None]:
    def value(account: AccountData) -> T | None:
        payment = account.money.last_payment
        return None if payment is None else take(payment)

    return value


def _bill_attributes(account: AccountData) -> Attributes:
    """Name the first and last day that the meter counted for it, and what was given back: the amount is before that."""
    if (bill := account.money.last_bill) is None:
        return None
    time = account.last_billed
    return {
        "first_day": day_of(time.start) if time else None,
        "last_day": day_of(time.end - timedelta(days=1)) if time else None,
        "credits": bill.credited,
    }


def _status(account: AccountData) -> str | None:
    if account.status is None:
        return None
    status = account.status.lower()
    return status if status in STATUSES else "unlisted"


ACCOUNT_SENSORS: tuple[OctopusSensorDescription[AccountData], ...] = (
    _yen("balance", lambda account: account.money.balance),
    _yen("overdue_balance", lambda account: account.money.overdue_balance, enabled=False),
    _yen("last_bill_amount", _of_bill(lambda bill: bill.charged), attributes=_bill_attributes),
    _day("last_bill_issue_date", _of_bill(lambda bill: bill.issued_date), enabled=False),
    _day("last_bill_due_date", _of_bill(lambda bill: bill.payment_due_date)),
    _yen("last_payment_amount", _of_payment(lambda payment: abs(payment.amount)), enabled=False),
    _day("last_payment_date", _of_payment(lambda payment: payment.posted_date), enabled=False),
    OctopusSensorDescription(
        key="plan",
        translation_key="plan",
        value_fn=lambda account: account.plan(dt_util.utcnow()),
    ),
    OctopusSensorDescription(
        key="account_status",
        translation_key="account_status",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=_status,
    ),
)
