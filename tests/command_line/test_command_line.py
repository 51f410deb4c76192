"""`scripts/kraken` against the simulator, as a process of its own would run it; and alone, where Home Assistant is not installed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
import csv
from datetime import datetime, timedelta
from decimal import Decimal
import io
import json
from pathlib import Path
import subprocess
import sys
from typing import Any

import pytest
from refusing import refusing

from custom_components.octopus_japan.oejp.kraken import ApiKey, EmailPassword, PreSignedKey
from scripts.command_line import __main__ as program
from scripts.command_line.output import Answer, show
from scripts.command_line.session import (
    SERVICE,
    NoCredentialError,
    keep,
    sign_in_with,
)
from simulator import Simulator
from simulator.like import be_like

ROOT = Path(__file__).parents[2]
NOW = datetime.fromisoformat("2026-11-20T12:00:00+09:00")
HOUSEHOLDS = ("green-tokyo", "three-points-two-accounts")


class Ran:
    """What a command left behind."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


type Run = Callable[..., Awaitable[Ran]]


@pytest.fixture
async def simulator(socket_enabled: None) -> AsyncIterator[Simulator]:
    simulator = Simulator(HOUSEHOLDS, now=NOW)
    simulator.tokens.limited = False
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
def kraken(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run a command in a thread, with a loop of its own; the simulator goes on in this one."""

    class Now(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return NOW.astimezone(tz)

    monkeypatch.setattr(program, "datetime", Now)
    monkeypatch.setenv("OEJP_URL", simulator.url)
    monkeypatch.setenv("OEJP_KEYRING", "off")

    async def run(*arguments: str, household: str = "green-tokyo", **environment: str) -> Ran:
        login = simulator.world.households[household]
        for name, value in {
            "OEJP_EMAIL": login.email,
            "OEJP_PASSWORD": login.password,
            **environment,
        }.items():
            monkeypatch.setenv(name, value)
        code = await asyncio.to_thread(program.main, arguments)
        told = capsys.readouterr()
        return Ran(code, told.out, told.err)

    return run


async def test_login_and_accounts(simulator: Simulator, kraken: Run) -> None:
    ran = await kraken("login", "--json")
    assert (ran.code, ran.json) == (0, [{"way": "password", "accounts": 1}])
    ran = await kraken("accounts", "--json", household="three-points-two-accounts")
    login = simulator.world.households["three-points-two-accounts"]
    assert {row["supply_point"] for row in ran.json} == {p.spin for p in login.supply_points}
    assert {row["account"] for row in ran.json} == {a.number for a in login.accounts}
    ran = await kraken("accounts")
    assert "KKオクトパス" in ran.out


async def test_readings_are_as_they_are_served(simulator: Simulator, kraken: Run) -> None:
    ran = await kraken("readings", "--from", "2026-11-10", "--until", "2026-11-12", "--csv")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    spin = simulator.world.households["green-tokyo"].supply_points[0].spin
    start = datetime.fromisoformat("2026-11-10T00:00:00+09:00")
    truth = simulator.truth.half_hours(spin, start, start + timedelta(days=3))
    assert {datetime.fromisoformat(row["start"]): Decimal(row["kwh"]) for row in rows} == truth
    assert rows[0]["start"] == "2026-11-10T00:00:00+09:00"


async def test_prices_are_the_truth(simulator: Simulator, kraken: Run) -> None:
    spin = simulator.world.households["green-tokyo"].supply_points[0].spin
    ran = await kraken("prices", "--json", "--half-hours")
    first = next(row for row in ran.json if row["start"] <= NOW.isoformat() < row["end"])
    used = simulator.truth.used(spin, NOW)
    assert Decimal(first["jpy_per_kwh"]) == simulator.truth.price(spin, NOW, used).total
    assert len(ran.json) == 96
    assert "Prices" in (await kraken("prices")).out


async def test_the_bill_and_what_is_on_sale(simulator: Simulator, kraken: Run) -> None:
    ran = await kraken("bill", "--json")
    assert {row["line"] for row in ran.json} >= {"JPN_ELECTRICITY_STANDING_03"}
    assert (await kraken("bill", "--back", "1", "--json")).json != ran.json
    ran = await kraken("bill", "--back", "999")
    assert (ran.code, "There are" in ran.err) == (program.WRONG_ARGUMENTS, True)
    on_sale = (await kraken("products", "--json")).json
    assert on_sale == (await kraken("products", "--area", "03", "--json")).json
    assert {"code", "name", "schedule"} == {*on_sale[0]}


async def test_a_year_on_every_plan(kraken: Run) -> None:
    rows = (await kraken("compare", "--json")).json
    (current,) = [row for row in rows if row["current"]]
    assert current["difference"] == 0
    priced = [row["jpy"] for row in rows if row["jpy"] is not None]
    assert priced == sorted(priced)
    assert any(row["not_priced"] for row in rows)


async def test_a_newcomer_has_nothing_to_compare(simulator: Simulator, kraken: Run) -> None:
    simulator.faults.add("empty", field="halfHourlyReadings")
    ran = await kraken("compare")
    assert (ran.code, "is over yet" in ran.err) == (program.WRONG_ARGUMENTS, True)


async def test_the_probe_reports(simulator: Simulator, kraken: Run) -> None:
    simulator.faults.add("refused_field", field="Account.balance", code="KT-CT-1111")
    simulator.faults.add("removed_field", field="consumptionRateBand")
    report = (await kraken("probe", "--pause", "0", "--json")).json
    assert report["documents"]["balance"]["codes"] == ["KT-CT-1111"]
    assert report["addresses"] == {simulator.url: {"outcome": "works", "empty": True}}
    assert "readings are late by" in (await kraken("probe", "--pause", "0")).out

    # Another simulator behaves like that account.
    simulator.faults.clear()
    assert be_like(simulator, report) > 1
    again = (await kraken("probe", "--pause", "0", "--json")).json
    assert again["documents"]["balance"] == report["documents"]["balance"]
    fields = "account.properties.points.halfHourlyReadings.consumptionRateBand"
    assert again["documents"]["half_hourly_readings"]["fields"] == {fields: "gone"}
    assert again["answers"] == report["answers"]


@pytest.mark.parametrize("report", [{}, {"version": 2, "documents": {}}, {"version": 1}])
def test_what_is_no_report(simulator: Simulator, report: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not a report"):
        be_like(simulator, report)


async def test_of_several_points_one_is_named(simulator: Simulator, kraken: Run) -> None:
    home = "three-points-two-accounts"
    ran = await kraken("prices", household=home)
    assert ran.code == program.WRONG_ARGUMENTS
    point = simulator.world.households[home].supply_points[1].spin
    assert f"…{point[-4:]}" in ran.err
    assert (await kraken("prices", "--point", point[-4:], household=home)).code == 0


@pytest.mark.parametrize(
    ("arguments", "fault", "code"),
    [
        (["accounts"], {"kind": "captcha"}, program.NOT_SIGNED_IN),
        (["accounts"], {"kind": "http_502"}, program.NOT_REACHABLE),
        (["accounts"], {"kind": "throttled", "operation": "Viewer"}, program.NOT_REACHABLE),
        (
            ["products", "--area", "03"],
            {"kind": "refused_field", "field": "tariffSummary", "code": "KT-CT-1111"},
            program.REFUSED,
        ),
    ],
)
async def test_exit_codes(
    simulator: Simulator, kraken: Run, arguments: list[str], fault: dict[str, Any], code: int
) -> None:
    simulator.faults.add(**fault)
    ran = await kraken(*arguments)
    assert ran.code == code
    assert ran.err.startswith("scripts/kraken: ")
    assert ran.out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["prices", "--from", "2026-11-10", "--until", "2026-11-01"],
        ["quote", "100-0001", "--kwh", "3100"],
        ["quote", "100-0001", "--kwh", "0", "--confirm", "create"],
    ],
)
async def test_wrong_arguments(simulator: Simulator, kraken: Run, arguments: list[str]) -> None:
    assert (await kraken(*arguments)).code == program.WRONG_ARGUMENTS
    assert not [r for r in simulator.requests if r.operation is None]


async def test_an_account_needs_a_confirmation_and_a_whole_body(
    kraken: Run, tmp_path: Path
) -> None:
    file = tmp_path / "account.json"
    file.write_text("{}")
    assert "Say so" in (await kraken("account", str(file))).err
    assert "reference is missing" in (await kraken("account", str(file), "--confirm", "create")).err
    with pytest.raises(SystemExit):
        await kraken("account", str(tmp_path / "none.json"))


async def test_an_account_is_created_once(
    simulator: Simulator, kraken: Run, tmp_path: Path
) -> None:
    body = {
        "reference": "partner-1",
        "account_type": "DOMESTIC",
        "source": "INTERNET",
        "users": [{"given_name": "花子", "family_name": "架空", "email": "a@example.jp"}],
        "is_change_of_tenancy": False,
        "billing_address": {"address_line_1": "1-2-3", "postcode": "1000000"},
        "electricity_meter_points": [{"mpan": "0310000000000000000001"}],
    }
    file = tmp_path / "account.json"
    file.write_text(json.dumps(body))
    ran = await kraken("account", str(file), "--json")
    assert (ran.code, simulator.rest.created) == (program.WRONG_ARGUMENTS, [])
    ran = await kraken("account", str(file), "--confirm", "create", "--json")
    assert (ran.code, ran.json) == (0, [{"account": "A-00000001"}])
    assert simulator.rest.created == [body]


async def test_a_quote_and_a_postcode(simulator: Simulator, kraken: Run) -> None:
    ran = await kraken("quote", "100-0001", "--kwh", "3600", "--confirm", "create", "--json")
    assert ran.code == 0
    assert len(simulator.rest.created) == 1
    assert all(row["annual"] for row in ran.json)
    ran = await kraken("postcode", "100-0001", "--json")
    assert ran.code == 0
    assert ran.json


def test_help_has_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        program.main(["--help"])
    assert caught.value.code == 0
    told = capsys.readouterr().out
    for command in program.COMMANDS:
        assert command in told
    assert "exit codes" in told


class Kept(dict[tuple[str, str], str]):
    """A keyring."""

    def get_password(self, service: str, name: str) -> str | None:
        return self.get((service, name))

    def set_password(self, service: str, name: str, secret: str) -> None:
        self[service, name] = secret


def test_who_signs_in() -> None:
    keyring = Kept()
    assert sign_in_with({"OEJP_API_KEY": "k"}, None).credential == ApiKey("k")
    assert sign_in_with({"OEJP_PRE_SIGNED_KEY": "k"}, None).credential == PreSignedKey("k")
    both = {"OEJP_EMAIL": "a@example.jp", "OEJP_PASSWORD": "himitsu"}
    found = sign_in_with(both, keyring)
    assert found.credential == EmailPassword("a@example.jp", "himitsu")
    assert "himitsu" not in repr(found)
    keep(keyring, EmailPassword("a@example.jp", "himitsu"))
    assert {*keyring} == {(SERVICE, "email"), (SERVICE, "a@example.jp")}
    assert sign_in_with({}, keyring).credential == found.credential


@pytest.mark.parametrize("environment", [{}, {"OEJP_EMAIL": "a@example.jp"}])
def test_nobody_can_be_asked(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    with pytest.raises(NoCredentialError):
        sign_in_with(environment, None)


def test_json_loses_nothing() -> None:
    answer = Answer("x", ["at", "kwh", "n"], [[NOW, Decimal("0.100"), None]])
    to = io.StringIO()
    show(answer, to, as_json=True)
    assert json.loads(to.getvalue()) == [{"at": NOW.isoformat(), "kwh": "0.100", "n": None}]


ALONE = (
    refusing("homeassistant", "voluptuous", "pytest")
    + """
from datetime import datetime
from scripts.command_line import __main__ as program

class Now(datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromisoformat(NOW).astimezone(tz)

program.datetime = Now
sys.exit(program.main(sys.argv[1:]))
"""
)
"""The command line in a process where Home Assistant cannot be imported, at the simulator's time."""


@pytest.mark.parametrize("command", ["accounts", "prices"])
async def test_it_runs_where_home_assistant_is_not_installed(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    household = simulator.world.households["green-tokyo"]
    for name, value in {
        "OEJP_URL": simulator.url,
        "OEJP_KEYRING": "off",
        "OEJP_EMAIL": household.email,
        "OEJP_PASSWORD": household.password,
    }.items():
        monkeypatch.setenv(name, value)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ALONE.replace("NOW", repr(NOW.isoformat())), command, "--json"),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out, err = await process.communicate()
    ran = Ran(process.returncode or 0, out.decode(), err.decode())
    assert ran.code == 0, ran.err
    assert ran.err == ""
    if command == "accounts":
        assert [row["plan"] for row in ran.json] == ["KKオクトパス"]
    else:
        spin = household.supply_points[0].spin
        first = next(row for row in ran.json if row["start"] <= NOW.isoformat() < row["end"])
        used = simulator.truth.used(spin, NOW)
        assert Decimal(first["jpy_per_kwh"]) == simulator.truth.price(spin, NOW, used).total
