"""The simulator as a program or a test starts it: a simulation behind a loopback address."""

from functools import cached_property

from aiohttp import web

from .authorization import Authorization
from .control import add_routes
from .rest import Rest
from .server import PATH, Server
from .simulation import Simulation


class Simulator(Simulation):
    """A Kraken API to run against.

    `households` are keys of `simulator.households.PLANS`. Without `now` the clock follows real time; with it, it stands still
    there until `clock.run()`. The same seed makes the same world. `month_basis` chooses how adjustment and levy are billed.
    With `regular_readings` every meter is read on the same day of each month: nobody has to wait for the service to state a
    closed period to know where it ended. No supply begins before the day `since`, if it is given.
    `schema` is the month of 2026 whose schema is spoken; `engine.speak` changes it while things run.
    """

    _runner: web.AppRunner | None = None
    _address: tuple[str, int] | None = None

    @cached_property
    def rest(self) -> Rest:
        """REST, and its switches."""
        return Rest(self)

    @cached_property
    def authorization(self) -> Authorization:
        """The authorization server, and its switches."""
        return Authorization(self)

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one."""
        application = web.Application(client_max_size=2**20)
        application.router.add_post(PATH, Server(self).graphql)
        add_routes(application, self)
        self.authorization.add_routes(application)
        application.router.add_route("*", "/v1/{path:.*}", self.rest.handle)
        self._runner = web.AppRunner(
            application, shutdown_timeout=0.1, access_log=None, handler_cancellation=True
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        self._address = host, self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening; open requests are dropped."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = self._address = None

    @property
    def base_url(self) -> str:
        """Where it listens."""
        if self._address is None:
            raise RuntimeError("the simulator is not started")
        return "http://{}:{}".format(*self._address)

    @property
    def url(self) -> str:
        """The GraphQL address."""
        return self.base_url + PATH

    @property
    def named_url(self) -> str:
        """The GraphQL address by a host's name: the usual cookie jar keeps no cookie of a bare address."""
        return self.url.replace("127.0.0.1", "localhost")
