"""Gas: the table, parts of months, tax inside and on top. Expected yen by hand, or as companies publish them."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from hypothesis import given, strategies as st
import pytest

from custom_components.octopus_japan.oejp.japan_time import JST, midnight
from custom_components.octopus_japan.oejp.kraken.models import Agreement, GasTieredProduct, Rate
from custom_components.octopus_japan.oejp.tariff import (
    BillingPeriod,
    Component,
    GasTariff,
    Per,
    StandingCharge,
    Unpriced,
    gas_bill,
    gas_bill_for,
)
from custom_components.octopus_japan.oejp.tariff.from_kraken import gas_tariff
from custom_components.octopus_japan.oejp.tariff.gas import GasCard, GasTier, is_part


def tier(start: int, end: int | None, standing: str, price: str) -> GasTier:
    return GasTier(
        Decimal(start),
        None if end is None else Decimal(end),
        Decimal(price),
        StandingCharge(Decimal(standing), Per.MONTH),
    )


# Tokyo Gas, general tariff (home.tokyo-gas.co.jp/gas/ryokin/keisan.html).
GENERAL = GasCard(
    (
        tier(0, 20, "759.00", "145.31"),
        tier(20, 80, "1056.00", "130.46"),
        tier(80, None, "1232.00", "128.26"),
    )
)
# Noboribetsu Gas, a housing estate: a table without tax (www2.bbweb-arena.com/ngk/kyu/ryoukin/higasimachi).
ESTATE = GasCard(
    (
        tier(0, 8, "1170.00", "577.86"),
        tier(8, 30, "1930.00", "482.86"),
        tier(30, None, "4780.00", "387.86"),
    ),
    without_tax=True,
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JST)


def period(start: str, end: str) -> BillingPeriod:
    return BillingPeriod(at(start), at(end))


def test_the_published_example_of_a_table_with_tax() -> None:
    """30 m³: 1,056.00 + 130.46 x 30 = 4,969.80, so 4,969 yen."""
    found = gas_bill(GENERAL, 30, days=30)
    assert (found.total, found.tax) == (4969, 451)
    assert found.tier == GENERAL.tiers[1]


def test_the_published_example_of_a_table_without_tax() -> None:
    """10 m³: 1,930.00 + 4,828.60, cut to 6,758; tax 675.8, cut to 675; 7,433 yen."""
    found = gas_bill(ESTATE, 10, days=30)
    assert (found.exact, found.total, found.tax) == (Decimal("6758.60"), 7433, 675)


def test_a_subsidy_on_a_table_without_tax_loses_its_own() -> None:
    """11 yen a m³ with tax are 10 without: 6,758.60 - 100 = 6,658; tax 665; 7,323 yen."""
    found = gas_bill(ESTATE, 10, days=30, subsidy=11)
    assert found.components[Component.SUBSIDY] == -100
    assert found.total == 7323


@pytest.mark.parametrize(
    ("days", "at_an_end", "part"),
    [
        (24, False, True), (25, False, False), (35, False, False), (36, False, True),
        (29, True, True), (30, True, False), (35, True, False), (36, True, True),
    ],
)  # fmt: skip
def test_what_is_a_part_of_a_month(days: int, at_an_end: bool, part: bool) -> None:
    assert is_part(days, at_an_end=at_an_end) is part


def test_a_part_of_a_month_chooses_the_row_by_thirty_days_and_has_its_share_of_the_standing_charge() -> (
    None
):
    """17 m³ in 24 days are 21.25 in 30: the second row. 1,056 x 24 / 30 = 844.80; + 17 x 130.46 = 3,062.62."""
    found = gas_bill(GENERAL, 17, days=24)
    assert [line.amount for line in found.lines] == [Decimal("844.80"), Decimal("2217.82")]
    assert found.total == 3062
    # A whole month of it: 759 + 17 x 145.31 = 3,229.27.
    assert gas_bill(GENERAL, 17, days=25).total == 3229
    # 759 x 7 / 30 = 177.10; 40 days of 21 m³ are 15.75 in 30: the first row, 759 x 40 / 30 = 1,012.
    assert gas_bill(GENERAL, 0, days=7).exact == Decimal("177.10")
    assert gas_bill(GENERAL, 21, days=40).exact == Decimal(1012) + 21 * Decimal("145.31")
    # 1,056 x 23 / 30 = 809.60; 759 x 11 / 30 = 278.30; 1,232 x 13 / 30 = 533.8666, cut to the sen.
    assert gas_bill(GENERAL, 100, days=13).exact == Decimal("533.86") + 100 * Decimal("128.26")


def test_a_standing_charge_by_the_day_is_no_share_of_a_month() -> None:
    daily = GasCard(
        (replace(GENERAL.tiers[0], end=None, standing_charge=StandingCharge(Decimal(30))),)
    )
    assert gas_bill(daily, 10, days=7).exact == 210 + Decimal("1453.10")


@given(st.integers(0, 3000), st.integers(1, 99), st.booleans(), st.booleans())
def test_a_bill_by_an_arithmetic_of_its_own(m3: int, days: int, at_an_end: bool, net: bool) -> None:
    table = [(20, 759_00, 145_31), (80, 1056_00, 130_46), (None, 1232_00, 128_26)]
    whole = (30 if at_an_end else 25) <= days <= 35
    # In hundredths of a yen, with integers only.
    asked = (m3, 1) if whole else (m3 * 30, days)
    standing, price = next(
        (fixed, each) for end, fixed, each in table if end is None or asked[0] <= end * asked[1]
    )
    sen = (standing if whole else standing * days // 30) + m3 * price
    yen = sen // 100
    card = replace(GENERAL, without_tax=net)
    found = gas_bill(card, m3, days=days, at_an_end=at_an_end)
    assert found.total == (yen + yen // 10 if net else yen)
    assert found.tax == (yen // 10 if net else yen * 10 // 110)


def test_supply_that_begins_or_ends_within_29_days_of_a_reading_is_a_part_of_a_month() -> None:
    start, end = at("2026-03-05"), at("2026-06-03")
    supplied = GasTariff((replace(GENERAL, start=start, end=end),))
    whole, part = 759 + 10 * Decimal("145.31"), 10 * Decimal("145.31")
    for first, last, expected in (
        ("2026-03-05", "2026-04-03", part + Decimal("733.70")),  # 29 days from its start
        ("2026-04-03", "2026-05-02", whole),  # 29 days in its middle
        ("2026-05-05", "2026-06-03", part + Decimal("733.70")),  # 29 days to its end
        ("2026-05-04", "2026-06-03", whole),
    ):
        assert gas_bill_for(supplied, period(first, last), 10).exact == expected
    # The days that the reading tells count, not those of its times.
    found = gas_bill_for(supplied, period("2026-04-03", "2026-05-02"), 10, days=24)
    assert found.exact == part + Decimal("607.20")
    # Another plan the day after is no end of supply.
    changed = GasTariff(
        (replace(GENERAL, start=start, end=end), replace(GENERAL, start=end, product_code="NEW"))
    )
    assert gas_bill_for(changed, period("2026-05-05", "2026-06-03"), 10).exact == whole


def rates(*rows: tuple[int, int | None, str, str], unit: str) -> tuple[Rate, ...]:
    return tuple(
        Rate(Decimal(gross), Decimal(net), tier_start=low, tier_end=high, unit_type=unit)
        for low, high, net, gross in rows
    )


def built(*charges: tuple[int, int | None, str, str], standing: tuple[str, str]) -> GasCard:
    product = GasTieredProduct(
        "JPN_SYNTH_GAS_01",
        standing_charges=rates((0, None, *standing), unit="MONTHS_ON_SUPPLY"),
        consumption_charges=rates(*charges, unit="CUBIC_METRES_CONSUMPTION"),
    )
    agreement = Agreement(1, midnight(date(2026, 1, 1)), None, False, product)
    return gas_tariff([agreement]).card_at(at("2026-06-01"))


def test_a_table_whose_prices_with_tax_are_those_without_has_tax_on_top() -> None:
    card = built(
        (0, 20, "130.00", "143.00"), (20, None, "118.00", "129.80"), standing=("690.00", "759.00")
    )
    assert (card.without_tax, card.estimated) == (False, False)
    card = built(
        (0, 20, "130.00", "130.00"), (20, None, "118.00", "118.00"), standing=("690.00", "690.00")
    )
    assert (card.without_tax, card.estimated) == (True, True)
    # 690 + 10 x 130 = 1,990; tax 199.
    assert gas_bill(card, 10, days=30).total == 2189
    # One price that has its tax says that the others are of another kind.
    card = built((0, None, "130.00", "130.00"), standing=("690.00", "759.00"))
    assert not card.without_tax


@pytest.mark.parametrize(
    ("product", "why"),
    [
        (GasTieredProduct("G"), "no_rates"),
        (
            GasTieredProduct(
                "G",
                consumption_charges=rates(
                    (0, None, "130.00", "143.00"), unit="CUBIC_METRES_CONSUMPTION"
                ),
            ),
            "no_standing_charge",
        ),
        (
            GasTieredProduct(
                "G",
                standing_charges=rates((0, None, "690.00", "759.00"), unit="FORTNIGHTS"),
                consumption_charges=rates(
                    (0, None, "130.00", "143.00"), unit="CUBIC_METRES_CONSUMPTION"
                ),
            ),
            "no_standing_charge",
        ),
        (
            GasTieredProduct(
                "G",
                standing_charges=rates((0, None, "690.00", "759.00"), unit="MONTHS_ON_SUPPLY"),
                consumption_charges=rates(
                    (0, 20, "130.00", "143.00"),
                    (30, None, "118.00", "129.80"),
                    unit="CUBIC_METRES_CONSUMPTION",
                ),
            ),
            "unknown_product",
        ),
    ],
    ids=["no prices", "no standing charge", "by an unknown unit", "a gap between the rows"],
)
def test_a_table_that_is_not_whole_has_no_price(product: GasTieredProduct, why: str) -> None:
    agreement = Agreement(1, midnight(date(2026, 1, 1)), None, False, product)
    with pytest.raises(Unpriced, match=why):
        gas_tariff([agreement]).card_at(at("2026-06-01"))
