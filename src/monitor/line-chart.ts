// A line chart as inline SVG: no script, colours from the page's style, every line told apart by its dashes as well.
import { escapeHtml } from './html.ts';
import { LINE_STYLES } from './line-style.ts';
import { roundTicks } from './ticks.ts';

export interface CurvePoint {
  readonly step: number;
  /** Values that are not finite leave a gap. */
  readonly value: number;
}

export interface Curve {
  readonly name: string;
  /** In the order of their steps. */
  readonly points: readonly CurvePoint[];
}

export interface CurveGroup {
  readonly title: string;
  readonly curves: readonly Curve[];
  /** Logarithmic axis of values; values <= 0 leave a gap. @default false */
  readonly isLogarithmic?: boolean;
}

export const CHART_SIZE = { width: 560, height: 260 } as const;
const { width: WIDTH, height: HEIGHT } = CHART_SIZE;
const FRAME = { left: 58, top: 14, right: 26, bottom: 36 } as const;

/**
 * An SVG of `.chart` with lines of class `line-0` …, or a sentence where there is nothing to draw.
 * @param names fixes the style of each line by its name's place, so that a name looks the same in every chart
 */
export function lineChart(
  group: CurveGroup,
  names: readonly string[] = group.curves.map(({ name }) => name),
): string {
  const { title, curves } = group;
  const drawing = chartDrawing(group, names);
  if (drawing === undefined) return '<p class="quiet">No values were recorded.</p>';
  const label = escapeHtml(`${title}: ${curves.map(({ name }) => name).join(', ')}, by step`);
  return `<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">${drawing}</svg>${legend(curves, names)}`;
}

/** What stands inside such an SVG: grid, axes, lines. Undefined where there is nothing to draw. */
export function chartDrawing(
  { curves, isLogarithmic = false }: CurveGroup,
  names: readonly string[],
): string | undefined {
  const isShown = ({ value }: CurvePoint) =>
    Number.isFinite(value) && (!isLogarithmic || value > 0);
  const points = curves.flatMap((curve) => curve.points.filter(isShown));
  if (points.length === 0) return undefined;
  const scale = isLogarithmic ? Math.log10 : (value: number) => value;
  const [firstStep, lastStep] = range(points.map(({ step }) => step));
  const [lowest, highest] = range(points.map(({ value }) => scale(value)));
  const stepTicks = roundTicks(firstStep, lastStep, 5);
  const valueTicks = isLogarithmic
    ? decades(lowest, highest)
    : roundTicks(Math.min(0, lowest), highest, 5);
  const x = position(stepTicks[0]!, lastStep, FRAME.left, WIDTH - FRAME.right);
  const y = position(valueTicks[0]!, valueTicks.at(-1)!, HEIGHT - FRAME.bottom, FRAME.top);

  const grid = valueTicks.map((tick) => {
    const at = y(tick).toFixed(1);
    const text = isLogarithmic ? Number((10 ** tick).toPrecision(1)) : tick;
    return `<path class="grid" d="M${FRAME.left} ${at}H${WIDTH - FRAME.right}"/><text x="${FRAME.left - 8}" y="${at}" text-anchor="end" dominant-baseline="middle">${String(text)}</text>`;
  });
  const axis = stepTicks
    .filter((tick) => tick <= lastStep)
    .map(
      (tick) =>
        `<text x="${x(tick).toFixed(1)}" y="${HEIGHT - FRAME.bottom + 18}" text-anchor="middle">${tick}</text>`,
    );
  const lines = curves.map((curve) => {
    const path = pathOf(
      curve.points.map((p) => (isShown(p) ? [x(p.step), y(scale(p.value))] : undefined)),
    );
    return `<path class="line ${styleOf(curve, names)}" d="${path}"><title>${escapeHtml(curve.name)}</title></path>`;
  });
  return `${grid.join('')}${axis.join('')}<text x="${WIDTH - 6}" y="${HEIGHT - 2}" text-anchor="end">step</text>${lines.join('')}`;
}

/** The class that gives a curve its colour and dashes. */
export function styleOf({ name }: Curve, names: readonly string[]): string {
  return `line-${Math.max(0, names.indexOf(name)) % LINE_STYLES}`;
}

/** A loop: a spread of a long run's values would not fit on the stack. */
function range(values: readonly number[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

function legend(curves: readonly Curve[], names: readonly string[]): string {
  const entries = curves.map((curve) => {
    const swatch = `<svg class="swatch" viewBox="0 0 28 8" aria-hidden="true"><path class="line ${styleOf(curve, names)}" d="M1 4H27"/></svg>`;
    return `<li>${swatch}${escapeHtml(curve.name)}</li>`;
  });
  return `<ul class="legend">${entries.join('')}</ul>`;
}

function position(low: number, high: number, from: number, to: number): (value: number) => number {
  const span = high - low || 1;
  return (value) => from + ((value - low) / span) * (to - from);
}

/** Whole powers of ten around log10 values. */
function decades(low: number, high: number): number[] {
  const first = Math.floor(low);
  const last = Math.max(first + 1, Math.ceil(high));
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** A path that lifts the pen where a point is missing. */
function pathOf(points: readonly ([number, number] | undefined)[]): string {
  return points
    .map((point, i) => {
      if (point === undefined) return '';
      const isStart = points[i - 1] === undefined;
      return `${isStart ? 'M' : 'L'}${point[0].toFixed(1)} ${point[1].toFixed(1)}`;
    })
    .join('');
}
