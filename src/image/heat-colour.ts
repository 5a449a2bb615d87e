// Blends heatmaps into a grey copy of the picture, with a colour scale that grows brighter with the value.
import type { Size } from '../pose/types.ts';

/** Colours at 0, ¼, ½, ¾ and 1, RGB 0–255; lightness grows all the way, so the scale also reads in grey. */
const SCALE = [
  [40, 10, 90],
  [130, 25, 130],
  [215, 60, 90],
  [250, 145, 40],
  [255, 240, 100],
] as const;

/**
 * [height, width, 3] RGB of the picture in grey under the maximum over joints.
 * Both grids cover the same field (pixel edges aligned); the heatmap is interpolated linearly.
 * @param rgb [height, width, 3] 0–255.
 * @param heatmap [heatmapSize.height, heatmapSize.width, joints]; values outside 0–1 are clamped.
 */
export function blendHeat(
  rgb: Uint8Array,
  { width, height }: Size,
  heatmap: Float32Array,
  heatmapSize: Size,
): Uint8Array {
  const highest = maximumOverJoints(heatmap, heatmapSize);
  const out = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const v = ((y + 0.5) * heatmapSize.height) / height - 0.5;
    for (let x = 0; x < width; x++) {
      const u = ((x + 0.5) * heatmapSize.width) / width - 0.5;
      const heat = sample(highest, heatmapSize, u, v);
      const at = (y * width + x) * 3;
      const grey = 0.7 * (0.299 * rgb[at]! + 0.587 * rgb[at + 1]! + 0.114 * rgb[at + 2]!);
      const alpha = 0.9 * heat ** 0.7;
      for (let c = 0; c < 3; c++) out[at + c] = grey * (1 - alpha) + alpha * colourAt(heat, c);
    }
  }
  return out;
}

/** [height, width], clamped to 0–1. */
function maximumOverJoints(heatmap: Float32Array, { width, height }: Size): Float32Array {
  const joints = heatmap.length / (width * height);
  if (!Number.isInteger(joints) || joints === 0) {
    throw new RangeError(
      `Expected \`heatmap\` to hold ${height}×${width}×joints values, got ${heatmap.length}`,
    );
  }
  const out = new Float32Array(width * height);
  for (let i = 0; i < out.length; i++) {
    for (let j = 0; j < joints; j++) out[i] = Math.max(out[i]!, heatmap[i * joints + j]!);
    out[i] = Math.min(1, out[i]!);
  }
  return out;
}

/** Linear interpolation at (u, v), the outermost values repeated. */
function sample(map: Float32Array, { width, height }: Size, u: number, v: number): number {
  const x = Math.min(width - 1, Math.max(0, u));
  const y = Math.min(height - 1, Math.max(0, v));
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const x1 = Math.min(width - 1, x0 + 1);
  const y1 = Math.min(height - 1, y0 + 1);
  const top = map[y0 * width + x0]! * (1 - (x - x0)) + map[y0 * width + x1]! * (x - x0);
  const bottom = map[y1 * width + x0]! * (1 - (x - x0)) + map[y1 * width + x1]! * (x - x0);
  return top * (1 - (y - y0)) + bottom * (y - y0);
}

function colourAt(heat: number, channel: number): number {
  const at = heat * (SCALE.length - 1);
  const low = Math.min(SCALE.length - 2, Math.floor(at));
  return SCALE[low]![channel]! * (1 - (at - low)) + SCALE[low + 1]![channel]! * (at - low);
}
