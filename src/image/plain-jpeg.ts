// A second decoder for the most common picture, a plain JPEG: it lacks the millisecond that libvips takes to begin.
import { Transformer } from '@napi-rs/image';
import { isCutOff } from './cut-off.ts';
import { readJpegHeader } from './jpeg-header.ts';

/**
 * [height, width, 3] RGB 0–255 of a whole baseline JPEG in colour without profile or orientation; undefined for every other picture,
 * and where this decoder fails: then libvips has to say. Levels differ from libvips' by rounding.
 */
export async function decodePlainJpeg(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  const header = readJpegHeader(bytes);
  // This decoder fills up a picture that ends early, and takes some damaged progressive ones for whole.
  if (header?.channels !== 3 || !header.isBare || isCutOff(bytes)) return undefined;
  const pixels = await new Transformer(bytes).rawPixels().catch(() => undefined);
  return pixels?.length === header.size.width * header.size.height * 3 ? pixels : undefined;
}
