"""REST beside GraphQL, as far as docs/api.md#rest tells it: products, charges, meter points, half hours, areas, quotes, accounts.

`simulator.rest` has its switches: `ways` that sign in, `open` to anybody for what is public, `refused` endpoints by their first word,
`nested` results in lists of lists, `texts` for numbers as text, and `created`, what was created.
"""

import asyncio
from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from aiohttp import web

from .accounts import Household
from .dates import jst_date, midnight, slot_start
from .errors import KrakenError
from .faults import Request as Asked
from .points import serial_number
from .products import Product, product, product_keys
from .server import dropped, struck, truncated
from .simulation import Simulation

PREFIX = "/v1/"
LARGEST_PAGE = 25_000
_PUBLIC = {"products", "industry"}
_AREAS = {f"{number:02}": f"_{number:02}" for number in range(1, 10)}
_FIRST_DIGIT = {"0": "01", "1": "03", "2": "03", "3": "03", "4": "04", "5": "06", "6": "06", "7": "07", "8": "09", "9": "02"}  # fmt: skip
"""The area of a postcode by its first digit: invented, near enough."""


class _Failure(Exception):  # noqa: N818 - an answer
    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(status)
        self.status, self.body = status, body


_SAMPLES = (
    "electricity_single_rate",
    "electricity_dual_rate",
    "dual_fuel_single_rate",
    "dual_fuel_dual_rate",
)


@dataclass
class Rest:
    """Answers REST requests for a simulation. `asked` lists (method, path, way)."""

    simulation: Simulation
    ways: set[str] = field(default_factory=lambda: {"Basic", "Token", "JWT"})
    open: bool = True
    refused: set[str] = field(default_factory=set)
    nested: bool = False
    texts: bool = True
    fails_with: int | None = None
    created: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request, with the misbehaviour that a fault of the operation `REST products` and the like has."""
        parts = request.path.removeprefix(PREFIX).strip("/").split("/")
        fault = self.simulation.faults.transport(Asked(f"REST {parts[0]}", ()))
        if fault is not None and fault.kind == "timeout":
            await asyncio.sleep(fault.seconds)
            return dropped(request)
        if fault is not None and (spoiled := await struck(fault)) is not None:
            return spoiled
        status, answer = await self._answered(request, parts)
        if fault is not None and fault.kind == "truncated":
            return await truncated(request, answer)
        return web.json_response(answer, status=status)

    async def _answered(self, request: web.Request, parts: Sequence[str]) -> tuple[int, Any]:
        way = (request.headers.get("Authorization") or "").partition(" ")[0] or None
        self.asked.append((request.method, request.path, way))
        try:
            household = self._household(request, parts[0])
            body = await request.json() if request.method == "POST" else None
            status, answer = self._answer(request, parts, household, body)
            if self.fails_with is not None:  # What was asked for is done all the same.
                status, answer = self.fails_with, {"detail": "Server error."}
        except _Failure as failure:
            status, answer = failure.status, failure.body
        return status, answer

    def _household(self, request: web.Request, endpoint: str) -> Household | None:
        if endpoint in self.refused:
            raise _Failure(403, {"detail": "You do not have permission to perform this action."})
        header = request.headers.get("Authorization")
        way, _, secret = (header or "").partition(" ")
        if header is None and endpoint in _PUBLIC and self.open:
            return None
        if way in self.ways:
            if way == "JWT":
                try:
                    return self.simulation.tokens.household(header)
                except KrakenError:
                    secret = ""
            for home in self.simulation.world.households.values():
                if home.api_key in {secret, _user_of(secret)}:
                    return home
        raise _Failure(401, {"detail": "Invalid authentication credentials."})

    def _answer(
        self, request: web.Request, parts: Sequence[str], household: Household | None, body: Any
    ) -> tuple[int, Any]:
        if self.fails_with == 429:
            raise _Failure(429, {"detail": "Request was throttled."})
        match request.method, *parts:
            case "GET", "products":
                today = jst_date(self.simulation.clock.now())
                return 200, self._page(request, [_product(each) for each in _on_sale(today)], 100)
            case "GET", "products", code:
                return 200, self._detail(code)
            case "GET", "products", code, ("electricity-tariffs" | "gas-tariffs"), tariff, kind:
                return 200, self._page(request, list(self._charges(code, tariff, kind)), 1500)
            case "GET", "electricity-meter-points", number:
                point = self._point(household, number)
                return 200, {"mpan": number, "gsp": _AREAS.get(point.area), "profile_class": 1}
            case "GET", "electricity-meter-points", number, "meters", serial, "consumption":
                rows = list(self._consumption(request, household, number, serial))
                return 200, self._page(request, rows, LARGEST_PAGE)
            case "GET", "gas-meter-points", _, "meters", _, "consumption":
                return 200, self._page(request, [], LARGEST_PAGE)
            case "GET", "industry", "grid-supply-points":
                return 200, self._page(request, _groups(request.query.get("postcode")), 100)
            case "POST", "quotes":
                return 201, self._quote(body)
            case "POST", "accounts":
                return 201, self._account(body)
        raise _Failure(404, {"detail": "Not found."})

    def _page(self, request: web.Request, items: list[Any], largest: int) -> dict[str, Any]:
        size = min(int(request.query.get("page_size", 100)), largest)
        page = int(request.query.get("page", 1))
        shown = items[(page - 1) * size : page * size]
        following = None
        if page * size < len(items):
            following = str(request.url.update_query(page=str(page + 1)))
        return {
            "count": len(items),
            "next": following,
            "previous": None,
            "results": [shown] if self.nested else shown,
        }

    def _point(self, household: Household | None, number: str) -> Any:
        points = household.supply_points if household else ()
        if (found := next((each for each in points if each.spin == number), None)) is None:
            raise _Failure(404, {"detail": "Not found."})
        return found

    def _consumption(
        self, request: web.Request, household: Household | None, number: str, serial: str
    ) -> Iterator[dict[str, Any]]:
        point = self._point(household, number)
        if serial != serial_number(number):
            return
        start = _time(request.query.get("period_from")) or midnight(point.start)
        end = _time(request.query.get("period_to")) or self.simulation.clock.now()
        told = self.simulation.truth.half_hours(number, start, end)
        ordered = sorted(told, reverse=request.query.get("order_by") != "period")
        for at in ordered:
            slot = int(at.timestamp()) // 1800
            value = told[at]
            yield {
                "consumption": str(value) if self.texts else float(value),
                "interval_start": slot_start(slot).isoformat(),
                "interval_end": slot_start(slot + 1).isoformat(),
            }

    def _detail(self, code: str) -> dict[str, Any]:
        today = jst_date(self.simulation.clock.now())
        found = [each for each in _on_sale(today) if each.code == code]
        if not found:
            raise _Failure(404, {"detail": "Not found."})
        tariffs = {
            _AREAS[each.area]: {
                "direct_debit_monthly": self._tariff(
                    f"E-1R-{each.code}", each.standing, each.on(today)[0].price
                )
            }
            for each in found
            if each.on(today)
        }
        whole = _product(found[0])
        del whole["direction"]  # Only the list tells it.
        return whole | {
            "single_register_electricity_tariffs": tariffs,
            "dual_register_electricity_tariffs": {},
            "four_rate_ev_electricity_tariffs": {},
            "single_register_gas_tariffs": {},
            "sample_consumption": {key: {} for key in _SAMPLES},
            "sample_quotes": {key: {} for key in _SAMPLES},
            "tariffs_active_at": self.simulation.clock.now().isoformat(),
        }

    def _tariff(self, code: str, standing: Decimal, price: Decimal) -> dict[str, Any]:
        net = Decimal("1.1")
        return {
            "code": code,
            "standing_charge_exc_vat": self._number(standing / net),
            "standing_charge_inc_vat": self._number(standing),
            "standard_unit_rate_exc_vat": self._number(price / net),
            "standard_unit_rate_inc_vat": self._number(price),
            "online_discount_exc_vat": 0,
            "online_discount_inc_vat": self._number(Decimal(0)),
            "dual_fuel_discount_exc_vat": 0,
            "dual_fuel_discount_inc_vat": self._number(Decimal(0)),
            "exit_fees_exc_vat": 0,
            "exit_fees_inc_vat": 0,
            "exit_fees_type": "NONE",
            "links": [],
        }

    def _charges(self, code: str, tariff: str, kind: str) -> Iterator[dict[str, Any]]:
        today = jst_date(self.simulation.clock.now())
        for each in _on_sale(today):
            if each.code != code or tariff != f"E-1R-{code}":
                continue
            prices = (
                [each.standing] if kind == "standing-charges" else [c.price for c in each.on(today)]
            )
            for price in prices[:1]:
                yield {
                    "value_inc_vat": self._number(price),
                    "value_exc_vat": self._number(price / Decimal("1.1")),
                    "valid_from": "2025-04-01T00:00:00+09:00",
                    "valid_to": None,
                    "payment_method": None,
                }

    def _quote(self, body: Any) -> dict[str, Any]:
        points = (body or {}).get("electricity_meter_points") or []
        if not points:
            raise _Failure(400, {"electricity_meter_points": ["This field is required."]})
        today = jst_date(self.simulation.clock.now())
        known = {each.code: each for each in _on_sale(today)}
        wanted = body.get("product_codes") or [*known][:1]
        if unknown := [code for code in wanted if code not in known]:
            text = f"The following product codes are invalid: {', '.join(unknown)}."
            raise _Failure(400, {"product_codes": [text]})
        self.created.append(body)
        kwh = Decimal(points[0]["consumption_standard"])
        products = [
            {
                "code": code,
                "display_name": known[code].name,
                "annual_amount": int(kwh * known[code].on(today)[0].price),
                "monthly_amount": int(kwh * known[code].on(today)[0].price / 12),
            }
            for code in wanted
        ]
        return {"code": f"{len(self.created):032x}", "gsp": "_03", "products": products}

    def _account(self, body: Any) -> dict[str, Any]:
        if not isinstance(body, dict) or not body.get("reference"):
            raise _Failure(400, {"detail": "References already exist"})
        self.created.append(body)
        return {"number": f"A-{len(self.created):08d}"}

    def _number(self, value: Decimal) -> Any:
        return str(value) if self.texts else float(value)


def _on_sale(today: Any) -> list[Product]:
    found: Callable[[str], Product] = product
    return [
        found(key) for key in product_keys() if found(key).area in _AREAS and found(key).on(today)
    ]


def _product(each: Product) -> dict[str, Any]:
    return {
        "code": each.code,
        "direction": "IMPORT",
        "full_name": each.name,
        "display_name": each.name,
        "description": "",
        "available_from": "2025-04-01T00:00:00+09:00",
        "available_to": None,
        "is_business": False,
        "is_green": False,
        "is_restricted": False,
        "brand": "OCTOPUS_ENERGY_JAPAN",
        "links": [],
    }


def _groups(postcode: str | None) -> list[dict[str, str]]:
    if postcode is None:
        return [{"group_id": group} for group in _AREAS.values()]
    area = _FIRST_DIGIT.get(postcode[:1])
    return [] if area is None else [{"group_id": _AREAS[area]}]


def _time(text: str | None) -> datetime | None:
    """Read a time; one without a zone is taken in UTC: which the service takes is not known."""
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _user_of(secret: str) -> str:
    try:
        return b64decode(secret, validate=True).decode().partition(":")[0]
    except BadBase64, ValueError:
        return ""
