"""How accounts and points are named outside the service: never by their whole number.

Unique ids, device identifiers, statistic ids and the keys of what is stored are made from a digest: it is the same after the
entry was removed and added again, and tells nobody the number. Names show the last four digits.
"""

from collections.abc import Iterable
from hashlib import sha256

from .const import DOMAIN

_LENGTH = 12


def digest(number: str) -> str:
    """Return what stands for the number of an account or a point: 12 hexadecimal digits, a slug as statistic ids need it."""
    return sha256(f"{DOMAIN}{number}".encode()).hexdigest()[:_LENGTH]


def last_four(number: str) -> str:
    """Return the part of a number that people may see."""
    return number[-4:]


def masked(email: str) -> str:
    """Return the part of an e-mail address that people may see: who is meant, to whoever knows the address."""
    name, _, domain = email.rpartition("@")
    return f"{name[:2]}…@{domain}"


def is_ours(identifiers: Iterable[tuple[str, str]]) -> bool:
    """Tell whether a device with these identifiers is one of the integration's."""
    return any(domain == DOMAIN for domain, _ in identifiers)


def number_of(identifiers: Iterable[tuple[str, str]], numbers: Iterable[str]) -> str | None:
    """Return which of some numbers a device with these identifiers stands for, None if none."""
    ours = {name for domain, name in identifiers if domain == DOMAIN}
    return next((number for number in numbers if digest(number) in ours), None)
