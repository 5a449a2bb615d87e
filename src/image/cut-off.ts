// Tells whether a picture's file ends too early, from the marks that its format puts at the end.

/** Some programs write a little behind the last mark. */
const TAIL = 1024;

/** False where the format has no such mark (TIFF, AVIF). Says nothing about what stands before the end. */
export function isCutOff(bytes: Uint8Array): boolean {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const starts = (mark: string, at = 0) => file.toString('latin1', at, at + mark.length) === mark;
  const hasAtEnd = (mark: string) =>
    file.subarray(Math.max(0, file.length - TAIL)).includes(mark, 0, 'latin1');
  if (starts('\xff\xd8')) return !hasAtEnd('\xff\xd9');
  if (starts('\x89PNG')) return !hasAtEnd('IEND');
  // A semicolon may stand anywhere in the data: only padding may follow this one.
  if (starts('GIF8')) return file[file.findLastIndex((byte) => byte !== 0)] !== 0x3b;
  // A RIFF file says how long it is.
  if (starts('RIFF') && starts('WEBP', 8)) return file.readUInt32LE(4) + 8 > file.length;
  return false;
}
