"""What is expected where a fault strikes a document: by rule, from what the fault does and what the document is for.

A cell's expectation is one line of `RULES`, and one line each of `EFFECTS` and `DOCUMENTS`. No cell has an expectation of its own.
"""

from dataclasses import dataclass
from enum import StrEnum

from .documents import Need


class Effect(StrEnum):
    """What a fault comes to for who asked."""

    NOTHING = "no failure"
    PASSES = "may pass"
    LASTS = "refused"
    CODED = "refused, with a code"
    GONE = "no longer in the schema"
    THROTTLED = "throttled"
    FAILED = "failed inside"
    TOKEN = "token refused"  # noqa: S105  # An effect, not a token.
    CAPTCHA = "asks for a captcha"
    LOCKED = "does not know the login"
    MULTI_FACTOR = "asks for a second factor"
    EXPIRED = "asks for another password"
    ENDED = "no longer signs in this way"


class Phase(StrEnum):
    """When a fault strikes."""

    SIGN_IN = "sign-in"
    SET_UP = "first set-up"
    RESTART = "restart"
    POLL = "poll"
    ACTION = "action"


class Lost(StrEnum):
    """Which entities have no value."""

    NONE = "none"
    OWN = "its own"
    UNTOLD = "what is made of it"
    ACCOUNT = "the account's"
    CLOCK = "its clock's"
    ALL = "all: set-up is tried again"


EFFECTS: dict[str, Effect] = {
    "http_401": Effect.TOKEN,
    "http_403": Effect.LASTS,
    "http_429": Effect.THROTTLED,
    "http_500": Effect.PASSES,
    "http_502": Effect.PASSES,
    "http_503": Effect.PASSES,
    "timeout": Effect.PASSES,
    "slow": Effect.NOTHING,
    "truncated": Effect.PASSES,
    "html": Effect.PASSES,
    "throttled": Effect.THROTTLED,
    "expired_token": Effect.TOKEN,
    "refused_field": Effect.CODED,
    "internal_error": Effect.FAILED,
    "removed_field": Effect.GONE,
    "captcha": Effect.CAPTCHA,
    "locked": Effect.LOCKED,
    "multi_factor": Effect.MULTI_FACTOR,
    "password_expired": Effect.EXPIRED,
    "removed_input": Effect.ENDED,
    "input_off": Effect.ENDED,
    "sign_in_off": Effect.ENDED,
}
"""What each kind of fault (docs/simulator.md) is to who asked."""


STARTING = {"http_502", "http_403"}
"""The faults that strike a set-up or a restart: one that may pass, and one that does not."""

OF_REST = {Need.REST, Need.REST_OR_GRAPHQL}
OF_GRAPHQL = {"throttled", "expired_token"}
"""Answers of the whole request with a code, which REST does not give."""


@dataclass(frozen=True)
class Rule:
    """What a cell shows. `lines`: of WARNING and above, and `requests`: of the document, while the fault lasts.

    `minutes`: after how many at most everything is told again once the fault is lifted; None: another way serves, and the
    document is not asked for again that day. `repairs` and what the user is `told` are named by the key of their text.
    """

    lost: Lost
    lines: int
    requests: int
    minutes: int | None
    repairs: frozenset[str] = frozenset()
    reauthentication: bool = False
    told: str | None = None


NEXT, SOON, POLL, HOUR = 1, 3, 31, 62
"""Minutes: at once, 2 for what may pass, 30 for half hours and for what the service asks to wait, 60 for what is refused; and the next tick."""


def _refused(phase: Phase, need: Need, rule: Rule) -> dict[tuple[Phase, Need, Effect], Rule]:
    """Return the same rule for every kind of refusal."""
    return {(phase, need, effect): rule for effect in (Effect.LASTS, Effect.CODED, Effect.GONE)}


def _passing(need: Need, rule: Rule) -> dict[tuple[Phase, Need, Effect], Rule]:
    """Return the same rule of a poll for what may pass, whether an answer came or not."""
    return {(Phase.POLL, need, effect): rule for effect in (Effect.PASSES, Effect.FAILED)}


def _told(need: Need, tellings: dict[str | None, str]) -> dict[tuple[Phase, Need, Effect], Rule]:
    """Return the rules of a sign-in, or of an action: what the user is told of each effect; None: another way answers."""
    phase = Phase.SIGN_IN if need in {Need.SIGN_IN, Need.ACCOUNTS, Need.POINTS} else Phase.ACTION
    return {
        (phase, need, Effect[name]): Rule(
            Lost.NONE,
            0,
            2 if name == "TOKEN" and need in {Need.ACCOUNTS, Need.POINTS} else 1,
            0,
            told=told,
        )
        for told, names in tellings.items()
        for name in names.split()
    }


ASKED = (
    Need.ACCOUNTS,
    Need.POINTS,
    Need.OPTIONAL,
    Need.GENERATION,
    Need.GAS,
    Need.CATALOGUE,
    Need.QUIET,
    Need.READINGS,
    Need.EXPORTS,
    Need.REWARDS,
)
"""What a poll asks for."""

STARTS = {Phase.SET_UP: 2, Phase.RESTART: 1}
"""The starts that faults strike, and how often half hours are asked for then."""

RULES: dict[tuple[Phase, Need, Effect], Rule] = {
    **{(Phase.POLL, need, Effect.NOTHING): Rule(Lost.NONE, 0, 1, 0) for need in ASKED},
    **_passing(Need.ACCOUNTS, Rule(Lost.CLOCK, 1, 1, NEXT)),
    **_refused(Phase.POLL, Need.ACCOUNTS, Rule(Lost.CLOCK, 1, 1, HOUR)),
    # As it was seen last, after the other faults in one stay; once the clock's entities were lost. Why it differs is not known.
    (Phase.POLL, Need.ACCOUNTS, Effect.GONE): Rule(Lost.NONE, 1, 1, HOUR),
    (Phase.POLL, Need.ACCOUNTS, Effect.THROTTLED): Rule(Lost.CLOCK, 1, 1, POLL),
    (Phase.POLL, Need.ACCOUNTS, Effect.TOKEN): Rule(Lost.CLOCK, 1, 2, NEXT),
    **_passing(Need.POINTS, Rule(Lost.NONE, 1, 1, SOON)),
    **_refused(Phase.POLL, Need.POINTS, Rule(Lost.ACCOUNT, 1, 1, HOUR)),
    (Phase.POLL, Need.POINTS, Effect.THROTTLED): Rule(Lost.CLOCK, 1, 1, POLL),
    (Phase.POLL, Need.POINTS, Effect.TOKEN): Rule(Lost.NONE, 1, 2, SOON),
    **_passing(Need.OPTIONAL, Rule(Lost.NONE, 1, 1, SOON)),
    **_refused(Phase.POLL, Need.OPTIONAL, Rule(Lost.OWN, 1, 1, HOUR)),
    (Phase.POLL, Need.OPTIONAL, Effect.THROTTLED): Rule(Lost.CLOCK, 1, 1, POLL),
    (Phase.POLL, Need.OPTIONAL, Effect.TOKEN): Rule(Lost.NONE, 1, 2, SOON),
    **_passing(Need.GENERATION, Rule(Lost.NONE, 1, 1, SOON)),
    **_refused(Phase.POLL, Need.GENERATION, Rule(Lost.OWN, 1, 1, HOUR)),
    (Phase.POLL, Need.GENERATION, Effect.THROTTLED): Rule(Lost.CLOCK, 1, 1, POLL),
    (Phase.POLL, Need.GENERATION, Effect.TOKEN): Rule(Lost.NONE, 1, 2, SOON),
    **_passing(Need.GAS, Rule(Lost.NONE, 1, 1, SOON)),
    **_refused(Phase.POLL, Need.GAS, Rule(Lost.OWN, 1, 1, HOUR)),
    (Phase.POLL, Need.GAS, Effect.THROTTLED): Rule(Lost.CLOCK, 1, 1, POLL),
    (Phase.POLL, Need.GAS, Effect.TOKEN): Rule(Lost.NONE, 1, 2, SOON),
    **_passing(Need.CATALOGUE, Rule(Lost.NONE, 1, 1, SOON)),
    **_refused(Phase.POLL, Need.CATALOGUE, Rule(Lost.OWN, 1, 1, HOUR)),
    (Phase.POLL, Need.CATALOGUE, Effect.THROTTLED): Rule(Lost.CLOCK, 1, 1, POLL),
    (Phase.POLL, Need.CATALOGUE, Effect.TOKEN): Rule(Lost.NONE, 1, 2, SOON),
    (Phase.POLL, Need.CATALOGUE, Effect.GONE): Rule(Lost.NONE, 1, 1, None),
    **_passing(Need.QUIET, Rule(Lost.NONE, 0, 1, SOON)),
    **_refused(Phase.POLL, Need.QUIET, Rule(Lost.OWN, 0, 1, HOUR)),
    (Phase.POLL, Need.QUIET, Effect.THROTTLED): Rule(Lost.CLOCK, 1, 1, POLL),
    (Phase.POLL, Need.QUIET, Effect.TOKEN): Rule(Lost.NONE, 0, 2, SOON),
    **_passing(Need.READINGS, Rule(Lost.CLOCK, 1, 1, POLL)),
    (Phase.POLL, Need.READINGS, Effect.LASTS): Rule(Lost.CLOCK, 1, 1, POLL),
    (Phase.POLL, Need.READINGS, Effect.CODED): Rule(Lost.NONE, 0, 1, POLL),
    (Phase.POLL, Need.READINGS, Effect.GONE): Rule(Lost.NONE, 0, 1, None),
    (Phase.POLL, Need.READINGS, Effect.THROTTLED): Rule(Lost.CLOCK, 1, 1, POLL),
    (Phase.POLL, Need.READINGS, Effect.TOKEN): Rule(Lost.CLOCK, 1, 2, POLL),
    **_passing(Need.EXPORTS, Rule(Lost.CLOCK, 1, 1, POLL)),
    (Phase.POLL, Need.EXPORTS, Effect.LASTS): Rule(Lost.CLOCK, 1, 1, POLL),
    (Phase.POLL, Need.EXPORTS, Effect.CODED): Rule(Lost.NONE, 0, 1, POLL),
    (Phase.POLL, Need.EXPORTS, Effect.GONE): Rule(Lost.NONE, 0, 1, POLL),
    (Phase.POLL, Need.EXPORTS, Effect.THROTTLED): Rule(Lost.CLOCK, 1, 1, POLL),
    (Phase.POLL, Need.EXPORTS, Effect.TOKEN): Rule(Lost.CLOCK, 1, 2, POLL),
    **_passing(Need.REWARDS, Rule(Lost.NONE, 0, 1, SOON)),
    **_refused(Phase.POLL, Need.REWARDS, Rule(Lost.OWN, 0, 1, HOUR)),
    (Phase.POLL, Need.REWARDS, Effect.THROTTLED): Rule(Lost.CLOCK, 1, 1, POLL),
    (Phase.POLL, Need.REWARDS, Effect.TOKEN): Rule(Lost.NONE, 0, 2, SOON),
    **_told(
        Need.SIGN_IN,
        {
            "cannot_connect": "PASSES",
            "throttled": "THROTTLED",
            "sign_in_failed": "LASTS CODED GONE FAILED TOKEN",
            "captcha_required": "CAPTCHA",
            "authentication_failed": "LOCKED",
            "mfa_required": "MULTI_FACTOR",
            "password_expired": "EXPIRED",
            "sign_in_ended": "ENDED",
        },
    ),
    **_told(
        Need.ACCOUNTS,
        {
            "cannot_connect": "PASSES",
            "throttled": "THROTTLED",
            "service_error": "LASTS CODED GONE FAILED TOKEN",
        },
    ),
    **_told(
        Need.POINTS,
        {
            "cannot_connect": "PASSES",
            "throttled": "THROTTLED",
            "service_error": "LASTS CODED GONE FAILED TOKEN",
        },
    ),
    **_told(Need.REST, {"rest_failed": "PASSES THROTTLED LASTS TOKEN"}),
    **_told(Need.REST_OR_GRAPHQL, {"rest_failed": "PASSES THROTTLED", None: "LASTS TOKEN"}),
    **_told(
        Need.CAMPAIGN,
        {
            "registration_unknown": "PASSES FAILED TOKEN",
            "registration_refused": "THROTTLED LASTS CODED GONE",
        },
    ),
    **{
        (phase, need, effect): rule
        for phase in STARTS
        for need, effect, rule in (
            (Need.ACCOUNTS, Effect.PASSES, Rule(Lost.ALL, 0, 1, 1)),
            (Need.ACCOUNTS, Effect.LASTS, Rule(Lost.ALL, 0, 1, 1)),
            (Need.POINTS, Effect.PASSES, Rule(Lost.ALL, 1, 1, 1)),
            (Need.POINTS, Effect.LASTS, Rule(Lost.ALL, 1, 1, 1)),
            (Need.OPTIONAL, Effect.PASSES, Rule(Lost.UNTOLD, 1, 1, SOON)),
            (Need.OPTIONAL, Effect.LASTS, Rule(Lost.UNTOLD, 1, 1, HOUR)),
            (Need.CATALOGUE, Effect.PASSES, Rule(Lost.UNTOLD, 1, 1, SOON)),
            (Need.CATALOGUE, Effect.LASTS, Rule(Lost.UNTOLD, 1, 1, HOUR)),
            (Need.GAS, Effect.PASSES, Rule(Lost.UNTOLD, 0, 1, SOON)),
            (Need.GAS, Effect.LASTS, Rule(Lost.UNTOLD, 0, 1, HOUR)),
            (Need.GENERATION, Effect.PASSES, Rule(Lost.UNTOLD, 1, 1, POLL)),
            (Need.GENERATION, Effect.LASTS, Rule(Lost.UNTOLD, 1, 1, HOUR + POLL)),
            (Need.QUIET, Effect.PASSES, Rule(Lost.UNTOLD, 0, 1, SOON)),
            (Need.QUIET, Effect.LASTS, Rule(Lost.UNTOLD, 0, 1, HOUR)),
            (Need.REWARDS, Effect.PASSES, Rule(Lost.UNTOLD, 0, 1, NEXT)),
            (Need.REWARDS, Effect.LASTS, Rule(Lost.UNTOLD, 0, 1, HOUR)),
        )
    },
    # At the first set-up the history is asked for as well.
    **{
        (phase, need, effect): Rule(Lost.UNTOLD, 1, requests, POLL)
        for phase, requests in STARTS.items()
        for need in (Need.READINGS, Need.EXPORTS)
        for effect in (Effect.PASSES, Effect.LASTS)
    },
}
