/**
 * The page's style: one column, light and dark as the reader's system says, two sizes of charts.
 */
export const reportStyle = `
:root {
  --ground: #f7f7f5; --paper: #ffffff; --ink: #1d2430; --soft: #5b6472; --rule: #e2e4e8;
  --one: #1f6fd0; --two: #0a8a63; --three: #b96a00; --four: #8a4bb8; --area: #9aa5b5;
  --good: #0a6b45; --good-ground: #e3f4ec; --bad: #a11b1b; --bad-ground: #fbe7e6;
  --warning: #7a4b00; --warning-ground: #fcf1db;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12161c; --paper: #1a2029; --ink: #e6e9ee; --soft: #9ba5b4; --rule: #2d3541;
    --one: #5aa5ff; --two: #3fc796; --three: #f0a73c; --four: #c38cf0; --area: #6b7789;
    --good: #7fdfb4; --good-ground: #123327; --bad: #ff9d97; --bad-ground: #3d1b1b;
    --warning: #f3c878; --warning-ground: #38290f;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 960px; margin: 0 auto; padding: 24px 16px 48px; }
h1 { font-size: 1.6rem; margin: 0 0 4px; }
h2 { font-size: 1.1rem; margin: 0; }
header p, figcaption p { margin: 0; color: var(--soft); overflow-wrap: anywhere; }
.verdict { margin: 16px 0 0; padding: 10px 14px; border-radius: 8px; font-weight: 600; }
.good { color: var(--good); background: var(--good-ground); }
.bad { color: var(--bad); background: var(--bad-ground); }
.warning { color: var(--warning); background: var(--warning-ground); font-weight: 400; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(125px, 1fr)); gap: 12px; margin: 16px 0; }
.tiles div, figure, section, details { background: var(--paper); border: 1px solid var(--rule); border-radius: 10px; }
.tiles div { padding: 10px 14px; }
dt { color: var(--soft); font-size: .85rem; }
dd { margin: 0; }
.tiles dd { font-size: 1.35rem; font-weight: 600; font-variant-numeric: tabular-nums; }
figure, section, details { margin: 16px 0; padding: 14px 16px; }
figcaption p { font-size: .9rem; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 6px 0 0; padding: 0; list-style: none; font-size: .9rem; }
.legend li { display: flex; align-items: center; gap: 6px; }
.key { width: 24px; height: 10px; }
.chart { display: block; width: 100%; height: auto; margin-top: 8px; }
.chart.narrow { display: none; }
.chart text { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.chart .x { text-anchor: middle; }
.chart .y { text-anchor: end; dominant-baseline: central; }
.grid { stroke: var(--rule); stroke-width: 1; }
.one path, .two path, .three path, .four path, .area path {
  fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; vector-effect: non-scaling-stroke;
}
.one path { stroke: var(--one); }
.two path { stroke: var(--two); stroke-dasharray: 7 4; }
.three path { stroke: var(--three); }
.four path { stroke: var(--four); stroke-dasharray: 1 4; }
.area path { stroke: var(--area); }
.area .fill { fill: var(--area); fill-opacity: .25; stroke: none; }
.hint { fill: transparent; }
.hint:hover { fill: var(--ink); fill-opacity: .06; }
.facts { margin: 8px 0 0; }
.facts div { display: grid; grid-template-columns: 170px 1fr; gap: 12px; padding: 4px 0; border-top: 1px solid var(--rule); }
.facts dd { overflow-wrap: anywhere; }
summary { cursor: pointer; font-weight: 600; }
.scroll { overflow-x: auto; margin-top: 8px; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 10px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--rule); }
@media (max-width: 620px) {
  main { padding: 16px 10px 32px; }
  figure, section, details { padding: 12px 10px; }
  .chart.wide { display: none; }
  .chart.narrow { display: block; }
  .facts div { grid-template-columns: 1fr; gap: 0; }
}
`;
