// The card's visual editor: a form of Home Assistant's own.
import { html } from "./elements.js";
import { supplyPoints } from "./points.js";
import { PriceCard } from "./price-card.js";
import { words } from "./words.js";

export class PriceCardEditor extends HTMLElement {
  static tag = `${PriceCard.tag}-editor`;

  #config = {};
  #hass;
  #form;

  setConfig(config) {
    this.#config = config;
    this.#render();
  }

  set hass(hass) {
    this.#hass = hass;
    this.#render();
  }

  connectedCallback() {
    this.#render();
  }

  #schema() {
    const options = supplyPoints(this.#hass).map(({ id, name }) => ({ value: id, label: name }));
    return [
      { name: "device", selector: { select: { options, mode: "dropdown" } } },
      { name: "title", selector: { text: {} } },
      { name: "hours", selector: { number: { min: 0, max: 12, step: 0.5, mode: "box" } } },
    ];
  }

  #render() {
    if (!this.#hass || !this.isConnected) return;
    if (!this.#form) {
      this.#form = html("ha-form");
      this.#form.computeLabel = ({ name }) => words(this.#hass)(name === "device" ? "point" : name);
      this.#form.addEventListener("value-changed", (event) => this.#changed(event));
      this.append(this.#form);
    }
    this.#form.hass = this.#hass;
    this.#form.schema = this.#schema();
    this.#form.data = { device: supplyPoints(this.#hass)[0]?.id, hours: 2, ...this.#config };
  }

  #changed(event) {
    event.stopPropagation();
    const config = Object.fromEntries(
      Object.entries(event.detail.value).filter(([, value]) => value !== "" && value !== undefined),
    );
    this.dispatchEvent(new CustomEvent("config-changed", { detail: { config }, bubbles: true, composed: true }));
  }
}
