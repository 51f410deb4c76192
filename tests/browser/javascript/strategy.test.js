import { DashboardStrategy } from "/frontend/dashboard-strategy.js";
import { DIGEST, GENERATION, hass, POINT } from "./home.js";
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
    "Bill and balance",
    "Generation 1111",
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

test("a projection shows its range, and the comparison its plans", async () => {
  const home = hass();
  for (const key of ["projected_consumption", "projected_cost", "cheapest_plan"]) {
    const entity_id = `sensor.${key}`;
    home.entities[entity_id] = { entity_id, platform: "octopus_japan", device_id: POINT, translation_key: key };
  }
  const { views } = await DashboardStrategy.generate({}, home);
  const tables = views[0].sections.flatMap((section) => section.cards.filter((card) => card.type === "markdown"));
  const [projection, plans] = tables.map((card) => card.content);
  for (const part of ["states('sensor.projected_cost')", "state_attr('sensor.projected_consumption', 'low')"]) {
    ok(projection.includes(part), `${part} is not in ${projection}`);
  }
  ok(plans.includes("state_attr('sensor.cheapest_plan', 'best')"), plans);
});

test("names are in the user's language where Home Assistant's is another", async () => {
  const home = hass({ language: "ja" });
  const names = async (language) => {
    const made = { ...home, config: { language }, localize: (key) => (key.endsWith("sensor.balance.name") ? "残高" : "") };
    const { views } = await DashboardStrategy.generate({}, made);
    return views[0].sections.flatMap((section) => section.cards).find((card) => card.entity?.endsWith("balance")).name;
  };
  equal([await names("en"), await names("ja")], ["残高", { type: "entity" }]);
});

test("what is for diagnosis has no tile among those of a generation point", async () => {
  const home = hass();
  const entity_id = "sensor.data_delay";
  home.entities[entity_id] = {
    entity_id,
    platform: "octopus_japan",
    device_id: GENERATION,
    translation_key: "data_delay",
    entity_category: "diagnostic",
  };
  const { views } = await DashboardStrategy.generate({}, home);
  ok(!entities(views[0]).includes(entity_id), "it is shown");
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
