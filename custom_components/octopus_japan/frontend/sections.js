// The sections of a home's view. Each is there only if what it shows exists: entities by their translation keys, statistics by id.
import { PriceCard } from "./price-card.js";

const ICONS = { generation: "mdi:solar-power", gas: "mdi:fire" };

const DAYS = { hour: 2, day: 31, month: 396 };

/** What stands in a section besides its graphs, in this order. A key that no entity has is left out. */
const ENTITIES = {
  price: ["next_price_change", "next_price", "next_cheapest_time", "next_dearest_time"],
  usage: ["consumption_today", "consumption_yesterday", "consumption_this_week", "latest_reading"],
  cost: ["cost_today", "cost_yesterday", "cost_this_week"],
  period: ["consumption_billing_period", "cost_billing_period", "billing_period_end", "next_reading_date"],
  step: ["rate_band", "left_in_step", "next_step"],
  comparison: ["cheapest_plan", "saving_on_cheapest_plan"],
  bill: ["last_bill_computed", "bill_difference"],
  account: ["last_bill_amount", "last_bill_due_date", "overdue_balance", "balance", "plan"],
  campaigns: ["open_campaigns", "joined_campaigns", "campaign_savings", "loyalty_points", "vouchers"],
};

/** Names that are short below the heading of their section. */
const SHORT = {
  consumption_today: "today",
  consumption_yesterday: "yesterday",
  consumption_this_week: "this_week",
  consumption_billing_period: "usage",
  cost_today: "today",
  cost_yesterday: "yesterday",
  cost_this_week: "this_week",
  cost_billing_period: "cost",
  next_price_change: "price_changes",
  next_cheapest_time: "next_cheapest",
  next_dearest_time: "next_dearest",
  next_reading_date: "meter_reading",
  saving_on_cheapest_plan: "saving",
  last_bill_computed: "bill_computed",
};

/** Keys that are unknown while the plan has no such thing: their tiles show when they have something to say. */
const ALWAYS = /^(consumption|cost|export|compensation)_|^(balance|plan)$/;

function tile(device, key, text) {
  const entity = device.entities[key];
  // Its own name, without the device's: the view says which point it is.
  const name = key in SHORT ? text(SHORT[key]) : (device.names[key] ?? { type: "entity" });
  const card = { type: "tile", entity, name };
  return ALWAYS.test(key) ? card : { ...card, visibility: [known(entity)] };
}

function known(entity) {
  return {
    condition: "and",
    conditions: ["unknown", "unavailable"].map((state_not) => ({ condition: "state", entity, state_not })),
  };
}

function graph({ statistic, name, period }) {
  return {
    type: "statistics-graph",
    chart_type: "bar",
    period,
    days_to_show: DAYS[period],
    stat_types: ["change"],
    entities: [{ entity: statistic, name }],
    hide_legend: true,
    grid_options: { columns: 12 },
  };
}

function heading(title, icon) {
  return { type: "heading", heading: title, heading_style: "title", icon };
}

function subtitle(title) {
  return { type: "heading", heading: title, heading_style: "subtitle" };
}

function section(title, icon, cards) {
  const shown = cards.filter(Boolean);
  return shown.length ? { type: "grid", cards: [heading(title, icon), ...shown] } : null;
}

/** Returns tiles of the entities of a device that a section names. */
function tiles(device, name, text) {
  return ENTITIES[name].filter((key) => key in device.entities).map((key) => tile(device, key, text));
}

function graphs({ statistics, statistic, periods, name, text }) {
  if (!statistics.has(statistic)) return [];
  return periods.flatMap((period) => [subtitle(text(`by_${period}`)), graph({ statistic, name, period })]);
}

/** Returns a section that shows while an entity has a state; null where there is no such entity. */
function onlyIf(entity, made) {
  return entity && made ? { ...made, visibility: [known(entity)] } : null;
}

/** Returns a section of campaigns that shows while there is one; null without such sensors. */
function ifAny(account, made) {
  const counted = ["open_campaigns", "joined_campaigns"].map((key) => account.entities[key]).filter(Boolean);
  const conditions = counted.map((entity) => ({ condition: "numeric_state", entity, above: 0 }));
  return made && conditions.length ? { ...made, visibility: [{ condition: "or", conditions }] } : made;
}

/** Returns the sections of a point's view; `beside`: its account and the devices of it that have no view. */
export function ofPoint({ point, beside, statistics, text }) {
  const statistic = (kind) => `octopus_japan:electricity_${point.digest}_${kind}`;
  const of = (kind, periods, name) => graphs({ statistics, statistic: statistic(kind), periods, name, text });
  const supply = point.kind === "supply";
  const list = [
    supply &&
      section(text("section_price"), "mdi:cash-clock", [
        { type: `custom:${PriceCard.tag}`, device: point.id, grid_options: { columns: 12 } },
        ...tiles(point, "price", text),
      ]),
    section(text("section_usage"), "mdi:flash", [
      ...tiles(point, "usage", text),
      ...of("consumption", ["hour", "day"], text("usage")),
    ]),
    section(text("section_cost"), "mdi:cash-multiple", [
      ...tiles(point, "cost", text),
      ...of("cost", ["day", "month"], text("cost")),
    ]),
    section(text("section_period"), "mdi:calendar-range", [...tiles(point, "period", text), projection(point, text)]),
    onlyIf(point.entities.left_in_step, section(text("section_step"), "mdi:stairs-up", tiles(point, "step", text))),
    onlyIf(
      point.entities.cheapest_plan,
      section(text("section_comparison"), "mdi:scale-balance", [...tiles(point, "comparison", text), plans(point, text)]),
    ),
    section(text("section_bill"), "mdi:receipt-text", [
      ...(beside.account ? tiles(beside.account, "account", text) : []),
      ...tiles(point, "bill", text),
    ]),
    ...beside.others.map((device) => ofOther({ device, statistics, text })),
    beside.account &&
      ifAny(beside.account, section(text("section_campaigns"), "mdi:gift", tiles(beside.account, "campaigns", text))),
  ];
  return list.filter(Boolean);
}

/** Returns a table of what the period is expected to come to, with the range; null where nothing is projected. */
function projection(point, text) {
  const { projected_consumption: kwh, projected_cost: yen } = point.entities;
  if (!kwh || !yen) return null;
  const row = (entity, unit) => {
    const rounded = (value) => `{{ '{:,.0f}'.format(${value} | float(0)) }}`;
    const of = (attribute) => rounded(`state_attr('${entity}', '${attribute}')`);
    return `| ${unit} | **${rounded(`states('${entity}')`)}** | ${of("low")} – ${of("high")} |`;
  };
  const content = [`| | ${text("projected")} | ${text("range")} |`, "| :-- | --: | --: |", row(kwh, "kWh"), row(yen, "¥")].join(
    "\n",
  );
  return { type: "markdown", content, visibility: [known(yen)], grid_options: { columns: 12 } };
}

/** Returns a table of the plans that would have cost least, as the attributes of the sensor list them; null without it. */
function plans(point, text) {
  const entity = point.entities.cheapest_plan;
  if (!entity) return null;
  const yen = (value) => `{{ '{:,.0f}'.format(${value}) }}`;
  const content = [
    `| ${text("plan")} | ${text("cost_yen")} | ${text("difference_yen")} |`,
    "| :-- | --: | --: |",
    `{%- for found in state_attr('${entity}', 'best') or [] %}`,
    `| {{ found.plan }} | ${yen("found.cost")} | {{ '' if found.difference is none else '{:+,.0f}'.format(found.difference) if found.difference else '±0' }} |`,
    "{%- endfor %}",
    "",
    text("months", { months: `{{ state_attr('${entity}', 'months') }}` }),
  ].join("\n");
  return { type: "markdown", content, grid_options: { columns: 12 } };
}

/** A generation point, gas, or what else an account has: its tiles, and graphs of the statistics that bear its digest. */
function ofOther({ device, statistics, text }) {
  const mine = [...statistics].filter((id) => id.startsWith("octopus_japan:") && id.includes(`_${device.digest}_`));
  const cards = mine
    .sort()
    .flatMap((id) => [subtitle(kindOf(id, text)), graph({ statistic: id, name: device.name, period: "month" })]);
  const keys = Object.keys(device.entities).filter((key) => !device.diagnostic.has(key));
  return section(device.name, ICONS[device.kind] ?? "mdi:lightning-bolt", [
    ...keys.map((key) => tile(device, key, text)),
    ...cards,
  ]);
}

/** Returns what a statistic counts, by the end of its id. */
function kindOf(statistic, text) {
  return text({ consumption: "usage", return: "export" }[statistic.split("_").pop()] ?? statistic.split("_").pop());
}
