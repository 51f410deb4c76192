// The card `custom:octopus-japan-price-card`: prices of today and tomorrow by half hour, of one supply point.
import { html } from "./elements.js";
import { chosenPoint } from "./points.js";
import { STYLE } from "./price-card-style.js";
import { indexAt, row } from "./price-chart.js";
import { at, formats, halfHours, holdsUntil, isFlat, knownDays, midnight, scale } from "./prices.js";
import { words } from "./words.js";

const DOMAIN = "octopus_japan";
const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;
/** Pixels below which today and tomorrow stand one below the other. */
const NARROW = 560;
const PADDING = 32;
const KEYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -6, PageUp: 6, Home: -96, End: 96 };

export class PriceCard extends HTMLElement {
  static tag = "octopus-japan-price-card";

  static getConfigElement() {
    return document.createElement(`${PriceCard.tag}-editor`);
  }

  static getStubConfig() {
    return {};
  }

  /** Offers the card where the picker is asked for an entity that shows the price of a point. */
  static getEntitySuggestion(hass, entityId) {
    const entity = hass.entities[entityId];
    if (entity?.platform !== DOMAIN || entity.translation_key !== "current_price") return null;
    return { config: { type: `custom:${PriceCard.tag}`, device: entity.device_id } };
  }

  #config = {};
  #hass;
  #point;
  #state;
  #prices = null;
  #day;
  #cheapest = null;
  #message = null;
  #chosen = null;
  #width = 0;
  #asked = 0;
  #clock;
  #observer;

  setConfig(config) {
    if (config.hours !== undefined && !(Number(config.hours) >= 0 && Number(config.hours) <= 24)) {
      throw new Error("hours: a number from 0 to 24");
    }
    this.#config = config;
    this.#state = undefined;
    if (this.#hass) this.hass = this.#hass;
  }

  /** Called at every change of any state: asks for prices only when this point's own have changed. */
  set hass(hass) {
    const spoken = this.#hass?.locale !== hass.locale;
    this.#hass = hass;
    this.#point = chosenPoint(hass, this.#config.device);
    const state = this.#point ? hass.states[this.#point.entities.current_price] : null;
    if (state !== this.#state) {
      this.#state = state;
      if (this.#point) this.#ask();
      else this.#render();
    } else if (spoken) this.#render();
  }

  connectedCallback() {
    if (!this.shadowRoot) this.attachShadow({ mode: "open" });
    this.#observer = new ResizeObserver(([entry]) => {
      if (Math.round(entry.contentRect.width) === this.#width) return;
      this.#width = Math.round(entry.contentRect.width);
      this.#render();
    });
    this.#observer.observe(this);
    this.#clock = setInterval(() => this.#tick(), MINUTE);
    this.#render();
  }

  disconnectedCallback() {
    this.#observer?.disconnect();
    clearInterval(this.#clock);
  }

  getCardSize() {
    return 5;
  }

  getGridOptions() {
    return { columns: 12, min_columns: 6, rows: "auto" };
  }

  #tick() {
    if (this.#point && this.#day !== midnight(Date.now())) this.#ask();
    else this.#render();
  }

  async #ask() {
    const asked = ++this.#asked;
    const [prices, cheapest] = await Promise.allSettled([
      this.#call("get_prices", { resolution: "half_hour", components: true }),
      this.#askCheapest(),
    ]);
    if (asked !== this.#asked) return; // a later question is under way
    const day = midnight(Date.now());
    if (prices.status === "fulfilled") {
      this.#prices = prices.value.prices;
      this.#message = null;
    } else {
      if (this.#day !== day) this.#prices = null;
      this.#message = await this.#reason(prices.reason);
    }
    this.#cheapest = cheapest.status === "fulfilled" ? cheapest.value : null;
    this.#day = day;
    this.#render();
  }

  async #askCheapest() {
    const hours = Number(this.#config.hours ?? 2);
    if (!hours) return null;
    const found = await this.#call("find_cheapest_period", {
      duration: { minutes: hours * 60 },
      latest_end: new Date(midnight(Date.now()) + 48 * HOUR).toISOString(),
    });
    return found.start === null
      ? null
      : { start: Date.parse(found.start), end: Date.parse(found.end), price: found.mean_price, hours };
  }

  async #call(action, data) {
    const answer = await this.#hass.callService(DOMAIN, action, { device_id: this.#point.id, ...data }, undefined, false, true);
    return answer.response;
  }

  /** Home Assistant tells a mistake by its key; the text in the user's language is fetched when it is needed. */
  async #reason(error) {
    const { translation_domain: domain, translation_key: key, translation_placeholders: values } = error ?? {};
    if (!domain || !key) return error?.message ?? words(this.#hass)("no_price");
    const localize = await this.#hass.loadBackendTranslation("exceptions", domain);
    return localize(`component.${domain}.exceptions.${key}.message`, values) || error.message;
  }

  #render() {
    if (!this.shadowRoot || !this.#hass) return;
    const focused = this.shadowRoot.activeElement?.classList.contains("chart");
    this.shadowRoot.replaceChildren(html("style", {}, STYLE), html("ha-card", {}, ...this.#content()));
    if (focused) this.shadowRoot.querySelector(".chart")?.focus();
  }

  #content() {
    const text = words(this.#hass);
    if (!this.#point) return [html("div", { class: "message" }, text("no_point"))];
    const now = Date.now();
    const list = this.#prices && halfHours(this.#prices, now);
    const bounds = list && scale(list);
    if (!bounds) {
      const message = this.#message ?? (this.#prices ? text("no_price") : text("loading"));
      return [this.#header(null, text), html("div", { class: "message", role: "status" }, message)];
    }
    const current = at(list, now);
    const chosen = list[this.#chosen ?? current?.index ?? 0];
    return [
      this.#header(current, text, list),
      this.#chart({ list, bounds, chosen, now, text }),
      this.#details(chosen, text),
      this.#hint(bounds, text),
    ];
  }

  #header(current, text, list) {
    const format = formats(this.#hass);
    const title = html("h2", {}, this.#config.title || this.#point.name);
    if (!current || current.price === null) return html("header", {}, title);
    const until = holdsUntil(list, current);
    const holds = [this.#bandName(current.band)];
    if (until < list[list.length - 1].end) holds.push(text("until", { time: format.time(until) }));
    const left = this.#left(text);
    if (left) holds.push(left);
    return html(
      "header",
      {},
      title,
      html(
        "div",
        {},
        html("span", { class: "current" }, format.price(current.price)),
        html("span", { class: "unit" }, ` ${text("yen_per_kwh")}`),
      ),
      html("div", { class: "holds" }, holds.filter(Boolean).join(" · ")),
    );
  }

  /** How much of a stepped plan's step is left, as its sensor says. */
  #left(text) {
    const state = this.#hass.states[this.#point.entities.left_in_step];
    const kwh = Number(state?.state);
    return state && Number.isFinite(kwh) ? text("left_in_step", { kwh: Math.round(kwh * 10) / 10 }) : null;
  }

  #chart({ list, bounds, chosen, now, text }) {
    const width = Math.max(this.#width - PADDING, 200);
    const known = knownDays(list);
    const rows = width < NARROW ? known : [known.flat()];
    const common = {
      scale: bounds,
      width,
      now,
      cheapest: isFlat(bounds) ? null : this.#cheapest,
      chosen: chosen.index,
      bandName: (band) => this.#bandName(band),
      dayName: (day) => text(day ? "tomorrow" : "today"),
      format: formats(this.#hass),
    };
    const drawn = rows.map((part) => {
      const element = row({ list: part, ...common });
      element.addEventListener("click", (event) => {
        this.#choose(indexAt(part, width, event.clientX - element.getBoundingClientRect().left));
      });
      return element;
    });
    const last = known[known.length - 1];
    const chart = html(
      "div",
      {
        class: "chart",
        role: "slider",
        tabindex: "0",
        "aria-label": text("chart"),
        "aria-valuemin": known[0][0].index,
        "aria-valuemax": last[last.length - 1].index,
        "aria-valuenow": chosen.index,
        "aria-valuetext": this.#spoken(chosen, text),
      },
      ...drawn,
    );
    chart.addEventListener("keydown", (event) => {
      const step = KEYS[event.key];
      if (step === undefined) return;
      event.preventDefault();
      this.#choose(Math.min(last[last.length - 1].index, Math.max(known[0][0].index, chosen.index + step)));
    });
    return chart;
  }

  #choose(index) {
    this.#chosen = index;
    this.#render();
  }

  #spoken(half, text) {
    const format = formats(this.#hass);
    const values = {
      day: text(half.day ? "tomorrow" : "today"),
      start: format.time(half.start),
      end: format.time(half.end),
    };
    if (half.price === null) return text("bar_unknown", values);
    const band = this.#bandName(half.band);
    return text(band ? "bar" : "bar_without_band", { ...values, price: format.price(half.price), band });
  }

  /** The parts that the price of the chosen half hour is made of. */
  #details(half, text) {
    const format = formats(this.#hass);
    const time = `${text(half.day ? "tomorrow" : "today")} ${format.time(half.start)}–${format.time(half.end)}`;
    const sum = half.price === null ? text("no_price") : text("price", { price: format.price(half.price) });
    const parts = Object.entries(half.components).filter(([, yen]) => yen !== 0);
    return html(
      "div",
      { class: "details" },
      html(
        "span",
        { class: "time" },
        time,
        half.estimated ? html("span", { class: "estimated" }, ` (${text("estimated")})`) : null,
      ),
      html("span", { class: "sum" }, sum),
      ...parts.flatMap(([part, yen]) => [html("span", {}, text(part)), html("span", { class: "yen" }, format.price(yen))]),
    );
  }

  #hint(bounds, text) {
    if (isFlat(bounds)) return html("div", { class: "hint" }, text("one_price"));
    if (!this.#cheapest) return null;
    const format = formats(this.#hass);
    const { start, end, price, hours } = this.#cheapest;
    const day = text(midnight(start) > midnight(Date.now()) ? "tomorrow" : "today");
    const values = { hours, start: `${day} ${format.time(start)}`, end: format.time(end), price: format.price(price) };
    return html("div", { class: "hint" }, html("span", { class: "mark" }), html("span", {}, text("cheapest_hours", values)));
  }

  #bandName(band) {
    if (!band || band === "single") return "";
    return this.#hass.localize(`component.${DOMAIN}.entity.sensor.rate_band.state.${band}`) || band;
  }
}
