"""What an account owes and paid, its last bill, and the contract of its point."""

from datetime import date, timedelta

from home import Home
from homeassistant.const import STATE_UNKNOWN
import pytest

from simulator.dates import jst_date

pytestmark = pytest.mark.usefixtures("every_entity_enabled")

MONEY = (
    "balance",
    "overdue_balance",
    "last_bill_amount",
    "last_bill_due_date",
    "last_payment_amount",
)


@pytest.mark.parametrize("since", [date(2025, 9, 18)])
async def test_bills_payments_and_the_contract(home: Home) -> None:
    home.leave_readings_out()
    household = home.simulator.world.households["green-tokyo"]
    (account,), (point,) = household.accounts, household.supply_points
    account.balance = -250
    await home.sign_in("green-tokyo")

    def shown(key: str) -> str:
        return home.state(account.number, key).state

    truth = home.simulator.truth
    # On 20 November the reading of the 18th is not billed yet; 3,000 yen were given back on the first bill, that of October.
    start, end = truth.periods(point.spin)[0]
    bill = truth.bill(point.spin, (start, end))
    last = home.state(account.number, "last_bill_amount")
    assert last.state == str(bill.total)
    assert last.attributes["first_day"] == jst_date(start)
    assert last.attributes["last_day"] == jst_date(end) - timedelta(days=1)
    assert last.attributes["credits"] == 3000
    issued = date.fromisoformat(shown("last_bill_issue_date"))
    assert jst_date(end) < issued <= jst_date(end) + timedelta(days=3)
    assert shown("last_bill_due_date") == (issued + timedelta(days=27)).isoformat()
    # It is due on the day that it is paid on.
    paid = home.simulator.clock.now() >= truth.periods(point.spin)[0][1] + timedelta(days=30)
    assert shown("last_payment_amount") == (str(bill.total - 3000) if paid else STATE_UNKNOWN)
    assert shown("last_payment_date") == (shown("last_bill_due_date") if paid else STATE_UNKNOWN)
    assert (shown("balance"), shown("overdue_balance")) == ("-250", "0")
    assert (shown("account_status"), shown("plan")) == ("active", "KKオクトパス")

    reading = home.state(point.spin, "next_reading_date")
    assert (reading.state, reading.attributes["estimated"]) == ("2025-12-18", True)
    assert home.state(point.spin, "agreement_start").state == "2025-09-18"
    assert home.state(point.spin, "agreement_end").state == STATE_UNKNOWN
    # The service does not state it; the bill does.
    assert home.state(point.spin, "contracted_capacity").state == "40 A"

    account.unpaid_since = date(2025, 10, 1)
    home.simulator.faults.add("value", field="Account.status", value="SUSPENDED")
    await home.pass_time(timedelta(hours=13))
    assert shown("overdue_balance") == str(bill.total - 3000)
    assert shown("last_payment_amount") == STATE_UNKNOWN
    assert shown("account_status") == "unlisted"


@pytest.mark.parametrize(
    ("field", "costs"),
    [
        ("overdueBalance", {"overdue_balance"}),
        ("Account.bills", {"last_bill_amount"}),
        ("paymentDueDate", {"last_bill_due_date"}),
        ("LedgerType.transactions", {"last_payment_amount"}),
    ],
)
@pytest.mark.parametrize("since", [date(2025, 9, 1)])
async def test_a_refused_field_costs_its_own_entity(
    home: Home, field: str, costs: set[str]
) -> None:
    home.leave_readings_out()
    home.simulator.faults.add("refused_field", field=field, code="KT-CT-4501")
    await home.sign_in("green-tokyo")
    (account,) = home.simulator.world.households["green-tokyo"].accounts
    unknown = {key for key in MONEY if home.state(account.number, key).state == STATE_UNKNOWN}
    assert unknown == costs


@pytest.mark.parametrize(("households", "since"), [(("ev-tokyo",), None)])
async def test_the_capacity_that_the_service_states(home: Home) -> None:
    home.leave_readings_out()
    await home.sign_in("ev-tokyo")
    assert home.state(home.spin("ev-tokyo"), "contracted_capacity").state == "40 A"


@pytest.mark.parametrize("since", [date(2025, 9, 18)])
@pytest.mark.parametrize(
    ("operation", "key"),
    [("Bills", "last_bill_amount"), ("StatementDueDatesJune", "last_bill_due_date")],
)
async def test_what_a_bill_is_completed_by_is_kept_and_asked_for_again_by_itself(
    home: Home, operation: str, key: str
) -> None:
    home.leave_readings_out()
    number = home.simulator.world.households["green-tokyo"].accounts[0].number
    first = home.simulator.faults.add("http_502", operation=operation)
    await home.sign_in("green-tokyo")
    assert home.state(number, key).state == STATE_UNKNOWN
    home.simulator.faults.remove(first)
    await home.pass_time(timedelta(minutes=3))
    shown = home.state(number, key).state
    assert shown != STATE_UNKNOWN
    home.simulator.faults.add("http_502", operation=operation)
    await home.pass_time(timedelta(hours=12))
    assert home.state(number, key).state == shown
