// A picture that cannot be read, in words for its owner.
import { isCutOff } from './cut-off.ts';

/** The message is the reason alone, without the path. */
export class PictureError extends Error {
  override readonly name = 'PictureError';
}

/**
 * Turns a failure to decode `bytes` into a reason. The reason comes from the bytes: libvips keeps one text of errors for
 * all threads, so what it says may be empty, or about another picture.
 */
export function pictureError(error: unknown, bytes: Uint8Array): PictureError {
  const told = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim();
  const reason = /unsupported image format|Buffer is empty/i.test(told)
    ? `not a picture, or its header is damaged: starts with ${startOf(bytes)}`
    : isCutOff(bytes)
      ? 'the file ends before the picture does'
      : 'the picture is damaged';
  return new PictureError(`${reason} (${told})`, { cause: error });
}

function startOf(bytes: Uint8Array): string {
  return JSON.stringify(Buffer.from(bytes.subarray(0, 8)).toString('latin1'));
}
