// The sections of a home's view. Each is there only if what it shows exists: entities by their translation keys, statistics by id.
import { PriceCard } from "./price-card.js";

const DAYS = { hour: 2, day: 31, month: 396 };

/** What stands in a section besides its graphs, in this order. A key that no entity has is left out. */
const ENTITIES = {
  price: ["next_price_change", "next_price", "next_cheapest_time", "cheapest_rate"],
  usage: ["consumption_today", "consumption_yesterday", "latest_reading"],
  cost: ["cost_today", "cost_yesterday"],
  period: ["consumption_billing_period", "cost_billing_period"],
  step: ["rate_band", "left_in_step"],
};

/** Keys that begin like this belong to a section too: what grows there needs no line here. */
const FAMILIES = {
  period: /^(projected_|projection|billing_period_|period_)/,
  step: /^(next_step|step_)/,
  comparison: /(comparison|cheapest_plan|best_plan|other_plan|saving)/,
};

/** Keys that are unknown while the plan has no such thing: their tiles show when they have something to say. */
const ALWAYS = /^(consumption|cost|export|compensation)_|^(balance|plan|cheapest_rate)$/;

/** Names that are short below the heading of their section. */
const SHORT = {
  consumption_today: "today",
  consumption_yesterday: "yesterday",
  consumption_billing_period: "usage",
  cost_today: "today",
  cost_yesterday: "yesterday",
  cost_billing_period: "cost",
};

function tile(device, key, text) {
  const entity = device.entities[key];
  // Its own name, without the device's: the view says which point it is.
  const name = key in SHORT ? text(SHORT[key]) : { type: "entity" };
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

/** Returns tiles of the entities of a device that a section names, or whose key belongs to its family. */
function tiles(device, name, text) {
  const keys = ENTITIES[name] ?? [];
  const family = FAMILIES[name];
  const more = family ? Object.keys(device.entities).filter((key) => family.test(key) && !keys.includes(key)) : [];
  return [...keys, ...more.sort()].filter((key) => key in device.entities).map((key) => tile(device, key, text));
}

function graphs({ statistics, statistic, periods, name, text }) {
  if (!statistics.has(statistic)) return [];
  return periods.flatMap((period) => [subtitle(text(`by_${period}`)), graph({ statistic, name, period })]);
}

/** Returns a section that shows while an entity has a state; null where there is no such entity. */
function onlyIf(entity, made) {
  return entity && made ? { ...made, visibility: [known(entity)] } : null;
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
    section(text("section_period"), "mdi:calendar-range", tiles(point, "period", text)),
    onlyIf(point.entities.left_in_step, section(text("section_step"), "mdi:stairs-up", tiles(point, "step", text))),
    section(text("section_comparison"), "mdi:scale-balance", tiles(point, "comparison", text)),
    ...beside.others.map((device) => ofOther({ device, statistics, text })),
    beside.account && section(text("section_bill"), "mdi:receipt-text", ofAccount(beside.account, text)),
  ];
  return list.filter(Boolean);
}

/** Everything that an account shows: its bill, balance, plan, and what grows there. */
function ofAccount(account, text) {
  const first = ["balance", "plan"];
  const keys = Object.keys(account.entities).filter((key) => !first.includes(key));
  return [...keys.sort(), ...first].filter((key) => key in account.entities).map((key) => tile(account, key, text));
}

/** A generation point, gas, or what else an account has: its tiles, and graphs of the statistics that bear its digest. */
function ofOther({ device, statistics, text }) {
  const mine = [...statistics].filter((id) => id.startsWith("octopus_japan:") && id.includes(`_${device.digest}_`));
  const cards = mine
    .sort()
    .flatMap((id) => [subtitle(kindOf(id, text)), graph({ statistic: id, name: device.name, period: "month" })]);
  return section(device.name, device.kind === "generation" ? "mdi:solar-power" : "mdi:fire", [
    ...Object.keys(device.entities).map((key) => tile(device, key, text)),
    ...cards,
  ]);
}

function kindOf(statistic, text) {
  const kind = statistic.split("_").pop();
  return text(kind === "consumption" ? "usage" : kind);
}
