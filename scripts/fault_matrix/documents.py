"""The documents and endpoints, what each is for, and which entities show nothing where it is not told."""

from dataclasses import dataclass, field
from enum import StrEnum


class Need(StrEnum):
    """What a document is for."""

    ACCOUNTS = "the list of accounts: the account clock needs it"
    POINTS = "the supply points of an account: the account needs them"
    OPTIONAL = "an optional document of the account clock"
    GENERATION = "the generation points: their half hours follow with the next poll"
    GAS = "the gas points: many an account has none, so that only their end is news"
    CATALOGUE = "what is on sale: once a day, and a sibling of the document"
    QUIET = "an optional document that many an account has none of"
    READINGS = "half hours: a clock of their own, and a sibling of the document"
    EXPORTS = "half hours of generation: a clock of their own"
    REWARDS = "rewards: asked where entities are enabled"
    SIGN_IN = "signing in"
    REST = "an endpoint of REST: asked by an action alone"
    REST_OR_GRAPHQL = "an endpoint of REST: where it is refused, GraphQL answers"
    CAMPAIGN = "the registration for a campaign: sent once"


@dataclass(frozen=True)
class Document:
    """A document: `own` are the entities without a value where it is refused, `clock` is what asks for it.

    `first` and `restart`: what has no value after a set-up to which it was never told, where that is more than `own`.
    A fault of single fields strikes the field that a document begins with, or `strikes`.
    """

    need: Need
    own: frozenset[str] = field(default_factory=frozenset)
    clock: str = "account"
    strikes: str | None = None
    first: frozenset[str] | None = None
    restart: frozenset[str] | None = None


def _named(device: str, names: str) -> frozenset[str]:
    return frozenset(f"{device}:{name}" for name in names.split())


_BILL = _named("account", "last_bill_amount last_bill_issue_date last_bill_due_date")
_JOINED = _named(
    "account",
    "joined_campaigns campaign_energy_shifted campaign_days_met campaign_savings campaigns",
)
_MONEY = _named(
    "account", "balance overdue_balance last_payment_amount last_payment_date plan account_status"
)
_OPEN = _named("account", "open_campaigns")
_SPANS = "today yesterday this_week this_month last_month"
_READ = "latest_half_hour latest_reading data_delay history_import"
ACCOUNT_ENTITIES = (_MONEY | _BILL | _OPEN | _JOINED) - {"account:campaigns"}

CLOCKS: dict[str, frozenset[str]] = {
    "account": ACCOUNT_ENTITIES
    | _JOINED
    | _named("electricity", "status supply_since")
    | _named("generation", "status"),
    "readings": _named(
        "electricity",
        " ".join(
            f"{what}_{span}"
            for what in ("consumption", "cost")
            for span in f"{_SPANS} billing_period".split()
        )
        + f" {_READ}",
    ),
    "exports": _named(
        "generation",
        " ".join(f"{what}_{span}" for what in ("export", "compensation") for span in _SPANS.split())
        + f" {_READ} generation_credit",
    ),
    "rewards": _named("account", "loyalty_points vouchers"),
}
"""The entities that show nothing where a clock has failed."""

DOCUMENTS: dict[str, Document] = {
    "viewer": Document(Need.ACCOUNTS),
    "supply_points": Document(Need.POINTS),
    "agreements": Document(
        Need.OPTIONAL,
        first=_named("account", "plan")
        | _named(
            "electricity",
            "agreement_start cost_billing_period cost_last_month cost_this_month cost_this_week cost_today cost_yesterday current_price hourly_prices last_bill_computed next_price next_price_change previous_price projected_consumption projected_cost renewable_energy_levy saving_on_cheapest_plan",
        ),
        restart=_named("account", "plan")
        | _named(
            "electricity",
            "agreement_start cheapest_rate cheapest_time_today cheapest_time_tomorrow current_price fuel_cost_adjustment highest_price_today hourly_prices last_bill_computed lowest_price_today mean_price_today next_cheapest_time next_dearest_time next_price next_price_change previous_price price_percentile price_rank projected_consumption projected_cost rate_band renewable_energy_levy saving_on_cheapest_plan standing_charge",
        ),
    ),
    "supply_periods": Document(Need.OPTIONAL),
    "interval_readings": Document(Need.OPTIONAL),
    "reading_dates": Document(Need.OPTIONAL),
    "generation_points": Document(
        Need.GENERATION,
        first=frozenset(),
        restart=CLOCKS["exports"] | _named("generation", "status"),
    ),
    "supply_details": Document(Need.OPTIONAL),
    "addon_rates": Document(Need.OPTIONAL),
    "meti_credits": Document(Need.OPTIONAL),
    "tariff_summary": Document(Need.CATALOGUE),
    "balance": Document(Need.OPTIONAL, own=_named("account", "balance")),
    "overdue_balance": Document(Need.OPTIONAL, own=_named("account", "overdue_balance")),
    "payments": Document(
        Need.OPTIONAL, own=_named("account", "last_payment_amount last_payment_date")
    ),
    "statements": Document(
        Need.OPTIONAL,
        own=_BILL,
        first=_BILL | _named("electricity", "contracted_capacity"),
    ),
    "statement_due_dates_june": Document(Need.QUIET, own=_named("account", "last_bill_due_date")),
    "bills": Document(Need.QUIET, own=_named("account", "last_bill_amount last_bill_issue_date")),
    "gas_supply_points": Document(
        Need.GAS,
        restart=_named(
            "gas", "last_reading last_reading_cost last_reading_days next_reading plan unit_price"
        ),
    ),
    "gas_readings": Document(
        Need.OPTIONAL,
        first=_named("gas", "last_reading last_reading_cost last_reading_days unit_price"),
        restart=_named("gas", "last_reading last_reading_cost last_reading_days unit_price"),
    ),
    "gas_reading_dates": Document(
        Need.OPTIONAL, first=_named("gas", "next_reading"), restart=_named("gas", "next_reading")
    ),
    "campaigns_open": Document(Need.QUIET, own=_OPEN),
    "campaigns_joined": Document(Need.QUIET, own=_JOINED),
    "half_hourly_readings": Document(
        Need.READINGS,
        clock="readings",
        strikes="halfHourlyReadings",
        first=CLOCKS["readings"]
        | _named(
            "electricity",
            "cheapest_plan last_bill_computed projected_consumption projected_cost saving_on_cheapest_plan",
        ),
        restart=CLOCKS["readings"] | _named("electricity", "projected_consumption projected_cost"),
    ),
    "generation_half_hourly_readings": Document(
        Need.EXPORTS,
        clock="exports",
        strikes="halfHourlyReadings",
        first=CLOCKS["exports"],
        restart=CLOCKS["exports"],
    ),
    "loyalty_points": Document(
        Need.REWARDS, own=_named("account", "loyalty_points"), clock="rewards"
    ),
    "vouchers": Document(Need.REWARDS, own=_named("account", "vouchers"), clock="rewards"),
    "obtain_token": Document(Need.SIGN_IN),
    "register_for_campaign": Document(Need.CAMPAIGN),
    "REST products": Document(Need.REST),
    "REST electricity-meter-points": Document(Need.REST),
    "REST industry": Document(Need.REST_OR_GRAPHQL),
    "REST quotes": Document(Need.REST_OR_GRAPHQL),
}
"""The documents that are asked for again and again, by the name of their file."""
