// Draws an SVG over raw pixels and encodes the picture as JPEG.
import sharp from 'sharp';
import type { Size } from '../pose/types.ts';

export interface Drawing extends Size {
  /** [height, width, 3] RGB 0–255. */
  readonly background: Uint8Array;
  /** An SVG document of the same size; nothing in it may point outside. */
  readonly svg: string;
}

/** JPEG bytes (quality 1–100, 4:2:0). The same drawing gives the same bytes with the same sharp. */
export async function renderJpeg(drawing: Drawing, quality = 95): Promise<Buffer> {
  const { background, svg, width, height } = drawing;
  if (background.length !== width * height * 3) {
    throw new RangeError(
      `Expected \`background\` to hold ${width}×${height}×3 = ${width * height * 3} bytes, got ${background.length}`,
    );
  }
  return sharp(background, { raw: { width, height, channels: 3 } })
    .composite([{ input: Buffer.from(svg) }])
    .removeAlpha()
    .jpeg({ quality, chromaSubsampling: '4:2:0' })
    .toBuffer();
}
