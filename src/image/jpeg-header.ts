// Reads the header of a plain JPEG without a decoder. Source: ITU-T T.81, annex B.
import type { Size } from '../pose/types.ts';
import { meaningOf } from './jpeg-application.ts';

export interface JpegHeader {
  readonly size: Size;
  /** 1 grey, 3 colour. */
  readonly channels: number;
  /** Baseline or extended, and its levels are sRGB as they come: no other profile, no other transform than the usual one. */
  readonly isPlain: boolean;
  /** It carries a profile that says sRGB, which changes nothing. */
  readonly isSrgb: boolean;
}

const SOI = 0xd8;
const PROGRESSIVE = 0xc2;
/** Baseline, extended, progressive: what decoders read. */
const FRAMES = new Set([0xc0, 0xc1, PROGRESSIVE]);

/**
 * undefined for whatever is not an upright grey or colour JPEG: then the decoder has to say.
 * Many times faster than it, which counts when a folder of small pictures is catalogued.
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== SOI) return undefined;
  const u16 = (at: number) => (bytes[at]! << 8) | bytes[at + 1]!;
  let isSrgb = false;
  let hasOtherColours = false;
  for (let at = 2; at + 9 < bytes.length;) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    if (FRAMES.has(marker)) {
      const size = { width: u16(at + 7), height: u16(at + 5) };
      const channels = bytes[at + 9]!;
      if ((channels !== 1 && channels !== 3) || size.width === 0 || size.height === 0)
        return undefined;
      const isPlain = !hasOtherColours && marker !== PROGRESSIVE;
      return { size, channels, isPlain, isSrgb: isSrgb && !hasOtherColours };
    }
    // Other frames (C4 and CC are tables), restart marks, the end, the scan, fill bytes: not plain.
    const isTable = marker === 0xc4 || marker === 0xdb || marker === 0xdd || marker === 0xfe;
    const isApplication = marker >= 0xe0 && marker <= 0xef;
    if (!isTable && !isApplication) return undefined;
    const length = u16(at + 2);
    if (length < 2) return undefined;
    if (isApplication) {
      const meaning = meaningOf(marker, bytes.subarray(at + 4, at + 2 + length));
      if (meaning === 'turned') return undefined;
      isSrgb ||= meaning === 'srgb';
      hasOtherColours ||= meaning === 'colours';
    }
    at += 2 + length;
  }
  return undefined;
}
