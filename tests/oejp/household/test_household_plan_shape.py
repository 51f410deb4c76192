"""What a plan has, so that nothing is shown that means nothing on it."""

from dataclasses import replace
from datetime import datetime

from cards import single, stepped, time_of_use
import pytest

from custom_components.octopus_japan.oejp.household.plan_shape import Feature, plan_features
from custom_components.octopus_japan.oejp.tariff import (
    Per,
    RateCard,
    Schedule,
    Tariff,
)

NOW = datetime.fromisoformat("2026-11-20T12:00:00+09:00")
BANDS = [("NIGHT", "10"), ("DAY", "30")]
NIGHTS = Schedule("", "03", (("NIGHT",) * 12 + ("DAY",) * 36,) * 12)
SUMMER = Schedule("", "03", tuple((("DAY" if 5 < m < 9 else "NIGHT"),) * 48 for m in range(12)))
CHARGED = {Feature.FUEL_COST_ADJUSTMENT, Feature.STANDING_CHARGE}


@pytest.mark.parametrize(
    ("card", "has"),
    [
        (single("30", "25"), CHARGED),
        (single("30", "25", per=Per.MONTH), {Feature.FUEL_COST_ADJUSTMENT}),
        (single("0", "25"), {Feature.FUEL_COST_ADJUSTMENT}),
        (replace(single("30", "25"), standing_charge=None), CHARGED),
        (replace(single("30", "25"), fuel_cost_adjusted=False), {Feature.STANDING_CHARGE}),
        (
            stepped("30", (120, "20"), (None, "25")),
            CHARGED | {Feature.STEPS, Feature.BANDS},
        ),
        (stepped("30", (None, "25")), CHARGED),
        (time_of_use("30", BANDS, NIGHTS), CHARGED | {Feature.HOURS, Feature.BANDS}),
        # Seasons without hours: each day has one price.
        (time_of_use("30", BANDS, SUMMER), CHARGED | {Feature.BANDS}),
        # Hours that the months of readings do not show yet are known from the published table.
        (
            time_of_use("30", BANDS, replace(SUMMER, otherwise=NIGHTS)),
            CHARGED | {Feature.HOURS, Feature.BANDS},
        ),
        (time_of_use("30", BANDS), CHARGED | {Feature.BANDS}),
    ],
)
def test_a_plan_has_what_its_rates_say(card: RateCard, has: set[Feature]) -> None:
    assert plan_features(Tariff((card,)), NOW) == has


def test_nothing_is_known_of_a_plan_that_is_not_understood() -> None:
    assert plan_features(Tariff(()), NOW) is None
