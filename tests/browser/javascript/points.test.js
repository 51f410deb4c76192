import { chosenPoint, devices, supplyPoints } from "/frontend/points.js";
import { ACCOUNT, DIGEST, GENERATION, hass, POINT } from "./home.js";
import { equal, test } from "./testing.js";

test("devices of the integration are found by what their entities are", () => {
  equal(
    devices(hass()).map(({ id, kind, account }) => [id, kind, account]),
    [
      [ACCOUNT, "account", null],
      [POINT, "supply", ACCOUNT],
      [GENERATION, "generation", ACCOUNT],
    ],
  );
});

test("a supply point has its digest, and its entities whatever they are called", () => {
  const home = hass();
  const entity = home.entities[`sensor.${POINT}_current_price`];
  entity.entity_id = "sensor.renamed";
  const [point] = supplyPoints(home);
  equal([point.digest, point.entities.current_price], [DIGEST, "sensor.renamed"]);
});

test("a name that the user gave is taken", () => {
  const home = hass();
  home.devices[POINT].name_by_user = "Home";
  equal(supplyPoints(home)[0].name, "Home");
  delete home.devices[POINT].name_by_user;
});

test("a card without a point shows the first, one whose point is gone shows none", () => {
  equal(chosenPoint(hass(), undefined).id, POINT);
  equal(chosenPoint(hass(), POINT).id, POINT);
  equal(chosenPoint(hass(), "gone"), undefined);
});

test("hidden entities are not shown", () => {
  const home = hass();
  home.entities[`sensor.${POINT}_rate_band`].hidden = true;
  equal("rate_band" in supplyPoints(home)[0].entities, false);
});
