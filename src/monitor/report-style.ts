// The style sheet of a report: light or dark as the reader's system asks, readable on a phone and on paper.

import { lineColours, lineRules } from './line-style.ts';

export const REPORT_STYLE = `
:root { color-scheme: light dark; --page: #fbfbf9; --card: #fff; --text: #1d1f23; --quiet: #5c626c; --edge: #dfe1e5;
  --bar: #cfe0f7; ${lineColours('light')} }
@media (prefers-color-scheme: dark) { :root { --page: #14161a; --card: #1c1f25; --text: #e9eaee; --quiet: #a3a9b5;
  --edge: #343943; --bar: #24426b; ${lineColours('dark')} } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 74rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .4rem; }
h2 { font-size: 1.2rem; margin: 2.6rem 0 .8rem; }
h3 { font-size: 1rem; margin: 0 0 .6rem; }
p, ul { max-width: 48rem; }
.quiet, figcaption, .hints, .legend { color: var(--quiet); font-size: .88rem; }
.card { background: var(--card); border: 1px solid var(--edge); border-radius: .6rem; padding: 1rem 1.1rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .5rem .8rem; text-align: left; white-space: nowrap; }
thead th { border-bottom: 2px solid var(--edge); font-size: .88rem; color: var(--quiet); font-weight: 600; }
tbody tr + tr > * { border-top: 1px solid var(--edge); }
tbody th { font-weight: 600; }
.number { text-align: right; }
.bar { background: linear-gradient(var(--bar), var(--bar)) no-repeat left center / calc((100% - 4.5rem) * var(--part)) 62%; min-width: 10rem; }
.hints { margin: .8rem 0 0; padding-left: 1.2rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1rem; }
.chart { display: block; width: 100%; height: auto; }
.chart text { fill: var(--quiet); font-size: 12px; font-family: inherit; }
.grid { stroke: var(--edge); stroke-width: 1; }
${lineRules('custom')}
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; list-style: none; margin: .5rem 0 0; padding: 0; max-width: none; }
.swatch { width: 28px; height: 8px; margin-right: .45rem; vertical-align: middle; }
.figures { margin: 1rem 0 0; }
.figures ol { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .8rem; list-style: none; margin: 0; padding: 0; }
.figures figure { margin: 0; }
.figures img { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; background: #0002; border-radius: .35rem; }
.figures figcaption { margin-top: .3rem; }
@media print { body { background: none; } .card { break-inside: avoid; } }
`;
