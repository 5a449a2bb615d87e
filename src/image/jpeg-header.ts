// Reads the header of a plain JPEG without a decoder. Source: ITU-T T.81, annex B.
import type { Size } from '../pose/types.ts';

export interface JpegHeader {
  readonly size: Size;
  /** 1 grey, 3 colour. */
  readonly channels: number;
  /** Baseline or extended, and nothing but JFIF says how to read the colours: no profile, no Adobe transform. */
  readonly isBare: boolean;
}

const SOI = 0xd8;
const APP0 = 0xe0;
const APP1 = 0xe1;
const PROGRESSIVE = 0xc2;
/** Baseline, extended, progressive: what decoders read. */
const FRAMES = new Set([0xc0, 0xc1, PROGRESSIVE]);

/**
 * undefined for whatever is not a grey or colour JPEG without EXIF: then the decoder has to say.
 * Many times faster than it, which counts when a folder of small pictures is catalogued.
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) return undefined;
  const u16 = (at: number) => (bytes[at]! << 8) | bytes[at + 1]!;
  let isBare = true;
  for (let at = 2; at + 9 < bytes.length;) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    if (FRAMES.has(marker)) {
      const size = { width: u16(at + 7), height: u16(at + 5) };
      const channels = bytes[at + 9]!;
      const isPlain = (channels === 1 || channels === 3) && size.width > 0 && size.height > 0;
      return isPlain ? { size, channels, isBare: isBare && marker !== PROGRESSIVE } : undefined;
    }
    // Other frames (C4 and CC are tables), restart marks, the end, the scan, fill bytes: not plain.
    const isTable = marker === 0xc4 || marker === 0xdb || marker === 0xdd || marker === 0xfe;
    const isApplication = marker >= 0xe0 && marker <= 0xef && marker !== APP1;
    if (!isTable && !isApplication) return undefined;
    if (isApplication && marker !== APP0) isBare = false;
    const length = u16(at + 2);
    if (length < 2) return undefined;
    at += 2 + length;
  }
  return undefined;
}
