"""Products, tariffs and their charges. They may be asked for without a login."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from .. import scalars
from ..errors import KrakenNotFoundError, KrakenServiceError
from ..parsing import Reader, as_dict
from ..subject import instant_text
from .access import Access
from .models import RestCharge, RestProduct, RestProductDetail, RestTariff

LARGEST_PAGE = 1500
"""Charges on a page at most, by the description."""


class Fuel(StrEnum):
    """What a tariff is for."""

    ELECTRICITY = "electricity"
    GAS = "gas"


class ChargeKind(StrEnum):
    """Which price of a tariff; gas has the first and the last."""

    STANDARD = "standard-unit-rates"
    DAY = "day-unit-rates"
    NIGHT = "night-unit-rates"
    EV_PEAK = "ev-device-peak-unit-rates"
    EV_OFF_PEAK = "ev-device-off-peak-unit-rates"
    STANDING = "standing-charges"


@dataclass(frozen=True, slots=True)
class Products:
    """The questions about products."""

    _access: Access
    _reader: Reader

    async def products(
        self,
        *,
        available_at: datetime | None = None,
        brand: str | None = None,
        is_business: bool | None = None,
        is_green: bool | None = None,
    ) -> tuple[RestProduct, ...]:
        """Return the products that can be agreed on at an instant, now if it is None."""
        query = {
            "available_at": None if available_at is None else instant_text(available_at),
            "brand": brand,
            "is_business": is_business,
            "is_green": is_green,
        }
        found = [item async for item in self._access.pages("/v1/products/", "products", query)]
        return self._reader.items(RestProduct, found)

    async def product(self, code: str) -> RestProductDetail:
        """Return a product with its tariffs. Raises KrakenNotFoundError where there is none."""
        told = as_dict(await self._access.get(f"/v1/products/{quote(code, safe='')}/", "product"))
        if (product := self._reader.item(RestProduct, told)) is None:
            raise KrakenServiceError("the product makes no sense")
        return RestProductDetail(product, tuple(_tariffs(told)))

    async def sold(self) -> tuple[RestProductDetail, ...]:
        """Return what can be agreed on now with its tariffs: a request each. One that is gone meanwhile is left out."""
        found: list[RestProductDetail] = []
        for product in await self.products():
            if product.direction in {None, "IMPORT"}:
                with suppress(KrakenNotFoundError):
                    found.append(await self.product(product.code))
        return tuple(found)

    async def charges(
        self,
        product_code: str,
        tariff_code: str,
        kind: ChargeKind = ChargeKind.STANDARD,
        *,
        fuel: Fuel = Fuel.ELECTRICITY,
        period_from: datetime | None = None,
        period_to: datetime | None = None,
    ) -> tuple[RestCharge, ...]:
        """Return the prices of a tariff, newest first as the service lists them. An end needs a begin."""
        path = (
            f"/v1/products/{quote(product_code, safe='')}/{fuel}-tariffs/"
            f"{quote(tariff_code, safe='')}/{kind}/"
        )
        query = {**period(period_from, period_to), "page_size": LARGEST_PAGE}
        read = [
            self._reader.item(RestCharge, item)
            async for item in self._access.pages(path, "charges", query)
        ]
        return tuple(charge for charge in read if charge is not None)


def period(start: datetime | None, end: datetime | None) -> dict[str, str | None]:
    """Return the query of a time from `start` until before `end`.

    Raises ValueError for times without offset, which the service would take for those of another zone, and for an end without a
    begin, which it does not take.
    """
    if end is not None and start is None:
        raise ValueError("an end of a period needs its begin")
    return {
        "period_from": None if start is None else instant_text(start),
        "period_to": None if end is None else instant_text(end),
    }


def _tariffs(told: Mapping[str, Any]) -> Iterator[RestTariff]:
    """Tariffs stand in groups by kind, in them by area, in them by way to pay."""
    for kind, areas in told.items():
        if not kind.endswith("_tariffs"):
            continue
        for group_id, methods in as_dict(areas).items():
            for method, content in as_dict(methods).items():
                tariff = as_dict(content)
                if isinstance(code := tariff.get("code"), str):
                    yield RestTariff(kind, group_id, method, code, dict(_rates(tariff)))


def _rates(tariff: Mapping[str, Any]) -> Iterator[tuple[str, Decimal]]:
    for name, value in tariff.items():
        if name.endswith(("_inc_vat", "_exc_vat")) and value is not None:
            try:
                yield name, scalars.number(value)
            except ValueError:
                continue
