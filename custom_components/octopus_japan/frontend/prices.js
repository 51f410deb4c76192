// What a chart of prices needs to know of an answer of the action `get_prices`. Pure: no browser, no Home Assistant.

const HALF_HOUR = 30 * 60 * 1000;
const ZONE = "Asia/Tokyo";
/** Japan has no summer time, so that a day is always 24 hours and begins at 15:00 UTC. */
const AHEAD = 9 * 3600 * 1000;
const DAY = 24 * 3600 * 1000;

/** Returns the start of the day in Japan that an instant (in ms) lies in. */
export function midnight(at) {
  return Math.floor((at + AHEAD) / DAY) * DAY - AHEAD;
}

/**
 * Returns the half hours of today and tomorrow, each with its day (0 or 1), its times in ms, and its price in yen per kWh;
 * where the answer has none, the price is null.
 */
export function halfHours(prices, now) {
  const first = midnight(now);
  const told = new Map((prices ?? []).map((price) => [Math.floor(Date.parse(price.start) / HALF_HOUR) * HALF_HOUR, price]));
  return Array.from({ length: 96 }, (_, index) => {
    const start = first + index * HALF_HOUR;
    const price = told.get(start);
    return {
      index,
      day: Math.floor(index / 48),
      start,
      end: start + HALF_HOUR,
      price: price?.price ?? null,
      band: price?.band ?? null,
      estimated: price?.estimated ?? false,
      components: price?.components ?? {},
    };
  });
}

/** Returns the half hours of the days that have a price at all: tomorrow is not always known. */
export function knownDays(list) {
  const days = [0, 1].map((day) => list.filter((half) => half.day === day));
  const known = days.filter((day) => day.some((half) => half.price !== null));
  return known.length ? known : [days[0]];
}

/** Returns the half hour that an instant lies in, undefined outside of today and tomorrow. */
export function at(list, now) {
  return list.find((half) => half.start <= now && now < half.end);
}

/** Returns the instant at which the price of `half` ends: the next half hour of another price, or the end of what is known. */
export function holdsUntil(list, half) {
  const next = list.find((other) => other.start > half.start && other.price !== half.price);
  return next ? next.start : list[list.length - 1].end;
}

/** Returns the lowest and highest price, and ticks for an axis that begins at zero; null without any price. */
export function scale(list) {
  const prices = list.map((half) => half.price).filter((price) => price !== null);
  if (!prices.length) return null;
  const low = Math.min(...prices);
  const high = Math.max(...prices);
  const bottom = Math.min(0, low);
  const step = stepOf(Math.max(high, 0) - bottom);
  const first = Math.floor(bottom / step);
  const last = Math.max(first + 1, Math.ceil(high / step));
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
  return { low, high, ticks, bottom: ticks[0], top: ticks[ticks.length - 1] };
}

/** Returns a round distance of ticks that gives an axis about four of them. */
function stepOf(span) {
  const rough = Math.max(span, 0.1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough);
}

/** Tells whether all prices are the same to the hundredth that is shown: no time is the cheapest then. */
export function isFlat({ low, high }) {
  return high - low < 0.005;
}

/** Tells how dear a price is among the others: `cheap`, `middle` or `dear`, `flat` where all are the same. */
export function level(price, { low, high }) {
  if (isFlat({ low, high })) return "flat";
  const part = (price - low) / (high - low);
  return part < 1 / 3 ? "cheap" : part < 2 / 3 ? "middle" : "dear";
}

/** Returns runs of half hours of one band: what a strip below the bars shows. Half hours without a band end a run. */
export function bands(list) {
  const runs = [];
  for (const half of list) {
    const last = runs[runs.length - 1];
    if (last && last.band === half.band && last.end === half.start) last.end = half.end;
    else if (half.band !== null) runs.push({ band: half.band, start: half.start, end: half.end });
  }
  return runs;
}

/** Formats numbers and times as the user's language has them; times are Japan's, wherever the browser is. */
export function formats(hass) {
  const language = hass?.locale?.language ?? "en";
  const number = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const clock = new Intl.DateTimeFormat(language, {
    hour: "numeric",
    minute: "2-digit",
    hourCycle: hass?.locale?.time_format === "12" ? "h12" : "h23",
    timeZone: ZONE,
  });
  return { price: (value) => number.format(value), time: (instant) => clock.format(instant) };
}
