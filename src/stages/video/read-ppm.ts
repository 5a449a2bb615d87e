// Splits a stream of binary PPM pictures into pixels.
import type { Size } from '../../pose/types.ts';

export interface PpmPicture {
  readonly size: Size;
  /** [height, width, 3] RGB 0–255. */
  readonly pixels: Uint8Array;
}

/** The longest header that is taken for one: `P6`, two sides, 255. */
const LONGEST_HEADER = 64;

/** Reads on only when the next picture is asked for. @throws Error for bytes that are no 8-bit PPM, or end within one */
export async function* readPpm(
  stream: AsyncIterable<Buffer>,
  pixelLimit: number,
): AsyncGenerator<PpmPicture, void, undefined> {
  let waiting: Buffer[] = [];
  let held = 0;
  let header: { readonly size: Size; readonly start: number; readonly end: number } | undefined;
  for await (const chunk of stream) {
    waiting.push(chunk);
    held += chunk.length;
    while (held > 0) {
      if (!header) {
        const bytes = Buffer.concat(waiting);
        waiting = [bytes];
        header = headerOf(bytes, pixelLimit);
      }
      if (!header || held < header.end) break;
      const bytes = Buffer.concat(waiting);
      yield { size: header.size, pixels: bytes.subarray(header.start, header.end) };
      waiting = [bytes.subarray(header.end)];
      held -= header.end;
      header = undefined;
    }
  }
  if (held > 0) throw new Error('the last frame is cut off');
}

function headerOf(bytes: Buffer, pixelLimit: number) {
  const found = /^P6\s(\d+)\s(\d+)\s255\s/.exec(bytes.toString('latin1', 0, LONGEST_HEADER));
  if (!found) {
    if (bytes.length < LONGEST_HEADER) return undefined;
    throw new Error('expected frames as 8-bit PPM');
  }
  const size = { width: Number(found[1]), height: Number(found[2]) };
  const pixels = size.width * size.height;
  if (pixels > pixelLimit)
    throw new Error(`${size.width}×${size.height} pixels are more than the limit of ${pixelLimit}`);
  const start = found[0].length;
  return { size, start, end: start + 3 * pixels };
}
