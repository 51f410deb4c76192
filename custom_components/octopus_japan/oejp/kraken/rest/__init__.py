"""The REST API of the same platform (docs/api.md#rest)."""

from .access import Access, Way
from .client import RestClient
from .meters import GroupBy
from .models import (
    RestCharge,
    RestConsumption,
    RestMeterPoint,
    RestProduct,
    RestProductDetail,
    RestTariff,
)
from .orders import QuoteRequest, check_account
from .products import ChargeKind, Fuel
