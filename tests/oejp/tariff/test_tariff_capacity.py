"""The contracted capacity: as stated, else inferred, else unknown."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from custom_components.octopus_japan.oejp.kraken.contract_terms import SupplyDetails
from custom_components.octopus_japan.oejp.tariff import Capacity, contracted_capacity
from custom_components.octopus_japan.oejp.tariff.capacity import billed_capacity

NOW = datetime(2026, 11, 20, tzinfo=UTC)
SOLD = (10, 15, 20, 30, 40, 50, 60)


def test_the_capacity_in_force_is_the_one_stated_last() -> None:
    details = [
        SupplyDetails(amperage=30, valid_from=NOW - timedelta(days=300)),
        SupplyDetails(amperage=60, valid_from=NOW + timedelta(days=1)),
        SupplyDetails(amperage=40, valid_from=NOW),
        SupplyDetails(amperage=20),
    ]
    assert contracted_capacity(details, NOW) == Capacity(amperes=Decimal(40))
    assert contracted_capacity(details, NOW - timedelta(days=1)) == Capacity(amperes=Decimal(30))
    stated = contracted_capacity(
        [SupplyDetails(kva=8), SupplyDetails()], NOW, options=(), sold=[40]
    )
    assert stated == Capacity(kva=Decimal(8))


@pytest.mark.parametrize("amperage", [0, -40, 10**9])
def test_a_capacity_that_no_house_has_is_not_believed(amperage: int) -> None:
    assert contracted_capacity([SupplyDetails(amperage=amperage)], NOW) == Capacity()


@pytest.mark.parametrize(
    ("options", "amperes"),
    [
        ({10, 15, 20, 30, 50, 60}, 40),
        ({10, 15, 20, 30, 60}, None),  # 40 or 50
        (set(SOLD), None),
        (set(), None),
        (None, None),
    ],
)
def test_the_amperes_are_those_that_are_sold_and_cannot_be_chosen(
    options: set[int] | None, amperes: int | None
) -> None:
    found = contracted_capacity([], NOW, options=options, sold=SOLD)
    assert found.amperes == amperes


def test_options_that_were_not_told_infer_nothing() -> None:
    assert contracted_capacity([], NOW, options=None, sold=[40]) == Capacity()


def test_the_tier_is_that_of_the_capacity_or_the_one_that_readings_name() -> None:
    low = ["CONSUMPTION_STEPPED_LOW_06_01", None, "CONSUMPTION_STEPPED_LOW_06_02"]
    assert contracted_capacity([], NOW, bands=low).tier == "LOW"
    assert contracted_capacity([], NOW, bands=[*low, "CONSUMPTION_06_HIGH_NIGHT"]).tier is None
    assert contracted_capacity([], NOW, bands=["CONSUMPTION_03"]).tier is None
    assert contracted_capacity([SupplyDetails(kva=6)], NOW, bands=low).tier == "HIGH"
    assert contracted_capacity([SupplyDetails(kva=5)], NOW).tier == "LOW"
    assert contracted_capacity([SupplyDetails(amperage=40)], NOW, bands=low).tier == "LOW"


@pytest.mark.parametrize(
    ("unit", "value", "expected"),
    [
        ("A", "40", Capacity(amperes=Decimal(40))),
        ("KVA", "10", Capacity(kva=Decimal(10))),
        ("kW", "7.5", Capacity(kw=Decimal("7.5"))),
        ("A", "-1", Capacity()),
        ("BOX", "1", Capacity()),
        (None, None, Capacity()),
    ],
)
def test_a_bill_names_a_capacity(unit: str | None, value: str | None, expected: Capacity) -> None:
    assert billed_capacity(unit, None if value is None else Decimal(value)) == expected


def test_what_a_bill_names_comes_after_what_is_stated_and_before_what_is_inferred() -> None:
    billed = Capacity(kva=Decimal(10))
    at = datetime(2026, 11, 1, tzinfo=UTC)
    found = contracted_capacity((), at, options={30}, sold={30, 40}, billed=billed)
    assert found == billed
    stated = SupplyDetails(amperage=30)
    assert contracted_capacity([stated], at, billed=billed).amperes == 30
