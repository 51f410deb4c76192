"""A Home Assistant process with a configuration of its own."""

import asyncio
import contextlib
from datetime import datetime
import json
import os
from pathlib import Path
import socket
import sys
from types import TracebackType
from typing import Any, Self

from aiohttp import ClientError, ClientSession

from .connection import CallError, Connection

REPOSITORY = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
USER = "demo"
CLOCK = "DEMONSTRATION_CLOCK"
"""Environment variable: where the process's clock starts (ISO, with offset); real time without it."""

START_TIMEOUT = 120
STOP_TIMEOUT = 40

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
logger:
  default: warning
  logs:
    custom_components.octopus_japan: info
    # These only say that something optional is not installed: faster compression, ffmpeg, a JPEG library.
    aiohttp_fast_zlib: error
    haffmpeg: critical
    homeassistant.components.camera.img_util: critical
"""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Tell whether nobody listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) != 0


class HomeAssistant:
    """Home Assistant on a loopback address, in a configuration folder that it may fill.

    Its clock runs from `clock` on, or is real time.
    """

    def __init__(self, folder: Path, port: int, clock: datetime | None = None) -> None:
        self._folder = folder
        self._port = port
        self._clock = clock
        self._process: asyncio.subprocess.Process | None = None
        self._session: ClientSession | None = None
        self._token: str | None = None
        self.address = f"http://{HOST}:{port}"

    @property
    def log(self) -> Path:
        """The log file."""
        return self._folder / "home-assistant.log"

    async def __aenter__(self) -> Self:
        """Start the process and wait until it answers."""
        self._write_configuration()
        self._session = ClientSession()
        await self._start()
        return self

    async def restart(self) -> None:
        """Stop the process in order and start it again. Connections end."""
        await self._stop_process()
        await self._start()

    async def _start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "scripts.demonstration.launch", "--config", str(self._folder), "--skip-pip"),
            cwd=REPOSITORY,
            env=os.environ | ({CLOCK: self._clock.isoformat()} if self._clock else {}),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            process_group=0,  # so that Ctrl-C reaches the demo alone, which then stops it in order
        )
        try:
            async with asyncio.timeout(START_TIMEOUT):
                await self._wait_for_an_answer(self._process)
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

    async def sign_up(self) -> Connection:
        """Create the user by onboarding, sign in and connect."""
        if self._session is None:
            raise RuntimeError("Home Assistant is not started")
        client = self.address + "/"
        user = {"name": "Demo", "username": USER, "password": USER, "language": "en"}
        async with self._session.post(
            f"{self.address}/api/onboarding/users", json={**user, "client_id": client}
        ) as answer:
            answer.raise_for_status()
            code = (await answer.json())["auth_code"]
        form = {"grant_type": "authorization_code", "code": code, "client_id": client}
        async with self._session.post(f"{self.address}/auth/token", data=form) as answer:
            answer.raise_for_status()
            self._token = (await answer.json())["access_token"]
        return await self.connect()

    async def connect(self) -> Connection:
        """Connect as the user who has signed up."""
        if self._session is None or self._token is None:
            raise RuntimeError("nobody has signed up")
        return await Connection(self._session, self.address, self._token).open()

    async def ended(self) -> None:
        """Wait until the process ends by itself."""
        if self._process is not None:
            await self._process.wait()

    async def stop(self) -> None:
        """Stop the process, in order if it will."""
        if self._session is not None:
            await self._session.close()
        await self._stop_process()

    async def _stop_process(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(STOP_TIMEOUT):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _wait_for_an_answer(self, process: asyncio.subprocess.Process) -> None:
        while not await self._answers():
            if process.returncode is not None:
                raise CallError(f"Home Assistant ended by itself:\n{self.log.read_text()}")
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
