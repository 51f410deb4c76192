// Defines the card and the dashboard, and tells Home Assistant of them.
// The app replaces `window.customElements` while it starts: what was defined before that is lost.
await customElements.whenDefined("home-assistant");

const { define } = await import("./define.js");
define(window);
