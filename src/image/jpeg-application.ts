// What a JPEG's application segment says of how to show the picture. Sources: ICC.1:2022 annex B.4, Exif 3.0 sections 4.5 and 4.6, Adobe TN 5116.
import { isSrgbProfile } from './srgb-profile.ts';

/** `turned`: not upright, or nobody can tell; `colours`: its levels are not sRGB as they come; `srgb`: a profile that says that they are. */
export type Meaning = 'turned' | 'colours' | 'srgb' | 'nothing';

const EXIF = 'Exif\0\0';
const PROFILE = 'ICC_PROFILE\0';
const ADOBE = 'Adobe';
/** Y, Cb and Cr, as in JFIF. */
const USUAL_TRANSFORM = 1;
const ORIENTATION = 0x0112;
const SHORT = 3;

/** @param marker 0xe0 to 0xef @param payload of the segment, its length left out */
export function meaningOf(marker: number, payload: Uint8Array): Meaning {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  const starts = (name: string) => bytes.toString('latin1', 0, name.length) === name;
  if (marker === 0xe1 && starts(EXIF))
    return isUpright(bytes.subarray(EXIF.length)) ? 'nothing' : 'turned';
  if (marker === 0xe2 && starts(PROFILE)) {
    const [part, parts] = bytes.subarray(PROFILE.length);
    const isWhole = part === 1 && parts === 1;
    return isWhole && isSrgbProfile(bytes.subarray(PROFILE.length + 2)) ? 'srgb' : 'colours';
  }
  if (marker === 0xee && starts(ADOBE))
    return bytes[11] === USUAL_TRANSFORM ? 'nothing' : 'colours';
  return 'nothing';
}

/** Whether a TIFF header has no orientation among its first tags, or that of an upright picture. */
function isUpright(tiff: Buffer): boolean {
  const order = tiff.toString('latin1', 0, 4);
  const isLittle = order === 'II*\0';
  if (tiff.length < 8 || (!isLittle && order !== 'MM\0*')) return false;
  const u16 = (at: number) => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const first = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  if (first + 2 > tiff.length) return false;
  const end = first + 2 + 12 * u16(first);
  if (end > tiff.length) return false;
  for (let at = first + 2; at < end; at += 12) {
    if (u16(at) === ORIENTATION) return u16(at + 2) === SHORT && u16(at + 8) === 1;
  }
  return true;
}
