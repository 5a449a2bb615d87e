// How lines of a chart are told apart: by colour and by dashes. More lines start again.

/** On a light page, on a dark one, and the dashes. */
const LINES = [
  ['#1f6fd0', '#6ea8fe', ''],
  ['#c2410c', '#fb923c', '8 4'],
  ['#0b7a55', '#4ade80', '2 4'],
  ['#8b3fc0', '#c99bff', '10 4 2 4'],
  ['#8a5a00', '#facc15', '5 3'],
  ['#be185d', '#f47bb8', '14 4'],
  ['#4b5563', '#d1d5db', ''],
  ['#0e7490', '#67e8f9', '8 4'],
  ['#4d7c0f', '#bef264', '2 4'],
  ['#7c2d12', '#fdba74', '10 4 2 4'],
] as const;

export const LINE_STYLES = LINES.length;

/** Custom properties `--c0` … for one kind of page. */
export const lineColours = (page: 'light' | 'dark'): string =>
  LINES.map(([light, dark], i) => `--c${i}: ${page === 'light' ? light : dark};`).join(' ');

/** Rules of `.line` and `.line-0` …; `custom` takes those properties, `light` the colours themselves: not every viewer knows properties. */
export const lineRules = (colours: 'custom' | 'light'): string =>
  [
    '.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }',
    ...LINES.map(([light, , dashes], i) => {
      const stroke = colours === 'light' ? light : `var(--c${i})`;
      const dashed = dashes === '' ? '' : ` stroke-dasharray: ${dashes};`;
      return `.line-${i} { stroke: ${stroke};${dashed} }`;
    }),
  ].join('\n');
