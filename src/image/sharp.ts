// The only way to sharp: one thread a picture, no cache, a pixel limit, and errors instead of half a picture.
import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { PIXEL_LIMIT } from './limits.ts';

// Several pictures are decoded at the same time, so threads within one would only fight.
sharp.concurrency(1);
sharp.cache(false);

/** An encoded picture from outside: first frame only. */
export function openEncoded(bytes: Uint8Array, options: SharpOptions = {}): Sharp {
  return sharp(bytes, { limitInputPixels: PIXEL_LIMIT, failOn: 'error', pages: 1, ...options });
}

/** Raw pixels of ours: [height, width, 3] RGB u8. */
export function openRgb(pixels: Uint8Array, width: number, height: number): Sharp {
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}
