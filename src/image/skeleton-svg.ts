// A skeleton as an SVG drawing: right limbs warm, left limbs cool, the middle light, all with a dark rim.
import type { Keypoint, Point, PredictedKeypoint, Size, Skeleton } from '../pose/types.ts';

const COLOURS = { right: '#ff8a3d', left: '#3db8ff', middle: '#f4f4f4' } as const;

/** The drawing is `scale` times as large as the picture; see `drawKeypoints` for the rest. */
export function skeletonSvg(
  keypoints: readonly (Keypoint | PredictedKeypoint | Point)[],
  skeleton: Pick<Skeleton, 'joints' | 'edges'>,
  size: Size,
  scale: number,
  minScore: number,
): string {
  const width = Math.round(size.width * scale);
  const height = Math.round(size.height * scale);
  const stroke = Math.max(1.5, Math.min(width, height) / 75);
  const isDrawn = keypoints.map((point) => {
    if ('score' in point) return point.score >= minScore;
    return !('v' in point) || point.v > 0;
  });
  // A pixel centre is at an integer in our coordinates and at a half in SVG's.
  const at = keypoints.map(({ x, y }) => ({
    x: ((x + 0.5) * scale).toFixed(2),
    y: ((y + 0.5) * scale).toFixed(2),
  }));
  const limbs = skeleton.edges
    .filter(([a, b]) => isDrawn[a] && isDrawn[b])
    .map(([a, b]) => {
      const path = `M${at[a]!.x} ${at[a]!.y}L${at[b]!.x} ${at[b]!.y}`;
      const colour = COLOURS[limbSide(skeleton.joints[a]!, skeleton.joints[b]!)];
      return rimmed(`<path d="${path}" fill="none"`, colour, stroke);
    });
  const joints = skeleton.joints.flatMap((name, index) => {
    if (!isDrawn[index]) return [];
    const point = keypoints[index]!;
    const isOccluded = 'v' in point && point.v === 1;
    const fill = isOccluded ? 'none' : COLOURS[jointSide(name)];
    const circle = `<circle cx="${at[index]!.x}" cy="${at[index]!.y}" r="${(stroke * 1.4).toFixed(2)}" fill="${fill}"`;
    return [rimmed(circle, isOccluded ? COLOURS[jointSide(name)] : '#101010', stroke * 0.5)];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" stroke-linecap="round">${limbs.join('')}${joints.join('')}</svg>`;
}

function rimmed(open: string, colour: string, stroke: number): string {
  const draw = (c: string, w: number, more = '') =>
    `${open} stroke="${c}" stroke-width="${w.toFixed(2)}"${more}/>`;
  return draw('#101010', stroke * 1.9, ' stroke-opacity=".6"') + draw(colour, stroke);
}

type Side = keyof typeof COLOURS;

function jointSide(name: string): Side {
  if (/^(right|r)(_|$)/.test(name)) return 'right';
  return /^(left|l)(_|$)/.test(name) ? 'left' : 'middle';
}

function limbSide(a: string, b: string): Side {
  const [sideA, sideB] = [jointSide(a), jointSide(b)];
  if (sideA === 'middle') return sideB;
  return sideB === 'middle' || sideA === sideB ? sideA : 'middle';
}
