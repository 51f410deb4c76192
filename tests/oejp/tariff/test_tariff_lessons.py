"""What past bills decide, and that what contradicts itself decides nothing. Bills are written here by hand."""

from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import given, strategies as st
import pytest

from custom_components.octopus_japan.oejp.interval import Interval
from custom_components.octopus_japan.oejp.japan_time import JST, month_of
from custom_components.octopus_japan.oejp.tariff import MonthBasis, Per, Provenance
from custom_components.octopus_japan.oejp.tariff.from_bills import ChargeLine
from custom_components.octopus_japan.oejp.tariff.lessons import Lessons, lessons, time_of
from custom_components.octopus_japan.oejp.tariff.monthly_rates import MonthlyPrice, Timeline
from custom_components.octopus_japan.oejp.tariff.rounding import Amounts, Rounding, Units

JPN = "JPN_ELECTRICITY_"


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


def line(
    name: str, start: str, end: str, units: str, gross: str, document: str = "1"
) -> ChargeLine:
    return ChargeLine(
        JPN + name, day(start), day(end), Decimal(units), Decimal(gross), "GREEN", document
    )


def timeline(**prices: str) -> Timeline:
    """Prices by month: m2026_06="4.18"."""
    return Timeline(
        {
            month_of(day(f"{name[1:5]}-{name[6:]}-01")): MonthlyPrice(
                Decimal(price), Provenance.PUBLISHED
            )
            for name, price in prices.items()
        }
    )


LEVY = timeline(m2026_06="4.18", m2026_07="4.18", m2026_08="4.18")
FUEL = timeline(m2026_06="5.78", m2026_07="6.10", m2026_08="6.40")


def june(*, document: str = "1", standing: tuple[str, str] = ("30", "1164.00")) -> list[ChargeLine]:
    """18 June to 17 July, 250 kWh: 38.80 yen a day for 30 days, 120 at 20.62, 130 at 25.29, 4.18 of levy."""
    time = ("2026-06-18", "2026-07-18")
    return [
        line("STANDING_03", *time, *standing, document),
        line("CONSUMPTION_STEPPED_03_01", *time, "120", "2474.40", document),
        line("CONSUMPTION_STEPPED_03_02", *time, "130", "3287.70", document),
        line("RENEWABLE_ENERGY_LEVY_03", *time, "250", "1045.00", document),
    ]


def july(*, units: str = "200", document: str = "2") -> list[ChargeLine]:
    """18 July to 17 August."""
    time = ("2026-07-18", "2026-08-18")
    return [
        line("STANDING_03", *time, "31", "1202.80", document),
        line("CONSUMPTION_STEPPED_03_01", *time, units, "4124.01", document),
    ]


def test_no_bill_decides_nothing() -> None:
    assert lessons((), FUEL, LEVY) == Lessons()
    assert Lessons().rounding == Rounding(Units.WHOLE, Amounts.SEN)


def test_a_usual_bill() -> None:
    learned = lessons([*june(), *july()], FUEL, LEVY)
    first, second = day("2026-06-18").date(), day("2026-07-18").date()
    assert learned.bills == 2
    assert learned.standing_charge.said == {Per.DAY: (first, second)}
    assert learned.units.said == {Units.WHOLE: (first, second)}
    assert learned.amounts.value is Amounts.SEN
    assert learned.months == {}
    assert learned.periods == (
        Interval(day("2026-06-18"), day("2026-07-18")),
        Interval(day("2026-07-18"), day("2026-08-18")),
    )
    assert not learned.month_basis.said


def test_a_bill_without_energy_tells_nothing_of_kwh() -> None:
    assert not lessons(june()[:1], FUEL, LEVY).units.said


class TestStandingCharge:
    """Its units are the days of its time, or a month."""

    def test_by_the_month(self) -> None:
        learned = lessons(june(standing=("1", "1100.00")), FUEL, LEVY)
        assert learned.standing_charge.value is Per.MONTH
        assert learned.months == {"GREEN": Decimal("1100.00")}

    def test_part_of_a_month(self) -> None:
        learned = lessons(june(standing=("0.5", "550.00")), FUEL, LEVY)
        assert learned.months == {"GREEN": Decimal("1100.00")}

    @pytest.mark.parametrize("units", ["29", "0", "2.5"])
    def test_units_that_are_neither(self, units: str) -> None:
        assert not lessons(june(standing=(units, "1100")), FUEL, LEVY).standing_charge.said

    def test_one_day_is_a_day_and_a_month_alike(self) -> None:
        only = line("STANDING_03", "2026-06-18", "2026-06-19", "1", "38.80")
        assert not lessons([only], FUEL, LEVY).standing_charge.said

    def test_a_bill_that_contradicts_another_is_told_and_decides_nothing(self) -> None:
        learned = lessons([*june(standing=("1", "1100.00")), *july()], FUEL, LEVY)
        assert learned.standing_charge.contradicted
        assert learned.standing_charge.value is None
        assert learned.months == {}
        assert {len(days) for days in learned.standing_charge.said.values()} == {1}


class TestRounding:
    """kWh whole or not; yen in sen, cut, or rounded half up."""

    def test_hundredths_of_a_kwh(self) -> None:
        assert lessons(july(units="200.37"), FUEL, LEVY).rounding.units is Units.EXACT

    def test_one_bill_of_hundredths_may_come_to_whole_kwh(self) -> None:
        learned = lessons([*june(), *july(units="200.37")], FUEL, LEVY)
        assert learned.units.value is Units.EXACT

    def test_several_whole_bills_contradict_it(self) -> None:
        again = [
            ChargeLine(
                item.supply_type,
                item.start and item.start - timedelta(days=61),
                item.end and item.end - timedelta(days=61),
                item.units,
                item.gross,
                document="0",
            )
            for item in june()
        ]
        learned = lessons([*again, *june(), *july(units="200.37")], FUEL, LEVY)
        assert learned.units.contradicted
        assert learned.rounding.units is Units.WHOLE

    @pytest.mark.parametrize(
        ("levy", "expected"),
        # 251 kWh at 4.18 are 1049.18; 264 are 1103.52.
        [
            (("251", "1049"), None),
            (("264", "1103"), Amounts.CUT),
            (("264", "1104"), Amounts.HALF_UP),
        ],
    )
    def test_whole_yen(self, levy: tuple[str, str], expected: Amounts | None) -> None:
        time = ("2026-06-18", "2026-07-18")
        bill = [
            line("STANDING_03", *time, "30", "1164"),
            line("CONSUMPTION_STEPPED_03_01", *time, "120", "2474"),
            line("RENEWABLE_ENERGY_LEVY_03", *time, *levy),
        ]
        learned = lessons(bill, FUEL, LEVY)
        assert learned.amounts.value is expected
        assert learned.rounding.amounts is (expected or Amounts.SEN)

    def test_one_whole_amount_may_be_chance(self) -> None:
        time = ("2026-06-18", "2026-07-18")
        bill = [
            line("CONSUMPTION_03", *time, "100", "3000"),
            line("RENEWABLE_ENERGY_LEVY_03", *time, "264", "1103"),
        ]
        assert not lessons(bill, FUEL, LEVY).amounts.said

    def test_a_line_without_units_shows_nothing(self) -> None:
        bill = [
            line("STANDING_03", "2026-06-18", "2026-07-18", "30", "1164"),
            line("CONSUMPTION_03", "2026-06-18", "2026-07-18", "100", "3000"),
            ChargeLine(JPN + "RENEWABLE_ENERGY_LEVY_03", None, None, None, Decimal(1), None, "1"),
        ]
        assert not lessons(bill, FUEL, LEVY).amounts.said


class TestMonthBasis:
    """Each bill says by itself by which month it charges."""

    def fuel(self, price: str, start: str, end: str, document: str) -> ChargeLine:
        yen = (Decimal(price) * 333).quantize(Decimal("0.01"))
        return line("FUEL_COST_ADJUSTMENT_03", start, end, "333", str(yen), document)

    def test_of_two_that_agree(self) -> None:
        bills = [
            self.fuel("6.10", "2026-06-18", "2026-07-18", "1"),
            self.fuel("6.40", "2026-07-18", "2026-08-18", "2"),
        ]
        learned = lessons(bills, FUEL, LEVY)
        assert learned.month_basis.value is MonthBasis.READING_MONTH
        assert len(learned.month_basis.said[MonthBasis.READING_MONTH]) == 2

    def test_one_that_contradicts_another_is_told(self) -> None:
        bills = [
            self.fuel("6.10", "2026-06-18", "2026-07-18", "1"),
            self.fuel("6.25", "2026-07-18", "2026-08-18", "2"),
        ]
        learned = lessons(bills, FUEL, LEVY)
        assert learned.month_basis.contradicted
        assert learned.month_basis.said == {
            MonthBasis.READING_MONTH: (day("2026-06-18").date(),),
            MonthBasis.CALENDAR_DAY: (day("2026-07-18").date(),),
        }


class TestTime:
    """The time that a bill is about is that of its lines about electricity."""

    def test_lines_of_other_things_do_not_count(self) -> None:
        other = [
            ChargeLine("JPN_GAS_CONSUMPTION", day("2026-06-01"), day("2026-08-01"), None, None),
            ChargeLine("JPN_ACCOUNT_CREDIT", day("2026-06-01"), day("2026-08-01"), None, None),
        ]
        assert time_of([*june(), *other]) == Interval(day("2026-06-18"), day("2026-07-18"))
        assert time_of(other) is None

    @pytest.mark.parametrize(
        ("start", "end"), [("2026-06-18", "2026-09-18"), ("2026-07-18", "2026-06-18")]
    )
    def test_nonsense_tells_none(self, start: str, end: str) -> None:
        assert time_of([line("STANDING_03", start, end, "1", "1")]) is None
        assert lessons([line("STANDING_03", start, end, "1", "1")], FUEL, LEVY) == Lessons()

    def test_a_line_without_a_document_stands_with_those_of_its_end(self) -> None:
        bill = [
            ChargeLine(item.supply_type, item.start, item.end, item.units, item.gross)
            for item in (*june(), *july())
        ]
        assert lessons(bill, FUEL, LEVY).bills == 2

    @pytest.mark.parametrize(
        ("stated", "contradicts"),
        [
            ((), False),
            ((("2026-06-18", "2026-07-18"),), False),
            ((("2026-06-18", "2026-07-01"), ("2026-07-01", "2026-07-18")), False),
            ((("2026-06-18", "2026-07-17"),), True),
            ((("2026-06-17", "2026-07-18"),), True),
            ((("2026-07-18", "2026-08-18"),), False),
        ],
    )
    def test_against_what_the_service_states(
        self, stated: tuple[tuple[str, str], ...], contradicts: bool
    ) -> None:
        times = [Interval(day(start), day(end)) for start, end in stated]
        learned = lessons(june(), FUEL, LEVY, times)
        assert bool(learned.other_periods) == contradicts


@given(st.decimals(0, 10_000, places=4, allow_nan=False))
def test_amounts_are_never_further_off_than_they_say(yen: Decimal) -> None:
    assert Rounding(amounts=Amounts.SEN).yen(yen) == yen
    assert 0 <= yen - Rounding(amounts=Amounts.CUT).yen(yen) < 1
    assert abs(yen - Rounding(amounts=Amounts.HALF_UP).yen(yen)) <= Decimal("0.5")
    assert abs(yen - Rounding(units=Units.WHOLE).kwh(yen)) <= Decimal("0.5")
    assert Rounding(units=Units.EXACT).kwh(yen) == yen
