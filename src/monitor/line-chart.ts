// A line chart as inline SVG: no script, colours from the page's style, every line told apart by its dashes as well.
import { escapeHtml } from './html.ts';
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

const WIDTH = 560;
const HEIGHT = 260;
const FRAME = { left: 58, top: 14, right: 26, bottom: 36 } as const;
/** Distinct lines in the style sheet; more curves start again. */
const LINE_STYLES = 6;

/** An SVG of `.chart` with lines of class `line-0` … `line-5`, or a sentence where there is nothing to draw. */
export function lineChart({ title, curves, isLogarithmic = false }: CurveGroup): string {
  const isShown = ({ value }: CurvePoint) =>
    Number.isFinite(value) && (!isLogarithmic || value > 0);
  const points = curves.flatMap((curve) => curve.points.filter(isShown));
  if (points.length === 0) return '<p class="quiet">No values were recorded.</p>';
  const scale = isLogarithmic ? Math.log10 : (value: number) => value;
  const steps = points.map(({ step }) => step);
  const values = points.map(({ value }) => scale(value));
  const stepTicks = roundTicks(Math.min(...steps), Math.max(...steps), 5);
  const valueTicks = isLogarithmic
    ? decades(Math.min(...values), Math.max(...values))
    : roundTicks(Math.min(0, ...values), Math.max(...values), 5);
  const lastStep = Math.max(...steps);
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
  const lines = curves.map((curve, index) => {
    const path = pathOf(
      curve.points.map((p) => (isShown(p) ? [x(p.step), y(scale(p.value))] : undefined)),
    );
    return `<path class="line line-${index % LINE_STYLES}" d="${path}"><title>${escapeHtml(curve.name)}</title></path>`;
  });
  const label = escapeHtml(`${title}: ${curves.map(({ name }) => name).join(', ')}, by step`);
  return `<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">${grid.join('')}${axis.join('')}<text x="${WIDTH - 6}" y="${HEIGHT - 2}" text-anchor="end">step</text>${lines.join('')}</svg>${legend(curves)}`;
}

function legend(curves: readonly Curve[]): string {
  const entries = curves.map(({ name }, index) => {
    const swatch = `<svg class="swatch" viewBox="0 0 28 8" aria-hidden="true"><path class="line line-${index % LINE_STYLES}" d="M1 4H27"/></svg>`;
    return `<li>${swatch}${escapeHtml(name)}</li>`;
  });
  return `<ul class="legend">${entries.join('')}</ul>`;
}

function position(low: number, high: number, from: number, to: number): (value: number) => number {
  const range = high - low || 1;
  return (value) => from + ((value - low) / range) * (to - from);
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
