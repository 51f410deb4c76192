"""The REST client: over real HTTP, against a service that answers what a test tells it."""

from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from kraken_service import CREDENTIAL, Clock, Service
import pytest

from custom_components.octopus_japan.oejp.kraken import (
    ApiKey,
    KrakenClient,
    KrakenConnectionError,
    KrakenError,
    KrakenNotFoundError,
    KrakenQueryError,
    KrakenRefusedError,
    KrakenServiceError,
    KrakenThrottledError,
)
from custom_components.octopus_japan.oejp.kraken.parsing import Reader
from custom_components.octopus_japan.oejp.kraken.rest import (
    Access,
    ChargeKind,
    Fuel,
    GroupBy,
    QuoteRequest,
    RestClient,
    Way,
    access as rest_access,
    check_account,
)

KEY = "sk_live_himitsu"
BASIC = f"Basic {b64encode(f'{KEY}:'.encode()).decode()}"
START = datetime(2026, 11, 1, tzinfo=UTC)
HALF = timedelta(minutes=30)


@dataclass
class Rest(Service):
    """The service with REST beside GraphQL. `accepts` are the headers that sign in; None for all."""

    accepts: Callable[[str | None], bool] = lambda _: True
    got: list[web.Request] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)

    def reply(self, *answers: Any) -> None:
        """Answer with these in turn; the last one stays."""
        self.answers = list(answers)

    async def rest(self, request: web.Request) -> web.StreamResponse:
        self.got.append(request)
        self.bodies.append(await request.json() if request.can_read_body else None)
        if not self.accepts(request.headers.get("Authorization")):
            return web.json_response({"detail": "Secret."}, status=401)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer if isinstance(answer, web.StreamResponse) else web.json_response(answer)

    @property
    def headers(self) -> list[str | None]:
        return [request.headers.get("Authorization") for request in self.got]


@pytest.fixture
async def service(clock: Clock, socket_enabled: None) -> AsyncIterator[Rest]:
    service = Rest(clock)
    app = web.Application()
    app.router.add_post("/v1/graphql/", service.handle)
    app.router.add_route("*", "/{path:.*}", service.rest)
    async with TestServer(app, host="127.0.0.1") as server:
        service.url = str(server.make_url("/v1/graphql/"))
        yield service


@pytest.fixture
async def client(service: Rest, clock: Clock) -> AsyncIterator[KrakenClient]:
    async with ClientSession() as session:
        yield KrakenClient(session, service.url, ApiKey(KEY), now=clock)


@pytest.fixture
def rest(client: KrakenClient) -> RestClient:
    return client.rest


def page(*results: Any, following: str | None = None) -> dict[str, Any]:
    return {"count": 2, "next": following, "previous": None, "results": list(results)}


def row(index: int, value: Any = "0.100") -> dict[str, Any]:
    start = START + index * HALF
    return {
        "consumption": value,
        "interval_start": start.isoformat(),
        "interval_end": (start + HALF).isoformat(),
    }


def product(code: str = "GREEN", **more: Any) -> dict[str, Any]:
    return {"code": code, "display_name": "Green", "available_from": "2025-01-01T00:00:00Z"} | more


class TestSigningIn:
    """Basic with the key, the key after *Token*, an access token: each once, and what worked stays."""

    async def test_the_key_is_the_user_name_of_basic(self, service: Rest, rest: RestClient) -> None:
        service.reply(page())
        await rest.products.products()
        assert service.headers == [BASIC]
        assert str(service.got[0].url.with_query({})).endswith("/v1/products/")

    @pytest.mark.parametrize(
        ("scheme", "tried"),
        [
            ("Basic", ["Basic"]),
            ("Token", ["Basic", "Token"]),
            ("JWT", ["Basic", "Token", "JWT"]),
        ],
    )
    async def test_what_is_not_accepted_gives_way_to_the_next(
        self, service: Rest, rest: RestClient, scheme: str, tried: list[str]
    ) -> None:
        service.accepts = lambda header: (header or "").startswith(f"{scheme} ")
        service.reply(page())
        await rest.products.products()
        await rest.products.products()
        assert [header and header.split()[0] for header in service.headers] == [*tried, scheme]
        assert rest.access.works == Way(scheme)

    async def test_no_way_is_accepted(self, service: Rest, rest: RestClient) -> None:
        service.accepts = lambda _: False
        with pytest.raises(KrakenRefusedError) as caught:
            await rest.products.products()
        assert len(service.got) == 3
        assert "Secret" not in str(caught.value)

    async def test_a_login_without_a_key_has_its_access_token(
        self, service: Rest, clock: Clock
    ) -> None:
        service.reply(page())
        async with ClientSession() as session:
            client = KrakenClient(session, service.url, CREDENTIAL, now=clock)
            await client.rest.products.products()
        (header,) = service.headers
        assert header is not None
        assert header.startswith("JWT ")

    async def test_what_is_public_needs_no_login(self, service: Rest, client: KrakenClient) -> None:
        service.reply(page(product()))
        public = RestClient(Access(client.rest.access.transport, service.url), Reader())
        assert [found.code for found in await public.products.products()] == ["GREEN"]
        assert service.headers == [None]

    def test_nothing_shows_the_key(self, rest: RestClient) -> None:
        assert KEY not in repr(rest.access)


class TestPages:
    """Lists are followed to their end, and never to another host."""

    async def test_they_are_followed(self, service: Rest, rest: RestClient) -> None:
        elsewhere = "https://elsewhere.example/v1/products/?page=2&brand=X"
        service.reply(page(product("A"), following=elsewhere), page(product("B")))
        found = await rest.products.products(brand="X")
        assert [item.code for item in found] == ["A", "B"]
        assert [dict(request.query) for request in service.got] == [
            {"brand": "X"},
            {"page": "2", "brand": "X"},
        ]

    async def test_results_in_lists_are_taken_too(self, service: Rest, rest: RestClient) -> None:
        service.reply(page([product("A"), product("B")]))
        assert [item.code for item in await rest.products.products()] == ["A", "B"]

    @pytest.mark.parametrize("following", ["?page=2", "https://x.example/v1/products/"])
    async def test_pages_in_a_circle_end(
        self, service: Rest, rest: RestClient, following: str
    ) -> None:
        service.reply(page(product(), following=following))
        with pytest.raises(KrakenServiceError, match="do not end"):
            await rest.products.products()
        assert len(service.got) <= 2

    async def test_pages_without_end_end(
        self, service: Rest, rest: RestClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rest_access, "MOST_PAGES", 3)
        service.reply(*[page(following=f"?page={number}") for number in range(9)])
        with pytest.raises(KrakenServiceError, match="do not end"):
            await rest.products.products()
        assert len(service.got) == 3

    async def test_a_page_without_results_is_none(self, service: Rest, rest: RestClient) -> None:
        service.reply({"count": 0})
        with pytest.raises(KrakenServiceError):
            await rest.products.products()


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (202, KrakenServiceError),
        (400, KrakenQueryError),
        (403, KrakenRefusedError),
        (404, KrakenNotFoundError),
        (429, KrakenThrottledError),
        (500, KrakenConnectionError),
    ],
)
async def test_every_status_has_its_error(
    service: Rest, rest: RestClient, status: int, expected: type[KrakenError]
) -> None:
    service.reply(web.json_response({"detail": "Secret."}, status=status))
    with pytest.raises(expected) as caught:
        await rest.meters.electricity_meter_point("1")
    assert type(caught.value) is expected
    assert "Secret" not in str(caught.value)
    assert len(service.got) == 1


@pytest.mark.parametrize(
    ("payload", "detail"),
    [
        ({"detail": "No such reference."}, "No such reference."),
        ({"product_codes": ["invalid: X."], "y": "z", "n": 1}, "product_codes: invalid: X.; y: z"),
        ({"detail": "x" * 1000}, "x" * 300),
        ([], None),
        ({}, None),
    ],
)
async def test_what_the_service_says_of_a_body(
    service: Rest, rest: RestClient, payload: Any, detail: str | None
) -> None:
    service.reply(web.json_response(payload, status=400))
    with pytest.raises(KrakenQueryError) as caught:
        await rest.orders.create_quote(QuoteRequest(postcode="100-0001", consumption=3100))
    assert caught.value.detail == detail


async def test_an_answer_that_is_no_json(service: Rest, rest: RestClient) -> None:
    service.reply(web.Response(text="<html>"))
    with pytest.raises(KrakenServiceError):
        await rest.products.product("GREEN")


class TestProducts:
    """Products, their tariffs, and the charges of one."""

    async def test_what_is_asked(self, service: Rest, rest: RestClient) -> None:
        service.reply(page())
        await rest.products.products(
            available_at=datetime.fromisoformat("2026-11-01T00:00:00+09:00"),
            is_business=False,
            is_green=True,
        )
        assert dict(service.got[0].query) == {
            "available_at": "2026-10-31T15:00:00+00:00",
            "is_business": "false",
            "is_green": "true",
        }

    async def test_a_product_with_its_tariffs(self, service: Rest, rest: RestClient) -> None:
        tariff = {
            "code": "E-1R-GREEN-03",
            "standing_charge_inc_vat": 29.1,
            "standard_unit_rate_inc_vat": "20.62",
            "standard_unit_rate_exc_vat": None,
            "exit_fees_inc_vat": "much",
            "links": [],
        }
        areas = {"_03": {"direct_debit_monthly": tariff, "x": {}}}
        service.reply(product(single_register_electricity_tariffs=areas, sample_quotes={}))
        found = await rest.products.product("GREEN/1")
        assert service.got[0].raw_path == "/v1/products/GREEN%2F1/"
        assert found.product.available_from == datetime(2025, 1, 1, tzinfo=UTC)
        (told,) = found.tariffs
        assert (told.kind, told.group_id, told.payment_method, told.code) == (
            "single_register_electricity_tariffs",
            "_03",
            "direct_debit_monthly",
            "E-1R-GREEN-03",
        )
        assert told.rates == {
            "standing_charge_inc_vat": Decimal("29.1"),
            "standard_unit_rate_inc_vat": Decimal("20.62"),
        }

    async def test_a_product_that_makes_no_sense(self, service: Rest, rest: RestClient) -> None:
        service.reply({"name": "?"})
        with pytest.raises(KrakenServiceError):
            await rest.products.product("GREEN")

    async def test_charges_of_a_time(self, service: Rest, rest: RestClient) -> None:
        charge = {"value_inc_vat": "20.62", "value_exc_vat": 18.75, "valid_from": None}
        service.reply(page(charge, {"value_inc_vat": "?"}))
        (found,) = await rest.products.charges(
            "GREEN", "G-1", ChargeKind.STANDING, fuel=Fuel.GAS, period_from=START
        )
        assert (found.value_inc_vat, found.value_exc_vat) == (Decimal("20.62"), Decimal("18.75"))
        assert found.valid_from is None
        (request,) = service.got
        assert request.path == "/v1/products/GREEN/gas-tariffs/G-1/standing-charges/"
        assert dict(request.query) == {"period_from": START.isoformat(), "page_size": "1500"}

    async def test_an_end_needs_a_begin(self, service: Rest, rest: RestClient) -> None:
        with pytest.raises(ValueError, match="begin"):
            await rest.products.charges("GREEN", "E-1", period_to=START)
        assert not service.got


class TestMeters:
    """Meter points, what their meters counted, and the areas of the grid."""

    async def test_a_meter_point(self, service: Rest, rest: RestClient) -> None:
        service.reply({"gsp": "_H", "mpan": "2000024512368", "profile_class": 1})
        found = await rest.meters.electricity_meter_point("2000024512368")
        assert (found.mpan, found.gsp, found.profile_class) == ("2000024512368", "_H", 1)

    async def test_a_meter_point_that_makes_no_sense(self, service: Rest, rest: RestClient) -> None:
        service.reply({"gsp": "_H"})
        with pytest.raises(KrakenServiceError):
            await rest.meters.electricity_meter_point("1")

    async def test_half_hours_come_oldest_first(self, service: Rest, rest: RestClient) -> None:
        service.reply(page([row(1), row(0, 0.25)], [{"consumption": "?"}]))
        found = await rest.meters.consumption(
            "2000", "Z1", START, START + timedelta(hours=1), group_by=GroupBy.HOUR
        )
        assert [item.consumption for item in found] == [Decimal("0.25"), Decimal("0.100")]
        (request,) = service.got
        assert request.path == "/v1/electricity-meter-points/2000/meters/Z1/consumption/"
        assert dict(request.query) == {
            "period_from": START.isoformat(),
            "period_to": (START + timedelta(hours=1)).isoformat(),
            "order_by": "period",
            "page_size": "1500",
            "group_by": "hour",
        }

    async def test_of_gas(self, service: Rest, rest: RestClient) -> None:
        service.reply(page())
        assert await rest.meters.consumption("1", "Z1", START, fuel=Fuel.GAS) == ()
        assert service.got[0].path == "/v1/gas-meter-points/1/meters/Z1/consumption/"

    @pytest.mark.parametrize("end", [None, START])
    async def test_a_time_without_a_zone_is_not_sent(
        self, service: Rest, rest: RestClient, end: datetime | None
    ) -> None:
        naive = datetime(2026, 11, 1)  # noqa: DTZ001
        with pytest.raises(ValueError, match="aware"):
            await rest.meters.consumption("1", "Z1", naive, end)
        assert not service.got

    async def test_groups_of_a_postcode(self, service: Rest, rest: RestClient) -> None:
        service.reply(page([{"group_id": "_A"}, {"group_id": "_B"}]))
        assert await rest.meters.grid_supply_points("100-0001") == ("_A", "_B")
        assert dict(service.got[0].query) == {"postcode": "100-0001"}


ACCOUNT: dict[str, Any] = {
    "reference": "R-1",
    "account_type": "DOMESTIC",
    "source": "INTERNET",
    "is_change_of_tenancy": False,
    "billing_address": {"address_line_1": "1-1", "postcode": "100-0001"},
    "users": [{"given_name": "Hanako", "family_name": "Sato"}],
    "electricity_meter_points": [{"mpan": "1"}],
}


class TestOrders:
    """What creates something: checked before it is sent, and sent once."""

    async def test_a_quote(self, service: Rest, rest: RestClient) -> None:
        told = {
            "code": "50b3",
            "gsp": "_H",
            "products": [{"code": "GREEN", "annual_amount": 95159}],
        }
        service.reply(web.json_response(told, status=201))
        request = QuoteRequest(postcode="100-0001", consumption=3100, product_codes=["GREEN"])
        found = await rest.orders.create_quote(request)
        assert (found.code, found.products[0].annual_amount) == ("50b3", 95159)
        assert service.bodies == [
            {
                "electricity_meter_points": [
                    {"postcode": "100-0001", "consumption_standard": 3100}
                ],
                "product_codes": ["GREEN"],
            }
        ]

    async def test_it_is_sent_once_whatever_is_answered(
        self, service: Rest, rest: RestClient
    ) -> None:
        service.accepts = lambda _: False
        with pytest.raises(KrakenRefusedError):
            await rest.orders.create_quote(QuoteRequest(gsp="_A", consumption=1, business=True))
        assert len(service.got) == 1
        assert service.bodies[0]["business_products_only"] is True

    async def test_it_goes_the_way_that_worked(self, service: Rest, rest: RestClient) -> None:
        service.accepts = lambda header: (header or "").startswith("Token ")
        service.reply(page(), {"code": "1"})
        await rest.products.products()
        await rest.orders.create_quote(QuoteRequest(gsp="_A", consumption=1))
        assert service.headers[-1] == f"Token {KEY}"

    async def test_a_quote_that_makes_no_sense(self, service: Rest, rest: RestClient) -> None:
        service.reply({"products": []})
        with pytest.raises(KrakenServiceError):
            await rest.orders.create_quote(QuoteRequest(gsp="_A", consumption=1))

    @pytest.mark.parametrize(
        "given",
        [{"consumption": 1}, {"gsp": "_A", "consumption": 0}, {"gsp": "_A", "consumption": 10**6}],
    )
    def test_a_request_that_could_not_be_answered(self, given: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="a quote needs"):
            QuoteRequest(**given)

    async def test_an_account(self, service: Rest, rest: RestClient) -> None:
        service.reply(web.json_response({"number": "A-12341234"}, status=201))
        times = {"sold_at": START, "preferred_ssd": date(2026, 12, 1)}
        assert await rest.orders.create_account(ACCOUNT | times) == "A-12341234"
        assert service.bodies == [
            ACCOUNT | {"sold_at": START.isoformat(), "preferred_ssd": "2026-12-01"}
        ]

    async def test_an_account_without_a_number(self, service: Rest, rest: RestClient) -> None:
        service.reply({})
        with pytest.raises(KrakenServiceError):
            await rest.orders.create_account(ACCOUNT)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"reference": ""}, "reference"),
            ({"users": []}, "users"),
            ({"account_type": "GUEST"}, "account_type"),
            ({"source": "DREAM"}, "source"),
            ({"is_change_of_tenancy": "no"}, "is_change_of_tenancy"),
            ({"billing_address": {"postcode": "1"}}, "address_line_1"),
            ({"electricity_meter_points": []}, "electricity_meter_points"),
        ],
    )
    async def test_an_account_that_would_not_be_taken(
        self, service: Rest, rest: RestClient, change: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(ValueError, match=field):
            await rest.orders.create_account(ACCOUNT | change)
        assert not service.got
        check_account(ACCOUNT)


async def test_what_is_sold_is_what_is_bought_and_what_is_gone_meanwhile_is_left_out(
    service: Rest, rest: RestClient
) -> None:
    listed = [
        {"code": "A", "direction": "IMPORT"},
        {"code": "ROOF", "direction": "EXPORT"},
        {"code": "GONE"},
        {"code": "B"},
    ]
    service.reply(
        {"results": listed, "next": None},
        {"code": "A"},
        web.json_response({"detail": "Not found."}, status=404),
        {"code": "B"},
    )
    assert [each.product.code for each in await rest.products.sold()] == ["A", "B"]
    assert len(service.got) == 4
