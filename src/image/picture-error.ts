// A picture that cannot be read, in words for its owner.

/** The message is the reason alone, without the path. */
export class PictureError extends Error {
  override readonly name = 'PictureError';
}

/** Turns what the decoder says into a reason. */
export function pictureError(error: unknown, bytes: Uint8Array): PictureError {
  const told = (error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').trim();
  const reason = /unsupported image format|corrupt header|Buffer is empty/i.test(told)
    ? `not a picture, or its header is damaged: starts with ${startOf(bytes)} (${told})`
    : /premature end|truncat|unexpected end|end of file|not enough/i.test(told)
      ? `the file ends before the picture does (${told})`
      : `the picture is damaged (${told})`;
  return new PictureError(reason, { cause: error });
}

function startOf(bytes: Uint8Array): string {
  return JSON.stringify(Buffer.from(bytes.subarray(0, 8)).toString('latin1'));
}
