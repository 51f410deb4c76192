// Bars of prices as SVG, a row for today and one for tomorrow where there is no room beside each other.
import { svg } from "./elements.js";
import { bands, level } from "./prices.js";

const LEFT = 30;
const TOP = 18;
const HEIGHT = 110;
const STRIP = 14;
const BOTTOM = 18;
const HALF_HOUR = 30 * 60 * 1000;
const HOUR = 2 * HALF_HOUR;
/** Pixels that a letter of a band's name takes, about. */
const LETTER = 10;

export const ROW_HEIGHT = TOP + HEIGHT + STRIP + BOTTOM;

/**
 * Returns a row of bars.
 *
 * `list`: its half hours. `scale`: of all rows, so that rows compare. `width` in pixels. `now` in ms. `cheapest`: times of the
 * cheapest window in ms, or null. `chosen`: the index of the half hour whose parts are shown. `bandName` and `dayName` give texts.
 */
export function row({ list, scale, width, now, cheapest, chosen, bandName, dayName, format }) {
  const first = list[0].start;
  const last = list[list.length - 1].end;
  const x = (at) => LEFT + ((at - first) / (last - first)) * (width - LEFT);
  const y = (price) => TOP + HEIGHT - ((price - scale.bottom) / (scale.top - scale.bottom)) * HEIGHT;
  return svg(
    "svg",
    { width, height: ROW_HEIGHT, viewBox: `0 0 ${width} ${ROW_HEIGHT}`, "aria-hidden": "true" },
    ...window(cheapest, first, last, x),
    ...grid(scale, y, width),
    ...bars({ list, scale, x, y, now, chosen }),
    ...strip(list, x, bandName),
    ...hours({ first, last, x, format, width }),
    ...days({ list, x, dayName }),
    ...nowLine(now, first, last, x),
  );
}

function window(cheapest, first, last, x) {
  if (!cheapest || cheapest.end <= first || last <= cheapest.start) return [];
  const from = x(Math.max(cheapest.start, first));
  const width = x(Math.min(cheapest.end, last)) - from;
  return [svg("rect", { class: "cheapest", x: from, y: TOP, width, height: HEIGHT + STRIP })];
}

function grid(scale, y, width) {
  return scale.ticks.flatMap((tick) => [
    svg("line", { class: "grid", x1: LEFT, x2: width, y1: y(tick), y2: y(tick) }),
    svg("text", { class: "tick", x: LEFT - 5, y: y(tick) + 4 }, String(Math.round(tick * 100) / 100)),
  ]);
}

function bars({ list, scale, x, y, now, chosen }) {
  return list
    .filter((half) => half.price !== null)
    .map((half) => {
      const left = x(half.start);
      const wide = x(half.end) - left;
      const top = Math.min(y(half.price), y(0));
      const classes = ["bar", level(half.price, scale)];
      if (half.end <= now) classes.push("past");
      if (half.index === chosen) classes.push("chosen");
      if (half.estimated) classes.push("estimated");
      return svg("rect", {
        class: classes.join(" "),
        "data-index": half.index,
        x: left + wide * 0.08,
        y: top,
        width: wide * 0.84,
        height: Math.max(Math.abs(y(half.price) - y(0)), 1),
        rx: Math.min(2, wide / 4),
      });
    });
}

function strip(list, x, bandName) {
  const runs = bands(list);
  if (new Set(runs.map((run) => run.band)).size < 2 && !runs.some((run) => run.band.startsWith("step_"))) return [];
  return runs.flatMap((run, index) => {
    const left = x(run.start);
    const wide = x(run.end) - left;
    const name = bandName(run.band);
    const fits = textWidth(name) < wide - 4;
    return [
      svg("rect", { class: `band ${index % 2 ? "odd" : "even"}`, x: left, y: TOP + HEIGHT + 2, width: wide, height: STRIP - 2 }),
      fits ? svg("text", { class: "band-name", x: left + wide / 2, y: TOP + HEIGHT + STRIP - 3 }, name) : null,
    ].filter(Boolean);
  });
}

function textWidth(text) {
  return [...text].reduce((sum, letter) => sum + (letter.charCodeAt(0) > 0x2e80 ? LETTER : LETTER * 0.6), 0);
}

function hours({ first, last, x, format, width }) {
  const every = (last - first > 24 * HOUR ? (width < 700 ? 12 : 6) : 6) * HOUR;
  const texts = [];
  for (let at = first; at < last; at += every) {
    texts.push(svg("text", { class: "hour", x: x(at), y: ROW_HEIGHT - 5 }, format.time(at)));
  }
  return texts;
}

function days({ list, x, dayName }) {
  const starts = list.filter((half) => half.index % 48 === 0);
  return starts.flatMap((half, index) => [
    svg("text", { class: "day", x: x(half.start), y: 11 }, dayName(half.day)),
    ...(index ? [svg("line", { class: "midnight", x1: x(half.start), x2: x(half.start), y1: 2, y2: TOP + HEIGHT + STRIP })] : []),
  ]);
}

function nowLine(now, first, last, x) {
  if (now < first || last <= now) return [];
  return [
    svg("line", { class: "now", x1: x(now), x2: x(now), y1: TOP - 4, y2: TOP + HEIGHT + STRIP }),
    svg("circle", { class: "now", cx: x(now), cy: TOP - 4, r: 3 }),
  ];
}

/** Returns the index of the half hour below a place in a row, in pixels from its left edge. */
export function indexAt(list, width, left) {
  const part = (left - LEFT) / (width - LEFT);
  const number = Math.min(list.length - 1, Math.max(0, Math.floor(part * list.length)));
  return list[number].index;
}
