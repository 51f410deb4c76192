"""A dashboard of the demo's households, made as a user would make it."""

from collections.abc import Mapping
from typing import Any

from .connection import Connection
from .households import Home

PATH = "octopus-japan"

type Card = dict[str, Any]

TODAYS_PRICES = """\
{{% set today = now().date() %}}
| from | JPY/kWh | |
|:--|--:|:--|
{{% for rate in state_attr('{price}', 'rates') or [] -%}}
{{% set start, end = as_local(as_datetime(rate.start)), as_local(as_datetime(rate.end)) -%}}
{{% if start.date() == today -%}}
{{% set bold = '**' if start <= now() < end else '' -%}}
| {{{{ bold }}}}{{{{ start.strftime('%H:%M') }}}}{{{{ bold }}}} \
| {{{{ bold }}}}{{{{ '%.2f' | format(rate.value_inc_vat) }}}}{{{{ bold }}}} \
| {{{{ '▇' * (rate.value_inc_vat / 3) | round | int }}}} |
{{% endif -%}}
{{% endfor %}}
Energy charge {{{{ '%.2f' | format(state_attr('{price}', 'energy_charge') or 0) }}}}, \
fuel cost adjustment {{{{ '%.2f' | format(state_attr('{price}', 'fuel_cost_adjustment') or 0) }}}}, \
renewable energy levy {{{{ '%.2f' | format(state_attr('{price}', 'renewable_energy_levy') or 0) }}}}
"""

BEST_PLANS = """\
The year's {{{{ state_attr('{cheapest}', 'months') }}}} billing periods at today's monthly rates:

| plan | yen | difference |
|:--|--:|--:|
{{% for best in state_attr('{cheapest}', 'best') or [] -%}}
| {{{{ best.plan }}}} | {{{{ '{{:,}}'.format(best.cost) }}}} | {{{{ '{{:+,}}'.format(best.difference) if best.difference is not none }}}} |
{{% endfor %}}
"""


async def save_dashboard(connection: Connection, homes: list[Home]) -> None:
    """Make the dashboard, and make it the one that is shown first."""
    entity_ids = await connection.entity_ids()
    await connection.call(
        "lovelace/dashboards/create",
        url_path=PATH,
        title="Octopus Energy Japan",
        icon="mdi:transmission-tower",
        show_in_sidebar=True,
        require_admin=False,
        mode="storage",
    )
    view = {
        "title": "Price, usage and cost",
        "type": "sections",
        "max_columns": len(homes),
        "sections": [_section(home, entity_ids) for home in homes],
    }
    comparison = {
        "title": "Comparison",
        "path": "comparison",
        "type": "sections",
        "max_columns": len(homes),
        "sections": [_comparison(home, entity_ids) for home in homes],
    }
    views = [view, comparison]
    await connection.call("lovelace/config/save", url_path=PATH, config={"views": views})
    await connection.call("frontend/set_system_data", key="core", value={"default_panel": PATH})


def _comparison(home: Home, entity_ids: Mapping[str, str]) -> Card:
    cheapest = entity_ids[f"{home.digest}_cheapest_plan"]
    saving = entity_ids[f"{home.digest}_saving_on_cheapest_plan"]
    return {
        "type": "grid",
        "cards": [
            {"type": "heading", "heading": home.name, "icon": "mdi:scale-balance"},
            {"type": "tile", "entity": cheapest, "name": "Cheapest plan"},
            {"type": "tile", "entity": saving, "name": "Saving on it"},
            {
                "type": "markdown",
                "content": BEST_PLANS.format(cheapest=cheapest),
                "grid_options": {"columns": "full"},
            },
        ],
    }


def _section(home: Home, entity_ids: Mapping[str, str]) -> Card:
    def tile(key: str, name: str, icon: str) -> Card:
        entity = entity_ids[f"{home.digest}_{key}"]
        return {"type": "tile", "entity": entity, "name": name, "icon": icon}

    def wide(card: Card) -> Card:
        return {**card, "grid_options": {"columns": "full"}}

    price = entity_ids[f"{home.digest}_current_price"]
    return {
        "type": "grid",
        "cards": [
            {
                "type": "heading",
                "heading": f"{home.name} ({home.shape})",
                "icon": "mdi:home-lightning-bolt",
            },
            tile("current_price", "Price now", "mdi:cash-clock"),
            tile("next_price", "Next price", "mdi:cash-fast"),
            wide(
                {
                    "type": "markdown",
                    "title": "Today's prices",
                    "content": TODAYS_PRICES.format(price=price),
                }
            ),
            tile("consumption_yesterday", "Used yesterday", "mdi:flash"),
            tile("cost_yesterday", "Cost yesterday", "mdi:cash"),
            tile("consumption_billing_period", "Used this period", "mdi:flash"),
            tile("cost_billing_period", "Cost this period", "mdi:cash"),
            wide(_graph("Usage by day", home.statistic("consumption"), "day", 31)),
            wide(_graph("Cost by month", home.statistic("cost"), "month", 400)),
            wide(
                {
                    "type": "entities",
                    "title": "More",
                    "entities": [
                        *_more(home, entity_ids),
                        {"entity": entity_ids[f"{home.account_digest}_plan"], "name": "Plan"},
                        {"entity": entity_ids[f"{home.account_digest}_balance"], "name": "Balance"},
                    ],
                }
            ),
        ],
    }


def _graph(title: str, statistic: str, period: str, days: int) -> Card:
    return {
        "type": "statistics-graph",
        "title": title,
        "chart_type": "bar",
        "period": period,
        "days_to_show": days,
        "stat_types": ["change"],
        "entities": [statistic],
        "hide_legend": True,
    }


def _more(home: Home, entity_ids: Mapping[str, str]) -> list[Card]:
    names = {
        "next_price_change": "Price changes",
        "consumption_today": "Used today, as far as published",
        "cost_today": "Cost today, as far as published",
        "latest_half_hour": "Latest half hour",
        "latest_reading": "Latest reading",
        "data_delay": "Data delay",
    }
    return [
        {"entity": entity_ids[f"{home.digest}_{key}"], "name": name} for key, name in names.items()
    ]
