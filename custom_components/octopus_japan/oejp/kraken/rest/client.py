"""What can be asked by REST: composed of subjects, as the client is."""

from ..parsing import Reader
from .access import Access
from .meters import Meters
from .orders import Orders
from .products import Products


class RestClient:
    """`client.rest.products...`, `.meters...`, `.orders...`. Every coroutine raises only `KrakenError` and, before anything is sent, ValueError."""

    def __init__(self, access: Access, reader: Reader) -> None:
        self.access = access
        self.products = Products(access, reader)
        self.meters = Meters(access, reader)
        self.orders = Orders(access, reader)
