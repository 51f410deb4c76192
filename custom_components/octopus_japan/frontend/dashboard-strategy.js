// The dashboard `custom:octopus-japan`: a view for each supply point, made anew whenever the user's devices change.
import { devices } from "./points.js";
import { ofPoint } from "./sections.js";
import { words } from "./words.js";

export class DashboardStrategy extends HTMLElement {
  static type = "octopus-japan";
  static noEditor = true;
  static registryDependencies = ["entities", "devices"];

  /** An address in letters that an address may have: of a Japanese title Home Assistant makes none. */
  static getCreateSuggestions(hass) {
    return { title: words(hass)("dashboard_name"), icon: "mdi:home-lightning-bolt", url_path: "octopus-energy" };
  }

  static async generate(_config, hass) {
    const text = words(hass);
    const found = devices(hass);
    const statistics = await statisticIds(hass);
    const points = found.filter((device) => device.kind === "supply");
    const shown = points.length ? points : found.filter((device) => device.kind === "generation");
    const views = shown.map((point, index) => ({
      title: point.name || text("home"),
      path: `point-${index + 1}`,
      type: "sections",
      max_columns: 4,
      sections: ofPoint({ point, beside: beside(point, found, shown), statistics, text }),
    }));
    return { views: views.length ? views : [empty(text)] };
  }
}

/** What else belongs to the home of a point: its account, and devices of that account that no view is for. */
function beside(point, found, shown) {
  const account = found.find((device) => device.id === point.account);
  const first = shown.find((other) => other.account === point.account);
  const others = found.filter((device) => device.account === point.account && !shown.includes(device));
  // Of an account with several points the first one's view has what is not of a point.
  return first === point ? { account, others } : { account, others: [] };
}

/** Which statistics there are: a graph of one that is not there yet would be an error. */
async function statisticIds(hass) {
  const listed = await hass.callWS({ type: "recorder/list_statistic_ids" }).catch(() => []);
  return new Set(listed.map((statistic) => statistic.statistic_id));
}

function empty(text) {
  return {
    type: "sections",
    path: "home",
    sections: [{ type: "grid", cards: [{ type: "markdown", content: text("nothing_yet") }] }],
  };
}
