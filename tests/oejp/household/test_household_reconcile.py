"""A bill of ours beside the supplier's. The supplier's lines are written by hand, the sums worked by hand."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from cards import stepped
import pytest

from custom_components.octopus_japan.oejp.household.account_money import (
    AccountMoney,
    begins_with,
    billed_time,
)
from custom_components.octopus_japan.oejp.household.gas import GasPointData
from custom_components.octopus_japan.oejp.household.hour import Hour
from custom_components.octopus_japan.oejp.household.point_bill import (
    PointBill,
    compared,
    gas_point_bill,
    last_closed,
    point_bill,
)
from custom_components.octopus_japan.oejp.household.reconcile import (
    By,
    lines_about,
    reconcile,
    total_alone,
)
from custom_components.octopus_japan.oejp.household.supply import Listing, SupplyPointData, joined
from custom_components.octopus_japan.oejp.interval import Interval
from custom_components.octopus_japan.oejp.japan_time import midnight
from custom_components.octopus_japan.oejp.kraken.gas import GasReading
from custom_components.octopus_japan.oejp.kraken.models import (
    BillTransaction,
    IntervalReading,
    LineItem,
    Payment,
    Statement,
    SupplyPeriod,
)
from custom_components.octopus_japan.oejp.tariff import (
    BillingCalendar,
    BillingPeriod,
    Component,
    GasTariff,
    MonthlyPrice,
    MonthlyRates,
    Per,
    Provenance,
    StandingCharge,
    Tariff,
    Timeline,
    bill,
)
from custom_components.octopus_japan.oejp.tariff.gas import GasCard, GasTier

SPIN = "0300000000000000000001"
START, END = midnight(date(2026, 6, 18)), midnight(date(2026, 7, 18))
PERIOD = BillingPeriod(START, END, closed=True)
CARD = stepped("38.80", (120, "20.62"), (300, "25.29"), (None, "27.44"))
# 1164.00 + 2474.40 + 3287.70 + 250 x 5.78 + 1045 = 9416.10.
OURS = bill(CARD, kwh="250", days=30, fuel="5.78", levy="4.18")
HALF_YEAR = range(2026 * 12, 2027 * 12)
LEVY = Timeline({month: MonthlyPrice(Decimal("4.18"), Provenance.PUBLISHED) for month in HALF_YEAR})
FUEL = Timeline({month: MonthlyPrice(Decimal("5.78"), Provenance.PUBLISHED) for month in HALF_YEAR})


def line(
    name: str, units: str | None, gross: str | None, document: str | None = "1", spin: str = SPIN
) -> LineItem:
    return LineItem(
        f"JPN_{name}",
        START,
        END,
        None if units is None else Decimal(units),
        None,
        None if gross is None else Decimal(gross),
        "GREEN",
        spin,
        document,
    )


NAMES = [step.name for step in CARD.steps]
THEIRS = [
    line("ELECTRICITY_STANDING_03", "30", "1164.00"),
    line(f"ELECTRICITY_{NAMES[0]}_CONSUMPTION", "120", "2474.40"),
    line(f"ELECTRICITY_{NAMES[1]}_CONSUMPTION", "130", "3287.70"),
    line("ELECTRICITY_FUEL_COST_ADJUSTMENT_03", "250", "1445.00"),
    line("ELECTRICITY_RENEWABLE_ENERGY_LEVY_03", "250", "1045.49"),
]


class TestLines:
    """Each of our lines beside the supplier's own."""

    def test_two_that_agree(self) -> None:
        found = reconcile(OURS, THEIRS)
        assert (found.by, found.total, found.difference, found.percent) == (By.LINES, 9416, 0, 0)
        assert all(each.ours and each.theirs for each in found.lines)
        assert set(found.components.values()) == {Decimal(0)}

    def test_the_component_that_is_furthest_off_is_named(self) -> None:
        # 1164 less 930 are 234 yen, 2.55 per cent of 9182.
        found = reconcile(OURS, [line("ELECTRICITY_STANDING_03", "30", "930.00"), *THEIRS[1:]])
        assert (found.total, found.difference, found.percent) == (9182, 234, Decimal("2.55"))
        assert found.worst is Component.STANDING_CHARGE
        assert found.components[Component.STANDING_CHARGE] == Decimal("234.00")
        (off,) = [each for each in found.lines if each.difference and each.component is found.worst]
        assert off.theirs is not None
        assert (off.theirs.price, off.difference) == (Decimal("31.00"), Decimal("234.00"))

    def test_a_step_stands_beside_its_own_price(self) -> None:
        swapped = [*THEIRS[2:], THEIRS[1], THEIRS[0]]
        for each in reconcile(OURS, swapped).lines:
            assert each.ours is not None
            assert each.theirs is not None
            assert abs(each.difference) < 1

    def test_a_step_of_another_name_and_price_stays_alone(self) -> None:
        other = line("ELECTRICITY_CONSUMPTION_99", "250", "6000.00")
        found = reconcile(OURS, [THEIRS[0], other, *THEIRS[3:]])
        alone = [each for each in found.lines if each.ours is None or each.theirs is None]
        assert [each.component for each in alone] == [Component.ENERGY] * 3
        # 2474.40 + 3287.70 less 6000.00.
        assert found.components[Component.ENERGY] == Decimal("-237.90")

    def test_a_charge_that_nobody_understands_is_a_difference_of_its_own(self) -> None:
        found = reconcile(OURS, [*THEIRS, line("ELECTRICITY_MYSTERY", None, "500")])
        assert (found.total, found.difference, found.worst) == (9916, -500, None)
        assert found.components[None] == -500
        assert found.lines[-1].component is None
        assert found.lines[-1].theirs is not None
        assert found.lines[-1].theirs.price is None

    def test_a_credit_is_no_part_of_it(self) -> None:
        credit = line("ACCOUNT_CREDIT", "1", "-3000")
        silent = line("ELECTRICITY_STANDING_03", "30", None)
        assert reconcile(OURS, [*THEIRS, credit, silent]).difference == 0

    def test_a_month_basis_of_two_lines_against_one(self) -> None:
        split = [
            line("ELECTRICITY_FUEL_COST_ADJUSTMENT_03", "100", "578.00"),
            line("ELECTRICITY_FUEL_COST_ADJUSTMENT_03", "150", "867.00"),
        ]
        found = reconcile(OURS, [*THEIRS[:3], *split, THEIRS[4]])
        assert found.difference == 0
        assert found.components[Component.FUEL_COST_ADJUSTMENT] == 0


class TestTotal:
    """Without lines by the total, if it is of this point alone."""

    def test_by_total(self) -> None:
        found = reconcile(OURS, (), 9000)
        assert (found.by, found.difference, found.percent) == (By.TOTAL, 416, Decimal("4.62"))
        assert (found.components, found.worst) == ({}, None)
        assert all(each.theirs is None for each in found.lines)

    def test_nothing_known(self) -> None:
        found = reconcile(OURS, ())
        assert (found.by, found.total, found.difference, found.percent) == (None,) * 4

    def test_a_total_of_nothing_has_no_percent(self) -> None:
        assert reconcile(OURS, (), 0).percent is None

    @pytest.mark.parametrize(
        ("start", "credited", "points", "expected"),
        [
            (START, 0, 1, 9416),
            (START - timedelta(days=1), 0, 1, 9416),
            (START - timedelta(days=2), 0, 1, None),
            (START + timedelta(days=1), 0, 1, None),
            (START, 3000, 1, None),
            (START, None, 1, None),
            (START, 0, 2, None),
        ],
    )
    def test_of_the_point_alone(
        self, start: datetime, credited: int | None, points: int, expected: int | None
    ) -> None:
        statement = Statement("1", start, END, charged=9416, credited=credited)
        assert total_alone(statement, PERIOD, (), points) == expected

    @pytest.mark.parametrize(
        ("listed", "expected"),
        [
            ([BillTransaction(date(2026, 6, 18), None, 9416, is_charge=True)], 9416),
            ([BillTransaction(None, None, 9416, is_charge=True)], 9416),
            ([BillTransaction(date(2026, 5, 18), None, 9416, is_charge=True)], None),
            ([BillTransaction(None, None, 9416)], None),
            ([BillTransaction(None, None, 9416, is_charge=True), BillTransaction()], None),
        ],
    )
    def test_as_the_document_lists_it(
        self, listed: list[BillTransaction], expected: int | None
    ) -> None:
        statement = Statement("1", START, END, charged=1, credited=None)
        assert total_alone(statement, PERIOD, listed, 5) == expected


def test_the_lines_about_a_period_are_those_of_its_document() -> None:
    gas = line("GAS_CONSUMPTION", "20", "2906.20")
    earlier = LineItem(
        "JPN_ELECTRICITY_STANDING_03", START - timedelta(days=30), START, document="0"
    )
    again = line("ELECTRICITY_STANDING_03", "30", "1100.00", "2")
    assert lines_about([earlier, *THEIRS, gas], PERIOD) == tuple(THEIRS)
    assert lines_about([*THEIRS, again], PERIOD) == (again,)
    assert lines_about([earlier], PERIOD) == ()


# ---------------------------------------------------------------- from hours


def point(*, value: str | None = None, start: datetime = START) -> SupplyPointData:
    listing = Listing(
        account_number="A",
        supply_periods=(SupplyPeriod(start),),
        interval_readings=(IntervalReading(START, END, None if value is None else Decimal(value)),),
    )
    return joined(SPIN, [listing])


def tariff() -> Tariff:
    rates = MonthlyRates(FUEL, LEVY)
    return Tariff((CARD,), rates, BillingCalendar((PERIOD,)))


def hours(count: int = 720, kwh: str = "0.3") -> list[Hour]:
    return [
        Hour((START + timedelta(hours=number)).astimezone(UTC), Decimal(kwh), True)
        for number in range(count)
    ]


class TestPointBill:
    """Our bill from stored hours."""

    def test_a_whole_period(self) -> None:
        # 216 kWh: 1164.00 + 2474.40 + 96 x 25.29 + 216 x 5.78 + 902 (902.88 cut) = 8216.72.
        found = point_bill(tariff(), point(), PERIOD, hours())
        assert found.found is not None
        assert (found.found.bill.total, found.complete) == (8216, True)

    def test_the_meter_s_own_total_counts_where_it_is_stated(self) -> None:
        found = point_bill(tariff(), point(value="250"), PERIOD, hours(700))
        assert found.found is not None
        assert (found.found.bill.total, found.complete) == (9416, True)

    def test_without_it_a_missing_or_half_hour_is_told(self) -> None:
        assert not point_bill(tariff(), point(), PERIOD, hours(719)).complete
        half = [*hours(719), Hour((END - timedelta(hours=1)).astimezone(UTC), Decimal(1), False)]
        assert not point_bill(tariff(), point(), PERIOD, half).complete

    def test_hours_before_supply_are_not_missing(self) -> None:
        begun = START + timedelta(hours=20)
        assert point_bill(tariff(), point(start=begun), PERIOD, hours()[20:]).complete

    def test_no_readings(self) -> None:
        found = point_bill(tariff(), point(), PERIOD, ())
        assert (found.found, found.reason) == (None, "no_readings")

    def test_no_price(self) -> None:
        found = point_bill(
            Tariff((CARD,), calendar=BillingCalendar((PERIOD,))), point(), PERIOD, hours()
        )
        assert (found.found, found.reason) == (None, "no_fuel_cost_adjustment")

    def test_a_running_period_is_charged_by_the_days_so_far(self) -> None:
        until = midnight(date(2026, 6, 28))
        found = point_bill(tariff(), point(value="250"), PERIOD, hours(), until)
        # Ten days, 72 kWh: 388.00 + 72 x 20.62 + 72 x 5.78 + 300 (300.96 cut) = 2588.80.
        assert found.found is not None
        assert (found.found.bill.total, found.found.bill.days) == (2588, 10)

    def test_a_period_is_closed_when_it_is_known_to_be(self) -> None:
        assert last_closed(tariff(), END) == PERIOD
        assert last_closed(tariff(), END - timedelta(minutes=1)) is None


class TestGas:
    """A gas point's bill is that of a reading; the table is Tokyo Gas's, as docs/pricing.md works it."""

    NOW = END + timedelta(days=10)

    def point(self, *readings: GasReading) -> GasPointData:
        return GasPointData(spin="9", readings=readings)

    def tariff(self) -> GasTariff:
        tiers = (
            GasTier(
                Decimal(0), Decimal(20), Decimal("145.31"), StandingCharge(Decimal(759), Per.MONTH)
            ),
            GasTier(Decimal(20), None, Decimal("130.46"), StandingCharge(Decimal(1056), Per.MONTH)),
        )
        return GasTariff((GasCard(tiers),))

    def reading(self, m3: int, start: datetime = START, end: datetime = END) -> GasReading:
        return GasReading(start_at=start, end_at=end, usage=Decimal(m3))

    def lines(self) -> list[LineItem]:
        return [line("GAS_STANDING", "1", "759.00"), line("GAS_CONSUMPTION", "20", "2906.20")]

    def test_beside_the_supplier_s_lines(self) -> None:
        other = LineItem("JPN_GAS_CONSUMPTION", END, END + timedelta(days=30), Decimal(1))
        lines = [*self.lines(), other, *THEIRS]
        found = gas_point_bill(
            self.point(self.reading(20)), self.tariff(), self.NOW, self.NOW, lines
        )
        assert found is not None
        assert found.found is not None
        assert (found.found.bill.total, found.found.difference) == (3665, 0)
        assert found.document == "1"

    def test_of_the_reading_that_is_meant(self) -> None:
        earlier = self.reading(10, START - timedelta(days=30), START)
        point = self.point(earlier, self.reading(20))
        found = gas_point_bill(point, self.tariff(), self.NOW, START - timedelta(days=1), ())
        assert found is not None
        assert found.period.start == earlier.start_at
        assert found.document is None
        before = START - timedelta(days=31)
        assert gas_point_bill(point, self.tariff(), self.NOW, before, ()) is None

    def test_a_reading_to_come_is_none(self) -> None:
        assert gas_point_bill(self.point(self.reading(20)), self.tariff(), START, START, ()) is None

    def test_no_price(self) -> None:
        found = gas_point_bill(self.point(self.reading(20)), GasTariff(()), self.NOW, self.NOW, ())
        assert found is not None
        assert (found.found, found.reason) == (None, "no_agreement")


class TestCompared:
    """What is incomplete is compared with nothing."""

    STATEMENT = Statement("7", START, END, charged=9000, credited=0)

    def own(self) -> PointBill:
        return point_bill(tariff(), point(value="250"), PERIOD, hours())

    def test_by_lines_before_totals(self) -> None:
        money = AccountMoney(statements=(self.STATEMENT,))
        found = compared(self.own(), THEIRS, money, 1).found
        assert found is not None
        assert (found.by, found.difference) == (By.LINES, 0)

    def test_by_the_total_of_its_document(self) -> None:
        earlier = Statement("6", START - timedelta(days=30), START, charged=1, credited=0)
        later = Statement("8", END, END + timedelta(days=30), charged=2, credited=0)
        money = AccountMoney(statements=(earlier, self.STATEMENT, later))
        found = compared(self.own(), (), money, 1).found
        assert found is not None
        assert (found.by, found.difference) == (By.TOTAL, 416)

    def test_nothing_told(self) -> None:
        found = compared(self.own(), (), AccountMoney(), 1).found
        assert found is not None
        assert found.by is None

    def test_an_incomplete_bill(self) -> None:
        short = point_bill(tariff(), point(), PERIOD, hours(5))
        assert compared(short, THEIRS, AccountMoney(), 1) is short


class TestAccountMoney:
    """The newest of each, and the time that a document is about."""

    def test_nothing_told(self) -> None:
        assert (AccountMoney().last_bill, AccountMoney().last_payment) == (None, None)

    def test_the_newest(self) -> None:
        bills = (Statement("1", START, END), Statement("2", END, END + timedelta(days=30)))
        paid = (Payment(date(2026, 7, 1), 1), Payment(date(2026, 8, 1), 2))
        money = AccountMoney(statements=bills, payments=paid)
        assert (money.last_bill, money.last_payment) == (bills[1], paid[1])

    def test_a_document_covers_more_days_than_its_period(self) -> None:
        document = Statement("1", START - timedelta(days=1), END + timedelta(days=5))
        own = IntervalReading(START, END)
        second = IntervalReading(START + timedelta(days=3), END + timedelta(days=2))
        later = IntervalReading(END, END + timedelta(days=30))
        assert begins_with(document, START)
        assert billed_time(document, [later, own]) == Interval(START, END)
        assert billed_time(document, [own, second]) == Interval(START, END + timedelta(days=2))
        assert billed_time(document, [second, later]) is None
