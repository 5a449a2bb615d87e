// A picture as a detector's input: letterboxed, in the order, colours and numbers that its layout says.
import { cropPicture } from '../../image/crop.ts';
import type { DecodedPicture } from '../../image/decode.ts';
import type { CropSpec } from '../../pose/types.ts';
import type { DetectorLayout } from './layout.ts';

type Input = DetectorLayout['input'];

export interface Feed {
  readonly data: Float32Array | Uint8Array;
  readonly shape: readonly number[];
  /** Edges of boxes: input = scale · picture + shift. */
  readonly scale: number;
  readonly shift: { readonly x: number; readonly y: number };
}

/** The whole picture, as large as fits, in the middle; the rest is grey. */
export function feedOf(picture: DecodedPicture, input: Input): Feed {
  const { width, height, fill } = input;
  const spec: CropSpec = {
    input: { width, height },
    stored: { width, height },
    boxScale: 1,
    margin: { width: 1, height: 1 },
    padding: 'zero',
    origin: 'edges',
    fill: [fill, fill, fill],
  };
  const { pixels, cropFromImage } = cropPicture(picture, { x: 0, y: 0, ...picture.full }, spec);
  const [scale, , x, , , y] = cropFromImage;
  // The affine maps centres of pixels, boxes are edges: half a pixel on both sides.
  const half = 0.5 - 0.5 * scale;
  return { ...tensorOf(pixels, input), scale, shift: { x: x + half, y: y + half } };
}

function tensorOf(pixels: Uint8Array, input: Input): Pick<Feed, 'data' | 'shape'> {
  const { width, height, order, colour, type, mean, std } = input;
  const isPlanar = order === 'NCHW';
  const count = width * height;
  const data = type === 'uint8' ? new Uint8Array(3 * count) : new Float32Array(3 * count);
  for (let channel = 0; channel < 3; channel++) {
    const from = colour === 'RGB' ? channel : 2 - channel;
    const [shift, by] = type === 'uint8' ? [0, 1] : [mean[channel]!, std[channel]!];
    for (let i = 0; i < count; i++) {
      const to = isPlanar ? channel * count + i : 3 * i + channel;
      data[to] = (pixels[3 * i + from]! - shift) / by;
    }
  }
  return { data, shape: isPlanar ? [1, 3, height, width] : [1, height, width, 3] };
}
