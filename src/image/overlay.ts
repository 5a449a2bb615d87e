// Draws what a network says over the picture it saw: a skeleton with its joints, or its heatmaps as colour.
import sharp, { type Sharp } from 'sharp';
import type { Keypoint, Point, PredictedKeypoint, Size, Skeleton } from '../pose/types.ts';
import { blendHeat } from './heat-colour.ts';
import { skeletonSvg } from './skeleton-svg.ts';

export interface OverlayOptions {
  /** Enlarges the picture, so that lines on a small crop stay crisp; > 0. @default 1 */
  readonly scale?: number;
  /** @default 'jpeg' (quality 90, colour at full resolution) */
  readonly format?: 'jpeg' | 'png';
}

export interface KeypointOverlayOptions extends OverlayOptions {
  /** Predicted joints below this score are left out, and so are their limbs. @default 0 */
  readonly minScore?: number;
}

/**
 * The picture with limbs and joints drawn on it.
 * @param rgb [height, width, 3] 0–255.
 * @param keypoints in the order of `skeleton.joints`, pixels of `rgb` with pixel centres at integers;
 *   joints with v = 0 are left out, joints with v = 1 are hollow.
 */
export async function drawKeypoints(
  rgb: Uint8Array,
  size: Size,
  keypoints: readonly (Keypoint | PredictedKeypoint | Point)[],
  skeleton: Pick<Skeleton, 'joints' | 'edges'>,
  options: KeypointOverlayOptions = {},
): Promise<Buffer> {
  if (keypoints.length !== skeleton.joints.length) {
    throw new RangeError(
      `Expected ${skeleton.joints.length} keypoints, one a joint of the skeleton, got ${keypoints.length}`,
    );
  }
  const { scale = 1, minScore = 0 } = options;
  const svg = skeletonSvg(keypoints, skeleton, size, scale, minScore);
  return encode(
    enlarged(rgb, size, scale)
      .composite([{ input: Buffer.from(svg) }])
      .removeAlpha(),
    options,
  );
}

/**
 * The picture in grey with the highest of all joints' heatmaps over it: violet is low, yellow is 1.
 * @param rgb [height, width, 3] 0–255.
 * @param heatmap [heatmapSize.height, heatmapSize.width, joints]; values outside 0–1 are clamped.
 */
export async function heatmapOverlay(
  rgb: Uint8Array,
  size: Size,
  heatmap: Float32Array,
  heatmapSize: Size,
  options: OverlayOptions = {},
): Promise<Buffer> {
  const { scale = 1 } = options;
  const { data, info } = await enlarged(rgb, size, scale)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const raw = { width: info.width, height: info.height, channels: 3 } as const;
  return encode(sharp(blendHeat(data, info, heatmap, heatmapSize), { raw }), options);
}

function enlarged(rgb: Uint8Array, size: Size, scale: number): Sharp {
  const { width, height } = size;
  if (rgb.length !== width * height * 3) {
    throw new RangeError(
      `Expected \`rgb\` to hold ${width}×${height}×3 = ${width * height * 3} bytes, got ${rgb.length}`,
    );
  }
  if (!(scale > 0)) throw new RangeError(`Expected \`scale\` to be above 0, got ${scale}`);
  const picture = sharp(rgb, { raw: { width, height, channels: 3 } });
  if (scale === 1) return picture;
  return picture.resize(Math.round(width * scale), Math.round(height * scale), { fit: 'fill' });
}

function encode(picture: Sharp, { format = 'jpeg' }: OverlayOptions): Promise<Buffer> {
  if (format === 'png') return picture.png().toBuffer();
  return picture.jpeg({ quality: 90, chromaSubsampling: '4:4:4' }).toBuffer();
}
