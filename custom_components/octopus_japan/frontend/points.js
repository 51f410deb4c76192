// The user's supply points, generation points and accounts, found by their devices: nobody has to name an entity.

const PLATFORM = "octopus_japan";
const MARKS = [
  ["account", "balance"],
  ["supply", "current_price"],
  ["generation", "generation_credit"],
  ["gas", "gas_last_reading"],
];

/** What an entity is, whatever it is called: its translation key, the same in every language and after renaming. */
function ours(hass) {
  return Object.values(hass.entities).filter((entity) => entity.platform === PLATFORM && !entity.hidden && entity.device_id);
}

function nameOf(device) {
  return device.name_by_user || device.name || "";
}

/** What an entity is called in the language of whoever looks on, where that is not the one that Home Assistant named it in. */
function spoken(hass, { entity_id, translation_key }) {
  if (hass.config?.language === hass.locale.language) return "";
  return hass.localize(`component.${PLATFORM}.entity.${entity_id.split(".")[0]}.${translation_key}.name`);
}

/** The digest that stands for the number in ids of devices and statistics. */
function digest(device) {
  return (device.identifiers ?? []).find(([domain]) => domain === PLATFORM)?.[1];
}

/**
 * Returns every device of the integration: its id, name, kind, digest, account (the id of the device above it),
 * its entities by translation key with their names where these are not in the user's language, and the keys of those that are for diagnosis only.
 */
export function devices(hass) {
  const found = new Map();
  for (const entity of ours(hass)) {
    const device = hass.devices[entity.device_id];
    if (!device) continue;
    if (!found.has(device.id)) {
      found.set(device.id, {
        id: device.id,
        name: nameOf(device),
        digest: digest(device),
        account: device.via_device_id ?? null,
        entities: {},
        names: {},
        diagnostic: new Set(),
      });
    }
    const made = found.get(device.id);
    made.entities[entity.translation_key] = entity.entity_id;
    const name = spoken(hass, entity);
    if (name) made.names[entity.translation_key] = name;
    if (entity.entity_category) made.diagnostic.add(entity.translation_key);
  }
  const list = [...found.values()];
  for (const device of list) {
    device.kind = MARKS.find(([, key]) => key in device.entities)?.[0] ?? "other";
  }
  return list.sort((one, other) => one.name.localeCompare(other.name));
}

/** Returns the points that have a price. */
export function supplyPoints(hass) {
  return devices(hass).filter((device) => device.kind === "supply");
}

/** Returns the supply point that a card shows: the chosen one, or the first where none was chosen. */
export function chosenPoint(hass, deviceId) {
  const points = supplyPoints(hass);
  return deviceId ? points.find((point) => point.id === deviceId) : points[0];
}
