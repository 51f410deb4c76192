"""Where a figure comes from."""

from enum import StrEnum


class Provenance(StrEnum):
    """Where a figure comes from."""

    API = "api"
    BILL = "bill"
    OBSERVED = "observed"
    ENTERED = "entered"
    PUBLISHED = "published"
    CARRIED_FORWARD = "carried_forward"
    LEARNED = "learned"
