// What Home Assistant hands to cards and strategies, of a small home: an account, a supply point, a generation point.
import { midnight } from "/frontend/prices.js";

const HALF_HOUR = 30 * 60 * 1000;

export const ACCOUNT = "device-account";
export const POINT = "device-point";
export const GENERATION = "device-generation";
export const DIGEST = "0123456789ab";

const devices = [
  { id: ACCOUNT, name: "Account 0001", identifiers: [["octopus_japan", "aaaaaaaaaaaa"]], via_device_id: null },
  { id: POINT, name: "Electricity 8433", identifiers: [["octopus_japan", DIGEST]], via_device_id: ACCOUNT },
  { id: GENERATION, name: "Generation 1111", identifiers: [["octopus_japan", "bbbbbbbbbbbb"]], via_device_id: ACCOUNT },
  { id: "lamp", name: "Lamp", identifiers: [["other", "1"]], via_device_id: null },
];

const entities = [
  [ACCOUNT, "balance"],
  [ACCOUNT, "plan"],
  [POINT, "current_price"],
  [POINT, "rate_band"],
  [POINT, "left_in_step"],
  [POINT, "consumption_yesterday"],
  [POINT, "cost_yesterday"],
  [POINT, "consumption_billing_period"],
  [GENERATION, "generation_credit"],
];

/** Prices of two days as the action tells them: 20 yen from 01:00 to 05:00, else 30. */
export function prices(now = Date.now(), price = (hour) => (hour >= 1 && hour < 5 ? 20 : 30)) {
  return Array.from({ length: 96 }, (_, index) => {
    const start = midnight(now) + index * HALF_HOUR;
    const yen = price((index % 48) / 2);
    return {
      start: new Date(start).toISOString(),
      end: new Date(start + HALF_HOUR).toISOString(),
      price: yen,
      band: yen === 20 ? "night" : "day",
      estimated: false,
      components: { energy_charge: yen - 4, renewable_energy_levy: 4 },
    };
  });
}

/** Returns a `hass`; `answer` gives what an action answers, or throws. */
export function hass({ language = "en", answer = answers, without = [] } = {}) {
  const kept = entities.filter(([, key]) => !without.includes(key));
  const asked = [];
  return {
    asked,
    locale: { language, time_format: "24" },
    devices: Object.fromEntries(devices.map((device) => [device.id, device])),
    entities: Object.fromEntries(
      [...kept, ["lamp", "light"]].map(([device_id, translation_key]) => [
        `sensor.${device_id}_${translation_key}`,
        {
          entity_id: `sensor.${device_id}_${translation_key}`,
          platform: device_id === "lamp" ? "other" : "octopus_japan",
          device_id,
          translation_key,
        },
      ]),
    ),
    states: Object.fromEntries(kept.map(([device, key]) => [`sensor.${device}_${key}`, { state: "unknown" }])),
    localize: (key) => ({ night: "Night", day: "Day" })[key.split(".").pop()] ?? "",
    loadBackendTranslation: async () => (key, values) => `${key} ${values.plan}`,
    callWS: async () => [{ statistic_id: `octopus_japan:electricity_${DIGEST}_consumption` }],
    callService: async (domain, action, data) => {
      asked.push([domain, action, data]);
      return { response: answer(action) };
    },
  };
}

export function answers(action) {
  if (action === "get_prices") return { prices: prices() };
  const start = midnight(Date.now()) + 25 * 2 * HALF_HOUR;
  return { start: new Date(start).toISOString(), end: new Date(start + 4 * HALF_HOUR).toISOString(), mean_price: 20 };
}
