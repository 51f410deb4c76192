import { at, bands, formats, halfHours, holdsUntil, isFlat, knownDays, level, midnight, scale } from "/frontend/prices.js";
import { prices } from "./home.js";
import { equal, test } from "./testing.js";

// 00:30 on 21 November in Japan is the afternoon of the day before in UTC.
const NOW = Date.parse("2025-11-20T15:30:00Z");

test("a day begins at midnight in Japan", () => {
  equal(new Date(midnight(NOW)).toISOString(), "2025-11-20T15:00:00.000Z");
  equal(midnight(Date.parse("2025-11-20T15:00:00Z")), Date.parse("2025-11-20T15:00:00Z"));
  equal(midnight(Date.parse("2025-11-20T14:59:59Z")), Date.parse("2025-11-19T15:00:00Z"));
});

test("two days are 96 half hours, and what was not told has no price", () => {
  const list = halfHours(prices(NOW).slice(2, 50), NOW);
  equal(list.length, 96);
  equal([list[1].price, list[2].price, list[49].price, list[50].price], [null, 20, 30, null]);
  equal([list[47].day, list[48].day], [0, 1]);
});

test("a day without any price is not shown", () => {
  const list = halfHours(prices(NOW).slice(0, 48), NOW);
  equal(knownDays(list).length, 1);
  equal(knownDays(halfHours(prices(NOW), NOW)).length, 2);
});

test("a half hour begins at its start and ends before the next", () => {
  const list = halfHours(prices(NOW), NOW);
  equal(at(list, NOW).index, 1);
  equal(at(list, NOW - 1).index, 0);
  equal(at(list, NOW + 48 * 3600 * 1000), undefined);
});

test("a price holds until the next other one", () => {
  const list = halfHours(prices(NOW), NOW);
  equal(new Date(holdsUntil(list, list[1])).toISOString(), "2025-11-20T16:00:00.000Z");
  equal(new Date(holdsUntil(list, list[2])).toISOString(), "2025-11-20T20:00:00.000Z");
  equal(holdsUntil(list, list[95]), list[95].end);
});

test("an axis begins at zero, has round ticks and holds every price", () => {
  const made = (one, other) => scale([{ price: one }, { price: other }, { price: null }]);
  equal(made(20, 37.56).ticks, [0, 10, 20, 30, 40]);
  equal(made(31.08, 31.08).ticks, [0, 10, 20, 30, 40]);
  equal(made(-3, 12).ticks, [-5, 0, 5, 10, 15]);
  equal(made(0, 0).ticks.length, 2);
  equal(scale([{ price: null }]), null);
});

test("prices are cheap, middle or dear among each other", () => {
  const bounds = { low: 10, high: 40 };
  equal(
    [10, 19.9, 20, 29.9, 30, 40].map((price) => level(price, bounds)),
    ["cheap", "cheap", "middle", "middle", "dear", "dear"],
  );
  equal([isFlat({ low: 30, high: 30.004 }), isFlat({ low: 30, high: 30.01 })], [true, false]);
  equal(level(30, { low: 30, high: 30 }), "flat");
});

test("runs of a band end where the band does and where nothing is told", () => {
  const list = halfHours([...prices(NOW).slice(0, 12), ...prices(NOW).slice(14, 20)], NOW);
  equal(
    bands(list).map((run) => [run.band, (run.end - run.start) / 1800000]),
    [
      ["day", 2],
      ["night", 8],
      ["day", 2],
      ["day", 6],
    ],
  );
});

test("times are Japan's wherever the browser is, and as the user has them", () => {
  equal(formats({ locale: { language: "en", time_format: "24" } }).time(NOW), "00:30");
  equal(formats({ locale: { language: "en-GB", time_format: "12" } }).time(NOW), "12:30 am");
  equal(formats({ locale: { language: "de", time_format: "24" } }).price(1234.5), "1.234,50");
});
