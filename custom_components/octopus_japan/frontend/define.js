// Names under which Home Assistant finds what is here, in its card picker and its *New dashboard* dialog.
import { DashboardStrategy } from "./dashboard-strategy.js";
import { PriceCard } from "./price-card.js";
import { PriceCardEditor } from "./price-card-editor.js";
import { words } from "./words.js";

/** The language of whoever is signed in. Names are asked for when a dialog opens, not when the page loads. */
const text = (key) => words(document.querySelector("home-assistant")?.hass)(key);

export function define(window) {
  const { customElements } = window;
  if (customElements.get(PriceCard.tag)) return;
  customElements.define(PriceCard.tag, PriceCard);
  customElements.define(PriceCardEditor.tag, PriceCardEditor);
  customElements.define(`ll-strategy-dashboard-${DashboardStrategy.type}`, DashboardStrategy);
  window.customCards = window.customCards ?? [];
  window.customCards.push({
    type: PriceCard.tag,
    get name() {
      return text("card_name");
    },
    get description() {
      return text("card_description");
    },
    preview: true,
    getEntitySuggestion: PriceCard.getEntitySuggestion,
  });
  window.customStrategies = window.customStrategies ?? [];
  window.customStrategies.push({
    type: DashboardStrategy.type,
    strategyType: "dashboard",
    get name() {
      return text("dashboard_name");
    },
    get description() {
      return text("dashboard_description");
    },
  });
}
