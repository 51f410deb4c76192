import { DashboardStrategy } from "/frontend/dashboard-strategy.js";
import { DIGEST, hass, POINT } from "./home.js";
import { equal, ok, test } from "./testing.js";

const headings = (view) => view.sections.map((section) => section.cards[0].heading);
const entities = (view) => view.sections.flatMap((section) => section.cards.map((card) => card.entity).filter(Boolean));

test("a supply point has a view with a section for each thing that the home has", async () => {
  const { views } = await DashboardStrategy.generate({}, hass());
  equal(
    views.map(({ title, path }) => [title, path]),
    [["Electricity 8433", "point-1"]],
  );
  equal(headings(views[0]), [
    "Price",
    "Usage",
    "Cost",
    "This billing period",
    "Next step",
    "Generation 1111",
    "Bill and balance",
  ]);
  equal(views[0].sections[0].cards[1], { type: "custom:octopus-japan-price-card", device: POINT, grid_options: { columns: 12 } });
});

test("what does not exist has no card: no statistic no graph, no entity no tile", async () => {
  const home = hass({
    without: ["left_in_step", "consumption_billing_period", "cost_yesterday", "balance", "plan", "generation_credit"],
  });
  home.callWS = async () => [];
  const { views } = await DashboardStrategy.generate({}, home);
  equal(headings(views[0]), ["Price", "Usage"]);
  equal(entities(views[0]), [`sensor.${POINT}_consumption_yesterday`]);
});

test("graphs are of the point's own statistics, by hour and day", async () => {
  const { views } = await DashboardStrategy.generate({}, hass());
  const graphs = views[0].sections.flatMap((section) => section.cards.filter((card) => card.type === "statistics-graph"));
  equal(
    graphs.map((graph) => [graph.entities[0].entity, graph.period]),
    [
      [`octopus_japan:electricity_${DIGEST}_consumption`, "hour"],
      [`octopus_japan:electricity_${DIGEST}_consumption`, "day"],
    ],
  );
});

test("a new entity of a known family appears by itself", async () => {
  const home = hass();
  const entity_id = "sensor.projected";
  home.entities[entity_id] = { entity_id, platform: "octopus_japan", device_id: POINT, translation_key: "projected_cost" };
  const { views } = await DashboardStrategy.generate({}, home);
  const period = views[0].sections.find((section) => section.cards[0].heading === "This billing period");
  ok(
    period.cards.some((card) => card.entity === entity_id),
    "it is not there",
  );
});

test("a home in Japanese is in Japanese, and its address is not", async () => {
  const { views } = await DashboardStrategy.generate({}, hass({ language: "ja" }));
  equal(headings(views[0]).slice(0, 2), ["単価", "使用量"]);
  const { title, url_path } = DashboardStrategy.getCreateSuggestions(hass({ language: "ja" }));
  equal([title, url_path], ["オクトパスエナジー", "octopus-energy"]);
});

test("without the integration the dashboard says what to do", async () => {
  const home = hass();
  home.entities = {};
  const { views } = await DashboardStrategy.generate({}, home);
  ok(/Add Octopus Energy Japan first/.test(views[0].sections[0].cards[0].content), "no word");
});

test("a recorder that does not answer costs the graphs only", async () => {
  const home = hass();
  home.callWS = () => Promise.reject(new Error("no recorder"));
  const { views } = await DashboardStrategy.generate({}, home);
  equal(headings(views[0])[0], "Price");
});
