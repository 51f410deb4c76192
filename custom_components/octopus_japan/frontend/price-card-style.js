// Colours come from the user's theme, light or dark.
export const STYLE = `
  :host { display: block; }
  ha-card { padding: 16px; height: 100%; box-sizing: border-box; overflow: hidden; }
  header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 12px; margin-bottom: 8px; }
  h2 { flex: 1 1 auto; margin: 0; font-size: 14px; font-weight: 500; color: var(--secondary-text-color); }
  .current { font-size: 26px; line-height: 1.2; font-weight: 400; color: var(--primary-text-color); }
  .unit { font-size: 14px; color: var(--secondary-text-color); }
  .holds { flex: 1 0 100%; font-size: 13px; color: var(--secondary-text-color); }
  .message { color: var(--secondary-text-color); padding: 8px 0; }
  .chart { outline: none; border-radius: 8px; cursor: pointer; touch-action: pan-y; }
  .chart:focus-visible { box-shadow: 0 0 0 2px var(--primary-color); }
  .chart svg { display: block; max-width: 100%; }
  text { fill: var(--secondary-text-color); font-size: 11px; font-family: inherit; }
  text.tick { text-anchor: end; }
  text.day { font-weight: 500; font-size: 12px; fill: var(--primary-text-color); }
  text.band-name { text-anchor: middle; font-size: 10px; fill: var(--primary-text-color); }
  line.grid { stroke: var(--divider-color); stroke-width: 1; }
  line.midnight { stroke: var(--secondary-text-color); stroke-width: 1; stroke-dasharray: 3 3; }
  line.now { stroke: var(--primary-text-color); stroke-width: 1.5; }
  circle.now { fill: var(--primary-text-color); }
  rect.bar { fill: var(--price-colour); }
  rect.bar.cheap { --price-colour: var(--octopus-japan-cheap-color, #2e9e5b); }
  rect.bar.middle, rect.bar.flat { --price-colour: var(--octopus-japan-middle-color, var(--primary-color)); }
  rect.bar.dear { --price-colour: var(--octopus-japan-dear-color, #e0771b); }
  rect.bar.past { opacity: 0.45; }
  rect.bar.chosen { stroke: var(--primary-text-color); stroke-width: 1.5; opacity: 1; }
  rect.cheapest { fill: var(--octopus-japan-cheap-color, #2e9e5b); opacity: 0.18; }
  rect.band { fill: var(--divider-color); }
  rect.band.odd { opacity: 0.55; }
  .details { display: grid; grid-template-columns: 1fr auto; gap: 2px 16px; margin-top: 8px; font-size: 13px; color: var(--secondary-text-color); }
  .details .time { color: var(--primary-text-color); font-weight: 500; }
  .details .sum { color: var(--primary-text-color); font-weight: 500; text-align: end; }
  .details .yen { text-align: end; font-variant-numeric: tabular-nums; }
  .hint { margin-top: 8px; font-size: 13px; color: var(--primary-text-color); display: flex; align-items: center; gap: 6px; }
  .hint .mark { flex: none; width: 10px; height: 10px; border-radius: 2px; background: var(--octopus-japan-cheap-color, #2e9e5b); }
  .estimated { font-style: italic; }
`;
