"""What stands for a number: the same for ever, another for another number, and nothing that tells the number."""

from string import hexdigits

from hypothesis import given, strategies as st

from custom_components.octopus_japan.const import DOMAIN
from custom_components.octopus_japan.identity import (
    digest,
    is_ours,
    last_four,
    masked,
    number_of,
)

SPIN = "0300000000000000008433"
NUMBERS = st.text(min_size=1, max_size=40)


def test_a_digest_stays_the_same_from_version_to_version() -> None:
    # printf octopus_japan0300000000000000008433 | sha256sum | cut -c -12
    assert digest(SPIN) == "06f53e652a99"


@given(NUMBERS)
def test_a_digest_is_a_slug_of_twelve(number: str) -> None:
    assert len(digest(number)) == 12
    assert set(digest(number)) <= set(hexdigits.lower())


@given(st.lists(NUMBERS, unique=True, max_size=50))
def test_two_numbers_have_two_digests(numbers: list[str]) -> None:
    assert len({digest(number) for number in numbers}) == len(numbers)


def test_people_see_the_last_four_digits() -> None:
    assert last_four(SPIN) == "8433"


def test_people_see_who_an_address_means_and_not_the_address() -> None:
    assert masked("hanako.denki@example.jp") == "ha…@example.jp"
    assert masked("h@example.jp") == "h…@example.jp"


def test_a_device_is_found_by_the_digest_of_its_number() -> None:
    ours = {(DOMAIN, digest(SPIN)), ("other", "A-1")}
    assert is_ours(ours)
    assert number_of(ours, ["A-1", SPIN]) == SPIN
    assert number_of(ours, ["A-1"]) is None
    assert number_of({("other", digest(SPIN))}, [SPIN]) is None
    assert not is_ours({("other", digest(SPIN))})
