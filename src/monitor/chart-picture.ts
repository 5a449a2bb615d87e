// A line chart as an SVG file of its own, with title and legend, for pages that cannot bring a style sheet.
import { escapeHtml } from './html.ts';
import { CHART_SIZE, chartDrawing, styleOf, type CurveGroup } from './line-chart.ts';
import { lineRules } from './line-style.ts';

const TITLE = 26;
const ENTRY = { width: 185, height: 18 } as const;
const COLUMNS = Math.floor(CHART_SIZE.width / ENTRY.width);

const STYLE = `
svg { background: #fff; font-family: system-ui, sans-serif; }
text { fill: #5c626c; font-size: 12px; } .title { fill: #1d1f23; font-size: 14px; font-weight: 600; }
.grid { stroke: #dfe1e5; } ${lineRules('light')}
`;

/** @returns the file's text; undefined where there is nothing to draw */
export function chartPicture(group: CurveGroup): string | undefined {
  const { title, curves } = group;
  const names = curves.map(({ name }) => name);
  const drawing = chartDrawing(group, names);
  if (drawing === undefined) return undefined;
  const { width, height } = CHART_SIZE;
  const total = TITLE + height + ENTRY.height * (Math.ceil(curves.length / COLUMNS) + 1);
  const legend = curves.map((curve, i) => {
    const x = 12 + (i % COLUMNS) * ENTRY.width;
    const y = TITLE + height + ENTRY.height * (Math.floor(i / COLUMNS) + 1);
    return `<path class="line ${styleOf(curve, names)}" d="M${x} ${y - 4}H${x + 28}"/><text x="${x + 34}" y="${y}">${escapeHtml(curve.name)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${total}" width="${width}" height="${total}" role="img" aria-label="${escapeHtml(title)}"><style>${STYLE}</style><text class="title" x="12" y="18">${escapeHtml(title)}</text><g transform="translate(0 ${TITLE})">${drawing}</g>${legend.join('')}</svg>
`;
}
