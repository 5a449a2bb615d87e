// A second decoder for the most common picture, a small plain JPEG: it lacks the millisecond that libvips takes to begin.
import { Transformer } from '@napi-rs/image';
import { isCutOff } from './cut-off.ts';
import { readJpegHeader } from './jpeg-header.ts';
import { noteNativeGarbage } from './native-garbage.ts';

/** Pixels; above, libvips is faster. */
const LARGEST = 2 ** 19;
/** Pixels, and bytes of a file, that take a millisecond or two. */
const LARGEST_IN_PLACE = 2 ** 18;

export interface PlainOptions {
  /** Decode small pictures on this thread: where every core is taken, handing them to another costs as much as decoding. @default false */
  readonly inPlace?: boolean | undefined;
}

/**
 * [height, width, 3] RGB 0–255 of a whole baseline JPEG in colour, upright and in sRGB; undefined for every other picture,
 * for large ones, and where this decoder fails: then libvips has to say. Levels differ from libvips' by rounding.
 */
export async function decodePlainJpeg(
  bytes: Uint8Array,
  { inPlace = false }: PlainOptions = {},
): Promise<Uint8Array | undefined> {
  const header = readJpegHeader(bytes);
  // This decoder fills up a picture that ends early, and takes some damaged progressive ones for whole.
  if (header?.channels !== 3 || !header.isPlain || isCutOff(bytes)) return undefined;
  const area = header.size.width * header.size.height;
  if (area > LARGEST) return undefined;
  const decoder = new Transformer(bytes);
  try {
    const isHere = inPlace && Math.max(area, bytes.length) <= LARGEST_IN_PLACE;
    const pixels = isHere ? decoder.rawPixelsSync() : await decoder.rawPixels();
    return pixels.length === 3 * area ? pixels : undefined;
  } catch {
    // libvips tells why.
    return undefined;
  } finally {
    noteNativeGarbage(3 * area);
  }
}
