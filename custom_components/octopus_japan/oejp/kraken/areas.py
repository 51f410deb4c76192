"""Where a postcode is, and which grid areas serve its prefecture (docs/api.md#areas)."""

from dataclasses import dataclass
from typing import Final

from .errors import KrakenNotFoundError
from .model import KrakenModel
from .subject import Subject

_BY_AREA: Final = {
    "01": "北海道",
    "02": "青森県 岩手県 宮城県 秋田県 山形県 福島県 新潟県",
    "03": "茨城県 栃木県 群馬県 埼玉県 千葉県 東京都 神奈川県 山梨県 静岡県",
    "04": "長野県 岐阜県 静岡県 愛知県 三重県 和歌山県",
    "05": "富山県 石川県 福井県 岐阜県",
    "06": "滋賀県 京都府 大阪府 兵庫県 奈良県 和歌山県 福井県 岐阜県 三重県",
    "07": "鳥取県 島根県 岡山県 広島県 山口県 兵庫県 香川県 愛媛県",
    "08": "徳島県 香川県 愛媛県 高知県",
    "09": "福岡県 佐賀県 長崎県 熊本県 大分県 宮崎県 鹿児島県",
    "10": "沖縄県",
}
"""The prefectures that a grid operator serves, by its code. A border of grids runs through eight of them."""


@dataclass(frozen=True, slots=True)
class PostalArea(KrakenModel):
    """The prefecture and the city of a postcode, in Japanese."""

    prefecture: str
    city: str

    @property
    def grid_areas(self) -> tuple[str, ...]:
        """The codes of the grid operators that serve the prefecture, ascending: more than one where a border runs through it."""
        return tuple(
            area for area, prefectures in _BY_AREA.items() if self.prefecture in prefectures.split()
        )


class Areas(Subject):
    """The question of where a postcode is."""

    async def of_postcode(self, postcode: str) -> tuple[PostalArea, ...]:
        """Return the cities of a postcode; more than one share some. Raises KrakenNotFoundError for a postcode that is none, or of nowhere."""
        result = await self._requester.ask("postal_areas", {"postcode": postcode})
        found = self._reader.items(PostalArea, result.data.get("postalAreas"))
        if not found:
            raise result.missing(KrakenNotFoundError("nothing is told of the postcode"))
        return found
