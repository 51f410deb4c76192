import { PriceCard } from "/frontend/price-card.js";
import { at, halfHours, midnight } from "/frontend/prices.js";
import { answers, hass, POINT, prices } from "./home.js";
import { equal, ok, test, until } from "./testing.js";

if (!customElements.get(PriceCard.tag)) customElements.define(PriceCard.tag, PriceCard);

async function shown(home, { config = {}, width = 400 } = {}) {
  const card = document.createElement(PriceCard.tag);
  card.style.width = `${width}px`;
  card.setConfig({ type: `custom:${PriceCard.tag}`, ...config });
  document.body.replaceChildren(card);
  card.hass = home;
  await until(() => card.shadowRoot.querySelector(".chart, .message:not(:empty)") && !/Asking/.test(card.shadowRoot.textContent));
  await until(() => !card.shadowRoot.querySelector("svg") || card.shadowRoot.querySelector("svg").getAttribute("width") > 200);
  return card.shadowRoot;
}

const all = (root, selector) => [...root.querySelectorAll(selector)];

test("a bar stands for each half hour of today and tomorrow", async () => {
  const root = await shown(hass());
  equal(all(root, "rect.bar").length, 96);
  equal(all(root, "rect.bar.cheap").length, 16);
  equal(all(root, "line.now").length, 1);
});

test("a narrow card has a row for each day, a wide one a single row", async () => {
  equal(all(await shown(hass(), { width: 400 }), "svg").length, 2);
  equal(all(await shown(hass(), { width: 900 }), "svg").length, 1);
});

test("bars are as high as prices: twice the price is twice the bar", async () => {
  const root = await shown(
    hass({
      answer: (action) =>
        action === "get_prices" ? { prices: prices(Date.now(), (hour) => (hour < 12 ? 15 : 30)) } : answers(action),
    }),
  );
  const bars = all(root, "rect.bar");
  const high = (bar) => Number(bar.getAttribute("height"));
  ok(Math.abs(high(bars[30]) / high(bars[0]) - 2) < 0.001, `${high(bars[30])} and ${high(bars[0])}`);
});

test("the price of now, its band and its parts are told", async () => {
  const root = await shown(hass());
  const current = at(halfHours(prices(), Date.now()), Date.now());
  equal(root.querySelector(".current").textContent, `${current.price}.00`);
  ok(root.querySelector(".holds").textContent.includes(current.band === "night" ? "Night" : "Day"), "no band");
  ok(root.querySelector(".details").textContent.includes(`Energy charge${current.price - 4}.00`), "no parts");
});

test("a tap shows the parts of another half hour", async () => {
  const root = await shown(hass());
  const bar = all(root, "rect.bar")[48 + 4];
  const { left, width, top } = bar.getBoundingClientRect();
  bar.dispatchEvent(new MouseEvent("click", { bubbles: true, clientX: left + width / 2, clientY: top }));
  ok(root.querySelector(".details").textContent.startsWith("Tomorrow 02:00–02:30"), root.querySelector(".details").textContent);
  equal(
    all(root, "rect.bar.chosen").map((chosen) => chosen.dataset.index),
    ["52"],
  );
});

test("keys choose a half hour, and a screen reader is told its price", async () => {
  const root = await shown(hass());
  const chart = () => root.querySelector(".chart");
  const press = (key) => chart().dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  chart().focus();
  press("Home");
  equal([chart().getAttribute("role"), chart().getAttribute("aria-valuenow")], ["slider", "0"]);
  press("ArrowLeft");
  press("ArrowRight");
  press("ArrowRight");
  equal(chart().getAttribute("aria-valuetext"), "Today 01:00 to 01:30: 20.00 yen per kWh, Night");
  ok(root.activeElement === chart(), "the focus was lost");
  press("End");
  press("PageDown");
  equal([chart().getAttribute("aria-valuemax"), chart().getAttribute("aria-valuenow")], ["95", "89"]);
});

test("the cheapest time ahead is marked and told, as the action found it", async () => {
  const home = hass();
  const root = await shown(home, { config: { hours: 3, device: POINT } });
  equal(all(root, "rect.cheapest").length, 1);
  ok(/Cheapest 3 h: Tomorrow 01:00–03:00 \(20\.00/.test(root.querySelector(".hint").textContent), root.textContent);
  const [, , data] = home.asked.find(([, action]) => action === "find_cheapest_period");
  equal(
    [data.device_id, data.duration, Date.parse(data.latest_end) - midnight(Date.now())],
    [POINT, { minutes: 180 }, 172800000],
  );
});

test("no cheapest time is looked for where the user wants none", async () => {
  const home = hass();
  const root = await shown(home, { config: { hours: 0 } });
  equal(
    home.asked.map(([, action]) => action),
    ["get_prices"],
  );
  equal(root.querySelector(".hint"), null);
});

test("a plan of one price is no error and has no cheapest time", async () => {
  const root = await shown(
    hass({ answer: (action) => (action === "get_prices" ? { prices: prices(Date.now(), () => 31.08) } : answers(action)) }),
  );
  equal(root.querySelector(".hint").textContent, "The same price all day");
  equal(all(root, "rect.cheapest").length, 0);
  equal(all(root, "rect.bar.flat").length, 96);
});

test("a plan without a price says why, in the words of the integration", async () => {
  const refuse = () => {
    throw Object.assign(new Error("raw"), {
      translation_domain: "octopus_japan",
      translation_key: "no_price",
      translation_placeholders: { plan: "All electric" },
    });
  };
  const root = await shown(hass({ answer: refuse }));
  equal(root.querySelector(".message").textContent, "component.octopus_japan.exceptions.no_price.message All electric");
});

test("an empty answer is no error", async () => {
  const root = await shown(hass({ answer: () => ({ prices: [], start: null }) }));
  equal(root.querySelector(".message").textContent, "There is no price now.");
});

test("without the integration the card says what to do", async () => {
  const home = hass();
  home.entities = {};
  ok(/Set Octopus Energy Japan up/.test((await shown(home)).textContent), "no word");
});

test("prices are asked for again when the price's state changes, and not with any other", async () => {
  const home = hass();
  const root = await shown(home, { config: { hours: 0 } });
  root.host.hass = { ...home, states: { ...home.states, "light.lamp": { state: "on" } } };
  equal(home.asked.length, 1);
  root.host.hass = { ...home, states: { ...home.states, [`sensor.${POINT}_current_price`]: { state: "30" } } };
  await until(() => home.asked.length === 2);
});

test("text of a title is text", async () => {
  const root = await shown(hass(), { config: { title: "<img src=x onerror=alert(1)>" } });
  equal(all(root, "img").length, 0);
  equal(root.querySelector("h2").textContent, "<img src=x onerror=alert(1)>");
});

test("a length that is none is refused by the editor", () => {
  for (const hours of [-1, 25, "two"]) {
    let refused = false;
    try {
      document.createElement(PriceCard.tag).setConfig({ hours });
    } catch {
      refused = true;
    }
    ok(refused, `${hours} was taken`);
  }
});

test("the picker offers the card for the price of a point only", () => {
  const home = hass();
  const offered = (key) => PriceCard.getEntitySuggestion(home, `sensor.${POINT}_${key}`);
  equal(offered("current_price"), { config: { type: "custom:octopus-japan-price-card", device: POINT } });
  equal(offered("rate_band"), null);
});
