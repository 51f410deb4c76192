"""A Home Assistant process with a configuration of its own."""

import asyncio
from collections.abc import Callable, Hashable
import contextlib
from datetime import datetime
import json
import os
from pathlib import Path
import shutil
import socket
import sqlite3
import sys
from types import TracebackType
from typing import Any, Self

from aiohttp import ClientError, ClientSession, ClientTimeout
import psutil  # type: ignore[import-untyped]

from .connection import Connection
from .progress import DemoError, Signs, Watch, step

REPOSITORY = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
USER = "demo"
LOG = "home-assistant.log"
DATABASE = "home-assistant_v2.db"
CLOCK = "DEMONSTRATION_CLOCK"
"""Environment variable: where the process's clock starts (ISO, with offset); real time without it."""

SERVICE = "DEMONSTRATION_SERVICE"
"""Environment variable: the service's address that the sign-in form suggests; the real one without it."""

CONFIGURATION = """\
homeassistant:
  name: Demo
  time_zone: Asia/Tokyo
  country: JP
  currency: JPY
  unit_system: metric
  latitude: 35.68
  longitude: 139.77
frontend:
config:
history:
logbook:
energy:
recorder:
  commit_interval: 1
  # After an outage the recorder first makes up for its own statistics of so many days.
  purge_keep_days: 1
automation: !include automations.yaml
script: !include scripts.yaml
scene: !include scenes.yaml
logger:
  default: warning
  logs:
    custom_components.octopus_japan: info
    # These only say that something optional is not installed: faster compression, ffmpeg, a JPEG library.
    aiohttp_fast_zlib: error
    haffmpeg: critical
    homeassistant.components.camera.img_util: critical
"""

EMPTY_FILES = {"automations.yaml": "[]", "scripts.yaml": "{}", "scenes.yaml": "[]"}
"""What Home Assistant makes of a new configuration, for its editors to write to."""

BLUEPRINTS = Path("blueprints", "automation", "octopus_japan")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Tell whether nobody listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) != 0


def _work(pid: int) -> float:
    """Return the seconds that the processor has spent on a process; what has ended works no more."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0
    return float(times.user + times.system)


def _statistics_runs(database: Path) -> int:
    """Return how often the recorder has made statistics of its own; after an outage it makes up for them before all else."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as reader:
            (runs,) = reader.execute("SELECT max(run_id) FROM statistics_runs").fetchone()
    except sqlite3.Error:  # not there yet, or being written
        return 0
    return int(runs or 0)


class HomeAssistant:
    """Home Assistant on a loopback address, in a configuration folder that it may fill.

    Its clock runs from `clock` on, or is real time where that is None. `news` changes with every request that it sends to the service,
    whose address the sign-in form suggests where `service` tells it.
    """

    def __init__(
        self,
        folder: Path,
        port: int,
        news: Callable[[], Hashable],
        clock: datetime | None = None,
        service: str | None = None,
    ) -> None:
        self._folder = folder
        self._port = port
        self._news = news
        self._clock = clock
        self._service = service
        self._process: asyncio.subprocess.Process | None = None
        self._session: ClientSession | None = None
        self._watch = Watch(self._signs)
        self.address = f"http://{HOST}:{port}"

    @property
    def log(self) -> Path:
        """The log file."""
        return self._folder / LOG

    async def __aenter__(self) -> Self:
        """Start the process and wait until it answers."""
        self._write_configuration()
        self._session = ClientSession(timeout=ClientTimeout(total=None))
        await self.start(self._clock)
        return self

    async def start(self, clock: datetime | None = None) -> None:
        """Start the process, again after `stop`, and wait until it answers."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "scripts.demonstration.launch", "--config", str(self._folder), "--skip-pip"),
            cwd=REPOSITORY,
            env=os.environ
            | ({CLOCK: clock.isoformat()} if clock else {})
            | ({SERVICE: self._service} if self._service else {}),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            process_group=0,  # so that Ctrl-C reaches the demo alone, which then stops it in order
        )
        try:
            await self._watch.result("Home Assistant to answer", self._answered())
        except BaseException:
            await self.stop()
            raise

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the process."""
        await self.stop()
        if self._session is not None:
            await self._session.close()

    async def sign_up(self) -> Connection:
        """Create the user by onboarding, and sign in for longer than anything here lasts."""
        connection = await self._watch.result("the new user's sign-in", self._sign_up())
        token = await connection.call(
            "auth/long_lived_access_token", client_name="demo", lifespan=3650
        )
        return connection.with_token(token)

    async def ended(self) -> None:
        """Wait until the process ends by itself."""
        if self._process is not None:
            await self._process.wait()

    async def stop(self) -> None:
        """Stop the process, in order if it will."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await Watch(lambda: Signs(None, _work(process.pid))).result(
                "Home Assistant to stop", process.wait()
            )
        except DemoError:
            step("Home Assistant does not stop; ending its process")
            process.kill()
            await process.wait()

    def _signs(self) -> Signs:
        """Tell what goes on. Raises DemoError if the process has ended by itself."""
        if self._process is None:
            raise DemoError("Home Assistant is not started")
        if self._process.returncode is not None:
            raise DemoError(f"Home Assistant ended by itself, with {self._process.returncode}")
        lines = self.log.stat().st_size if self.log.exists() else 0
        news = self._news(), lines, _statistics_runs(self._folder / DATABASE)
        return Signs(news, _work(self._process.pid))

    async def _sign_up(self) -> Connection:
        if self._session is None:
            raise DemoError("Home Assistant is not started")
        client = self.address + "/"
        user = {"name": "Demo", "username": USER, "password": USER, "language": "en"}
        try:
            async with self._session.post(
                f"{self.address}/api/onboarding/users", json={**user, "client_id": client}
            ) as answer:
                answer.raise_for_status()
                code = (await answer.json())["auth_code"]
            form = {"grant_type": "authorization_code", "code": code, "client_id": client}
            async with self._session.post(f"{self.address}/auth/token", data=form) as answer:
                answer.raise_for_status()
                token = (await answer.json())["access_token"]
        except ClientError as error:
            raise DemoError(f"the new user cannot sign in: {error}") from error
        return Connection(self._session, self.address, token, self._watch)

    async def _answered(self) -> None:
        while not await self._answers():  # noqa: ASYNC110 - nothing tells when another process is ready
            await asyncio.sleep(0.25)

    async def _answers(self) -> bool:
        if self._session is None:
            return False
        with contextlib.suppress(ClientError):
            async with self._session.get(f"{self.address}/manifest.json") as answer:
                return answer.status == 200
        return False

    def _write_configuration(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / "configuration.yaml").write_text(CONFIGURATION)
        for name, nothing in EMPTY_FILES.items():
            (self._folder / name).write_text(nothing)
        shutil.copytree(REPOSITORY / BLUEPRINTS, self._folder / BLUEPRINTS)
        (self._folder / "custom_components").symlink_to(REPOSITORY / "custom_components")
        # All of onboarding but the user: its other steps would fetch weather, radio and voices.
        self._store("onboarding", 4, 1, {"done": ["analytics", "core_config", "integration"]})
        # In configuration.yaml these would be a trial that Home Assistant takes back after five minutes.
        server = {
            "server_host": [HOST],
            "server_port": self._port,
            "cors_allowed_origins": [],
            "login_attempts_threshold": -1,
            "ip_ban_enabled": True,
            "ssl_profile": "modern",
            "use_x_frame_options": True,
            "created_at": "2026-01-01T00:00:00+00:00",
            "error": None,
            "error_message": None,
        }
        self._store("http", 2, 2, {"stable": server, "pending": None, "yaml_migration_done": True})

    def _store(self, key: str, version: int, minor_version: int, data: dict[str, Any]) -> None:
        folder = self._folder / ".storage"
        folder.mkdir(exist_ok=True)
        content = {"version": version, "minor_version": minor_version, "key": key, "data": data}
        (folder / key).write_text(json.dumps(content))
