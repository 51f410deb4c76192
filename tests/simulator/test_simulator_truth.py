"""The truth against numbers worked by hand (docs/pricing.md#the-rules): a flat 12 kWh a day, 30 days, across a month with another price."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, override

import pytest
from simulator_client import NOW

from simulator import Simulator
from simulator.bills import half_up
from simulator.dates import Month, Period, Schedule, midnight
from simulator.households import PLANS
from simulator.meter import Meter
from simulator.monthly_rates import MonthlyRates
from simulator.pricing import ladder
from simulator.products import later, product, slot_of_hour
from simulator.world import Agreement, SupplyPoint

START, END = date(2026, 6, 18), date(2026, 7, 18)
FAR = datetime(2020, 1, 1, tzinfo=UTC)


class Flat(Meter):
    """A meter without surprises."""

    @override
    def _make(self, day: date) -> Any:
        made = super()._make(day)
        made.draw = made.draw._replace(monthly={}, updated={})
        return made


def flat(
    simulator: Simulator,
    *terms: tuple[str, date, date | None],
    centi: int = 25,
    start: date = START,
    end: date = END,
) -> SupplyPoint:
    """Make the first point one of a single period at `centi` hundredths of a kWh each half hour."""
    point = next(iter(simulator.world.supply_points.values()))
    schedule = Schedule("flat", 18, start, end)
    point.meter = Flat(1, "flat", schedule, lambda _: [centi] * 48)
    point.start, point.end = start, end
    point.agreements = tuple(
        Agreement(number, product(key), first, last)
        for number, (key, first, last) in enumerate(terms)
    )
    return point


def make(*households: str, **options: Any) -> Simulator:
    return Simulator(households or ("green-tokyo",), now=NOW, **options)


WINDOW = midnight(START), midnight(END)


def test_stepped_bill_by_calendar_day() -> None:
    simulator = make()
    point = flat(simulator, ("kk-03", START, None))
    bill = simulator.truth.bill(point.spin, WINDOW)
    assert bill.kwh == 360
    assert bill.standing == Decimal("1164.00")  # 30 x 38.80
    assert bill.energy == Decimal("8673.00")  # 120 x 20.62 + 180 x 25.29 + 60 x 27.44
    assert bill.fuel == Decimal("1090.20")  # 13 days x 12 x 2.83 + 17 days x 12 x 3.18
    assert bill.levy == 1504  # 360 x 4.18 = 1504.80, truncated
    assert bill.total == 12431
    assert bill.tax == 1130
    fuel = [line for line in bill.lines if line.kind == "fuel_cost_adjustment"]
    assert [(line.start, line.end, line.units) for line in fuel] == [
        (START, date(2026, 7, 1), 156),
        (date(2026, 7, 1), END, 204),
    ]
    assert [line.gross / line.units for line in fuel] == [Decimal("2.83"), Decimal("3.18")]
    assert {line.supply_type for line in fuel} == {"JPN_ELECTRICITY_FUEL_COST_ADJUSTMENT_03"}
    energy = [line.supply_type for line in bill.lines if line.kind == "energy"]
    assert energy == [f"JPN_ELECTRICITY_CONSUMPTION_STEPPED_03_0{step}" for step in (1, 2, 3)]
    assert bill.lines[0].net == Decimal("1058.18182")


def test_stepped_bill_by_reading_month() -> None:
    simulator = make(month_basis="reading_month")
    point = flat(simulator, ("kk-03", START, None))
    bill = simulator.truth.bill(point.spin, WINDOW)
    assert bill.fuel == Decimal("1144.80")  # 360 x 3.18: read in July
    assert bill.total == 12485
    assert simulator.truth.bill(point.spin, WINDOW, "calendar_day").total == 12431


def test_the_same_period_on_another_plan() -> None:
    simulator = make()
    point = flat(simulator, ("kk-03", START, None))
    truth = simulator.truth
    assert truth.plan_bill(point.spin, WINDOW, "kk-03").total == 12431
    # Each half hour 0.25 kWh: 60 kWh from 1:00 until 5:00, 30 from 11:00 until 13:00, 270 else.
    # 1164 + 60 x 14.60 + 30 x 12.60 + 270 x 25.77 + 1090.20 + 1504 = 11970.10
    assert truth.plan_bill(point.spin, WINDOW, "ev-03", at_close=True).total == 11970
    # The prices at which it is sold now, whatever they were then: 120 x 18.98 + 180 x 24.10 + 60 x 27.44 = 8262.00
    assert truth.plan_bill(point.spin, WINDOW, "green-03").energy == Decimal("8262.00")
    rates = simulator.world.monthly_rates
    now = truth.plan_bill(point.spin, WINDOW, "ev-03", today=True)
    assert now.fuel == 360 * rates.fuel("03", Month.of(NOW.date()))
    assert truth.plan_bill(point.spin, WINDOW, "simple-03").fuel == 0
    # An agreement is not what it asks about.
    assert [term.product.code for term in point.agreements] == ["JPN_KK_OCTOPUS_MAY_26"]


def test_hourly_costs_add_up() -> None:
    simulator = make()
    point = flat(simulator, ("kk-03", START, None))
    costs = simulator.truth.costs(point.spin, *WINDOW)
    assert len(costs) == 720
    assert sum(costs.values()).quantize(Decimal("0.0001")) == Decimal(
        "12432.0000"
    )  # the levy whole
    first = costs[WINDOW[0]]
    assert (
        first
        == Decimal("0.5") * (Decimal("20.62") + Decimal("2.83") + Decimal("4.18"))
        + Decimal("38.80") / 24
    )
    # 120 kWh are used up after ten days.
    eleventh = WINDOW[0] + timedelta(days=10)
    assert costs[eleventh] - costs[eleventh - timedelta(hours=1)] == Decimal("0.5") * Decimal(
        "4.67"
    )
    # A window that begins later counts the steps from the start of the period all the same.
    late = simulator.truth.costs(point.spin, eleventh, WINDOW[1])
    assert late == {at: yen for at, yen in costs.items() if at >= eleventh}


def test_an_hour_without_a_reading_costs_its_standing_charge_once_its_period_is_closed() -> None:
    simulator = make()
    point = flat(simulator, ("kk-03", START, None))
    whole = simulator.truth.costs(point.spin, *WINDOW)
    gap = [WINDOW[1] - timedelta(hours=n) for n in (3, 2, 1)]
    simulator.world.withhold(point.spin, gap[0], WINDOW[1], NOW + timedelta(days=900))
    costs = simulator.truth.costs(point.spin, *WINDOW)
    assert list(costs) == list(whole)
    assert [costs[at] for at in gap] == [Decimal("38.80") / 24] * 3
    assert all(costs[at] == whole[at] for at in costs if at < gap[0])
    assert simulator.truth.costs(point.spin, gap[1], gap[2]) == {gap[1]: Decimal("38.80") / 24}
    # Before the close they may still come; of a period of which nothing is published nothing is known.
    simulator.clock.set(WINDOW[1] + timedelta(hours=5))
    assert gap[0] not in simulator.truth.costs(point.spin, *WINDOW)
    simulator.clock.set(NOW)
    simulator.world.withhold(point.spin, *WINDOW, NOW + timedelta(days=900))
    assert simulator.truth.costs(point.spin, *WINDOW) == {}


def test_an_hour_across_two_steps() -> None:
    charges = product("kk-03").on(START)
    parts = ladder(charges, Decimal("119.7"), Decimal("0.5"))
    assert [(charge.step_start, part) for charge, part in parts] == [
        (0, Decimal("0.3")),
        (120, Decimal("0.2")),
    ]
    parts = ladder(charges, Decimal(110), Decimal(200))
    assert [part for _, part in parts] == [10, 180, 10]


@pytest.mark.parametrize("basis", ["calendar_day", "reading_month"])
@pytest.mark.parametrize(
    ("start", "end", "price"),
    [
        (START, END, "0"),  # read in July: June's use, for which there was none
        (date(2026, 7, 18), date(2026, 8, 17), "3.5"),  # read in August: July's use
        (date(2026, 8, 18), date(2026, 9, 17), "4.5"),
    ],
)
def test_subsidy_belongs_to_the_reading_month(
    basis: Any, start: date, end: date, price: str
) -> None:
    simulator = make(month_basis=basis)
    point = flat(simulator, ("kk-03", start, None), start=start, end=end)
    window = midnight(start), midnight(end)
    without = simulator.truth.bill(point.spin, window)
    simulator.world.households["green-tokyo"].subsidy = True
    bill = simulator.truth.bill(point.spin, window)
    assert bill.kwh == 360
    assert bill.subsidy == -360 * Decimal(price)
    assert bill.total == without.total - 360 * Decimal(price)
    assert len([line for line in bill.lines if line.kind == "meti_credit"]) == (price != "0")
    for day in (start, end - timedelta(days=1)):
        assert simulator.truth.price(point.spin, midnight(day)).subsidy == -Decimal(price)
    costs = simulator.truth.costs(point.spin, *window)
    simulator.world.households["green-tokyo"].subsidy = False
    assert simulator.truth.bill(point.spin, window) == without
    dearer = simulator.truth.costs(point.spin, *window)
    saved = sum(dearer.values(), Decimal(0)) - sum(costs.values(), Decimal(0))
    assert saved.quantize(Decimal("0.0001")) == 360 * Decimal(price)


@pytest.mark.parametrize(
    ("key", "amperage", "kva", "standing", "energy"),
    [
        # 30 x 8 x 14.30; 120 x 17.90 + 180 x 20.60 + 60 x 24.30
        ("green-06-high", None, 8, "3432.00", "7314.00"),
        # 30 x 10 x 13.70; 120 x 25.30 + 180 x 30.80 + 60 x 32.90
        ("green-07-both", None, 10, "4110.00", "10554.00"),
        # 30 x 25.10; 15 x 0 + 105 x 28.40 + 180 x 34.60 + 60 x 36.20
        ("green-07-both", None, None, "753.00", "11382.00"),
        ("green-07-both", None, 5, "753.00", "11382.00"),
        # 30 x 21.50; 11 x 0 + 109 x 27.90 + 180 x 33.80 + 60 x 36.90
        ("green-08-low", None, None, "645.00", "11339.10"),
        # 30 x 9 x 13.10; 14 hours a day by day, 10 by night
        ("denka-08-high", None, 9, "3537.00", "10287.00"),
        # 30 x 38.80 x 15 / 40; 120 x 18.98 + 180 x 24.10 + 60 x 27.44
        ("green-03", 15, None, "436.50", "8262.00"),
        ("green-03", 60, None, "1746.00", "8262.00"),
        # 30 x 97.00: a kVA is ten amperes
        ("green-03", None, 10, "2910.00", "8262.00"),
    ],
)
def test_tiers_and_capacities(
    key: str, amperage: int | None, kva: int | None, standing: str, energy: str
) -> None:
    simulator = make()
    point = flat(simulator, (key, START, None))
    point.amperage, point.kva = amperage, kva
    bill = simulator.truth.bill(point.spin, WINDOW)
    assert (bill.standing, bill.energy) == (Decimal(standing), Decimal(energy))


def test_an_introductory_price_ends_within_a_period() -> None:
    simulator = make()
    # Six months from 8 January: 20 days, 240 kWh, at the lower price, and the ladder goes on.
    point = flat(simulator, ("intro-03", date(2026, 1, 8), None))
    bill = simulator.truth.bill(point.spin, WINDOW)
    energy = [(line.units, line.price, line.end) for line in bill.lines if line.kind == "energy"]
    last = date(2026, 7, 8)
    assert energy == [
        (120, Decimal("16.62"), last),
        (120, Decimal("21.29"), last),
        (60, Decimal("25.29"), END),
        (60, Decimal("27.44"), END),
    ]
    assert bill.energy == Decimal("7713.00")
    costs = sum(simulator.truth.costs(point.spin, *WINDOW).values())
    exact = bill.energy + bill.standing + bill.fuel + 360 * Decimal("4.18")
    assert abs(costs - exact) < Decimal("0.0001")
    price = partial(simulator.truth.price, point.spin)
    assert price(midnight(last) - timedelta(hours=1)).energy == Decimal("16.62")
    assert price(midnight(last)).energy == Decimal("20.62")


def test_a_discount_is_taken_off_its_band_for_some_months() -> None:
    simulator = make()
    point = flat(simulator, ("discount-03", date(2026, 4, 8), None))
    bill = simulator.truth.bill(point.spin, WINDOW)
    night = [(line.units, line.price) for line in bill.lines if line.supply_type.endswith("NIGHT")]
    assert night == [(40, Decimal("12.60")), (20, Decimal("14.60"))]
    # 40 x 12.60 + 20 x 14.60 + 30 x 12.60 + 270 x 25.77
    assert bill.energy == Decimal("8131.90")


def test_months_later() -> None:
    assert later(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert later(date(2025, 9, 25), 6) == date(2026, 3, 25)
    assert later(date(2026, 12, 1), 3) == date(2027, 3, 1)


def test_single_price_and_no_standing_charge() -> None:
    simulator = make()
    point = flat(simulator, ("simple-03", START, None))
    bill = simulator.truth.bill(point.spin, WINDOW)
    assert (bill.energy, bill.fuel, bill.standing) == (Decimal("10926.00"), 0, 0)  # 360 x 30.35
    assert bill.total == 12430  # + 1504


def test_time_of_use_bill() -> None:
    simulator = make()
    point = flat(simulator, ("ev-03", START, None))
    bill = simulator.truth.bill(point.spin, WINDOW)
    by_band = {
        line.supply_type[-5:]: (line.units, line.price)
        for line in bill.lines
        if line.kind == "energy"
    }
    assert by_band == {
        "3_DAY": (30, Decimal("12.60")),
        "NIGHT": (60, Decimal("14.60")),
        "NDARD": (270, Decimal("25.77")),
    }
    assert bill.energy == Decimal("8211.90")  # 378.00 + 876.00 + 6957.90


def test_minimum_charge() -> None:
    simulator = make()
    point = flat(simulator, ("green-06-low", START, None))
    bill = simulator.truth.bill(point.spin, WINDOW)
    # 15 x 0 + 105 x 20.08 + 180 x 22.70 + 60 x 26.61
    assert bill.energy == Decimal("7791.00")
    assert bill.standing == Decimal("372.00")


def test_plan_changed_in_the_middle_of_a_period() -> None:
    simulator = make()
    change = date(2026, 6, 28)
    point = flat(simulator, ("simple-03", START, change), ("green-03", change, None))
    bill = simulator.truth.bill(point.spin, WINDOW)
    # Ten days of Simple, 120 kWh; the ladder has got to 120 when Green begins.
    assert bill.energy == 120 * Decimal("30.35") + 180 * Decimal("24.10") + 60 * Decimal("27.44")
    assert bill.standing == 20 * Decimal("38.80")
    # 3 days of June, 17 of July
    assert bill.fuel == 36 * Decimal("2.83") + 204 * Decimal("3.18")
    costs = sum(simulator.truth.costs(point.spin, *WINDOW).values())
    exact = bill.energy + bill.standing + bill.fuel + 360 * Decimal("4.18")
    assert abs(costs - exact) < Decimal("0.0001")


def test_kwh_round_half_up_and_parts_add_up() -> None:
    assert [half_up(centi) for centi in (0, 49, 50, 149, 150, 250)] == [0, 0, 1, 1, 2, 3]
    simulator = make()
    # 0.17 x 1440 = 244.80 kWh: 245; June 106.08, July 138.72 -> 106 + 139
    point = flat(simulator, ("kk-03", START, None), centi=17)
    bill = simulator.truth.bill(point.spin, WINDOW)
    assert bill.kwh == 245
    parts = [line.units for line in bill.lines if line.kind == "fuel_cost_adjustment"]
    assert parts == [106, 139]
    for kind in ("energy", "fuel_cost_adjustment", "renewable_energy_levy"):
        assert sum(line.units for line in bill.lines if line.kind == kind) == 245


def test_generations_split_a_bill() -> None:
    simulator = make()
    spin = next(iter(simulator.world.supply_points))
    window = next(
        period
        for period in simulator.truth.periods(spin)
        if period[0] < midnight(date(2026, 4, 1)) < period[1]
    )
    lines = [line for line in simulator.truth.bill(spin, window).lines if line.kind == "energy"]
    changed = date(2026, 4, 1)
    before = {line.price for line in lines if line.end == changed}
    after = {line.price for line in lines if line.start == changed}
    assert before <= {Decimal("18.98"), Decimal("24.10")}
    assert after <= {Decimal("20.62"), Decimal("25.29"), Decimal("27.44")}
    assert before
    assert after


def test_price_components() -> None:
    simulator = make("green-tokyo", "ev-tokyo", "moved")
    homes = simulator.world.households
    spin = homes["green-tokyo"].supply_points[0].spin
    august = datetime(2026, 8, 15, 3, tzinfo=UTC)
    price = simulator.truth.price(spin, august, Decimal(120))
    assert (price.energy, price.fuel, price.levy) == (
        Decimal("25.29"),
        Decimal("4.32"),
        Decimal("4.18"),
    )
    assert price.total == Decimal("33.79")
    assert price.band == "CONSUMPTION_STEPPED_03_02"
    assert price.standing == Decimal("38.80")
    car = homes["ev-tokyo"].supply_points[0].spin
    for hour, band in (
        (0, "STANDARD"),
        (1, "NIGHT"),
        (4, "NIGHT"),
        (5, "STANDARD"),
        (11, "DAY"),
        (13, "STANDARD"),
    ):
        at = midnight(date(2026, 8, 15)) + timedelta(hours=hour, minutes=30)
        assert simulator.truth.price(car, at).band == f"CONSUMPTION_03_{band}"
    old = homes["moved"].supply_points[0].spin
    with pytest.raises(LookupError):
        simulator.truth.price(old, august)


def test_reading_month_and_levy_year() -> None:
    assert Period(date(2026, 8, 17), date(2026, 9, 17)).label == Month(2026, 9)
    monthly_rates = MonthlyRates(1)
    assert monthly_rates.levy(Month(2026, 4)) == Decimal("3.98")
    assert monthly_rates.levy(Month(2026, 5)) == Decimal("4.18")
    assert monthly_rates.levy(Month(2027, 4)) == Decimal("4.18")
    assert monthly_rates.levy(Month(2027, 5)) == MonthlyRates(1).levy(Month(2028, 4))
    assert monthly_rates.fuel("03", Month(2026, 8)) == Decimal("4.32")
    assert monthly_rates.fuel("03", Month(2026, 12)) == MonthlyRates(1).fuel("03", Month(2026, 12))
    assert monthly_rates.fuel("03", Month(2026, 12)) != MonthlyRates(2).fuel("03", Month(2026, 12))


def test_every_hour_of_every_schedule_has_one_slot() -> None:
    areas = [f"0{number}" for number in range(1, 10)]
    schemes = ("tgoe_ev_tou_jan_25_scheme", "tgoe_solar_tou_scheme", "tgoe_all_denka_tou_mar_25_scheme",
               "tgoe_power_tou_scheme", "tgoe_all_denka_tou_scheme")  # fmt: skip
    for scheme in schemes:
        for area in areas:
            for month in range(1, 13):
                assert all(slot_of_hour(scheme, area, month, hour) for hour in range(24))
    with pytest.raises(LookupError):
        slot_of_hour("tgoe_solar_tou_scheme", "10", 1, 0)


def test_hours_count_what_is_published() -> None:
    simulator = make()
    spin = next(iter(simulator.world.supply_points))
    truth = simulator.truth
    day = NOW - timedelta(days=4)
    halves = truth.half_hours(spin, day, day + timedelta(hours=1))
    assert truth.hours(spin, day, day + timedelta(hours=1)) == {day: sum(halves.values())}
    simulator.world.withhold(spin, day, day + timedelta(minutes=30), NOW + timedelta(days=1))
    assert truth.hours(spin, day, day + timedelta(hours=1)) == {
        day: halves[day + timedelta(minutes=30)]
    }
    simulator.world.publish_all(spin)
    simulator.world.publish_until(spin, day + timedelta(minutes=30))
    before = truth.hours(spin, day - timedelta(hours=2), NOW)
    assert max(before) == day - timedelta(hours=1)
    assert truth.data_delay(spin) == timedelta(days=4) - timedelta(minutes=30)
    simulator.world.publish_until(spin, FAR)
    assert truth.hours(spin, FAR, NOW) == {}
    assert truth.data_delay(spin) is None


def test_used_and_unpublished_truth() -> None:
    simulator = make()
    spin = next(iter(simulator.world.supply_points))
    start = simulator.truth.periods(spin)[-2][0]
    at = start + timedelta(days=2)
    assert simulator.truth.used(spin, at) == sum(
        simulator.truth.half_hours(spin, start, at).values()
    )
    later = NOW + timedelta(days=30)
    assert (
        len(simulator.truth.half_hours(spin, later, later + timedelta(days=1), published=False))
        == 48
    )
    assert simulator.truth.half_hours(spin, later, later + timedelta(days=1)) == {}
    assert simulator.truth.costs(spin, FAR, FAR + timedelta(days=1)) == {}


def test_exports_and_compensation() -> None:
    simulator = make("solar-tokyo")
    gpin = next(iter(simulator.world.generation_points))
    window = NOW - timedelta(days=40), NOW - timedelta(days=10)
    energy = simulator.truth.exports(gpin, *window)
    paid = simulator.truth.compensation(gpin, *window)
    assert sum(energy.values()) > 100
    assert paid == {at: kwh * Decimal("8.50") for at, kwh in energy.items()}
    assert all(kwh == 0 for at, kwh in energy.items() if at.hour == 15)  # midnight in Japan


@pytest.mark.parametrize("basis", ["calendar_day", "reading_month"])
def test_bills_stay_near_the_hourly_costs(basis: Any) -> None:
    simulator = make(*PLANS, month_basis=basis)
    for spin, point in simulator.world.supply_points.items():
        for period in simulator.truth.periods(spin)[-6:-2]:
            costs = sum(simulator.truth.costs(spin, *period).values())
            # Half a kWh of rounding at the dearest price, and the truncations.
            assert abs(costs - simulator.truth.bill(spin, period).total) < 45, (
                spin,
                point.start,
                period,
            )


def test_partial_helper_is_deterministic() -> None:
    plan = partial(make, "ev-tokyo")
    spin = next(iter(plan().world.supply_points))
    window = NOW - timedelta(days=30), NOW
    assert plan(seed=7).world.supply_points.keys() != plan().world.supply_points.keys()
    assert plan().truth.costs(spin, *window) == plan().truth.costs(spin, *window)
