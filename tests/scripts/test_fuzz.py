"""A short fuzz: whatever comes instead of an answer, only errors of ours come out. `scripts/fuzz --minutes 60` is the long one."""

import secrets
from typing import Any

import pytest

from custom_components.octopus_japan.oejp.kraken.billing import Billing
from scripts.fuzz import fuzz


async def test_broken_answers_raise_nothing_but_our_errors(socket_enabled: None) -> None:
    seed = secrets.randbelow(10**9)
    found = await fuzz(seed, rounds=60, minutes=None)
    assert found.findings == [], f"scripts/fuzz --seed {seed} --rounds 60"
    assert found.answers > 100
    assert found.errors.total() > 50


async def test_another_error_is_found_with_its_seed(
    socket_enabled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def balance(self: Billing, account_number: str) -> Any:
        raise KeyError("balance")

    monkeypatch.setattr(Billing, "balance", balance)
    found = await fuzz(5, rounds=6, minutes=None)
    assert found.findings
    assert all("balance" in each and each.startswith("seed ") for each in found.findings)


async def test_a_round_comes_again_by_its_seed_alone(socket_enabled: None) -> None:
    together = await fuzz(11, rounds=2, minutes=None)
    first, second = [await fuzz(seed, rounds=1, minutes=None) for seed in (11, 12)]
    assert together.answers == first.answers + second.answers
    assert together.errors == first.errors + second.errors
