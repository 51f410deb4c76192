"""Where a postcode is, and the grids of its prefecture."""

from collections import Counter

from kraken_service import Service
import pytest

from custom_components.octopus_japan.oejp.kraken import KrakenClient, KrakenNotFoundError
from custom_components.octopus_japan.oejp.kraken.areas import _BY_AREA, PostalArea


def areas(prefecture: str) -> tuple[str, ...]:
    return PostalArea(prefecture, "").grid_areas


@pytest.mark.parametrize(
    ("prefecture", "codes"),
    [
        ("北海道", ("01",)),
        ("新潟県", ("02",)),
        ("山梨県", ("03",)),
        # East and west of the Fuji river: 50 and 60 Hz.
        ("静岡県", ("03", "04")),
        ("福井県", ("05", "06")),
        ("兵庫県", ("06", "07")),
        ("沖縄県", ("10",)),
        ("Atlantis", ()),
    ],
)
def test_a_prefecture_has_one_grid_or_two_or_three(prefecture: str, codes: tuple[str, ...]) -> None:
    assert areas(prefecture) == codes


def test_every_prefecture_has_a_grid() -> None:
    served = Counter(" ".join(_BY_AREA.values()).split())
    assert len(served) == 47
    # docs/api.md#areas
    assert sum(grids > 1 for grids in served.values()) == 8
    assert {name[-1] for name in served} == {"都", "道", "府", "県"}


async def test_a_postcode_of_nowhere_is_not_found(client: KrakenClient, service: Service) -> None:
    service.answer("PostalAreas", {"data": {"postalAreas": []}})
    with pytest.raises(KrakenNotFoundError):
        await client.areas.of_postcode("000-0000")
