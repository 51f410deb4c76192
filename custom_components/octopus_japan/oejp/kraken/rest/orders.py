"""What creates something at the supplier: a quote, an account. Each body is checked before it is sent, and sent once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ..errors import KrakenServiceError
from ..parsing import Reader, as_dict, as_text
from ..quotes import Quote
from ..subject import instant_text
from .access import Access

LARGEST_CONSUMPTION = 500_000
"""kWh a year, by the description."""

_ACCOUNT_TYPES = {"BUSINESS", "DOMESTIC"}
_SOURCES = {"CALL_CENTRE_INBOUND", "CALL_CENTRE_OUTBOUND", "INTERNET", "FACE_TO_FACE"}
_REQUIRED = (
    "reference",
    "account_type",
    "source",
    "billing_address",
    "is_change_of_tenancy",
    "users",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRequest:
    """What a quote is asked for: a home by postcode or area, and how much it uses a year, in kWh.

    Raises ValueError for what the service could not answer.
    """

    postcode: str | None = None
    gsp: str | None = None
    consumption: int
    product_codes: Sequence[str] = ()
    brand_code: str | None = None
    business: bool = False

    def __post_init__(self) -> None:
        """Refuse what makes no sense, before it is sent."""
        if not self.postcode and not self.gsp:
            raise ValueError("a quote needs a postcode or an area")
        if not 0 < self.consumption <= LARGEST_CONSUMPTION:
            raise ValueError("a quote needs the kWh of a year, 500,000 at most")

    @property
    def body(self) -> dict[str, Any]:
        """The body of the request."""
        home = {
            "postcode": self.postcode,
            "gsp": self.gsp,
            "consumption_standard": self.consumption,
        }
        body = {
            "electricity_meter_points": [{k: v for k, v in home.items() if v is not None}],
            "product_codes": [*self.product_codes] or None,
            "brand_code": self.brand_code,
            "business_products_only": self.business or None,
        }
        return {name: value for name, value in body.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Orders:
    """The requests that create something. None of them is sent again by itself."""

    _access: Access
    _reader: Reader

    async def create_quote(self, request: QuoteRequest) -> Quote:
        """Create a quote. Raises KrakenQueryError with what the service says of the body."""
        told = await self._access.post("/v1/quotes/", "quote", request.body)
        if (found := self._reader.item(Quote, told)) is None:
            raise KrakenServiceError("the quote makes no sense")
        return found

    async def create_account(self, body: Mapping[str, Any]) -> str:
        """Create an account; return its number. For partners of the supplier only, by the description.

        Raises ValueError for a body that lacks what is required, KrakenQueryError with what the service says of it.
        """
        check_account(body)
        told = as_dict(await self._access.post("/v1/accounts/", "account", _written(body)))
        if not (number := as_text(told.get("number"))):
            raise KrakenServiceError("the account came without its number")
        return number


def check_account(body: Mapping[str, Any]) -> None:
    """Refuse a body that the service would not take. Raises ValueError, which names the field."""
    for name in _REQUIRED:
        if body.get(name) in (None, "", [], {}):
            raise ValueError(f"{name} is missing")
    if body["account_type"] not in _ACCOUNT_TYPES:
        raise ValueError("account_type is BUSINESS or DOMESTIC")
    if body["source"] not in _SOURCES:
        raise ValueError(f"source is one of {', '.join(sorted(_SOURCES))}")
    if not isinstance(body["is_change_of_tenancy"], bool):
        raise ValueError("is_change_of_tenancy is true or false")  # noqa: TRY004
    for name in ("address_line_1", "postcode"):
        if not as_dict(body["billing_address"]).get(name):
            raise ValueError(f"billing_address.{name} is missing")
    points = [*body.get("electricity_meter_points", ()), *body.get("gas_meter_points", ())]
    if not points:
        raise ValueError("electricity_meter_points or gas_meter_points: at least one")


def _written(value: Any) -> Any:
    """Write times with their offset; those without are refused."""
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _written(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_written(item) for item in value]
    return value
