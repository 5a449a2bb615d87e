// The identity of a crop spec: same digest, same pixels.
import { createHash } from 'node:crypto';
import type { CropSpec } from '../pose/types.ts';

/** Raised whenever the code makes other pixels from the same spec. */
const CROP_VERSION = 3;

export interface SpecDigest {
  /** sha256 of `json`, hex. */
  readonly digest: string;
  readonly json: string;
}

export function digestOfSpec(spec: CropSpec): SpecDigest {
  const { input, boxScale, margin, stored, padding, origin, fill } = spec;
  // Written out, so that neither key order nor a stray property changes the digest.
  const json = JSON.stringify({
    version: CROP_VERSION,
    input: [input.width, input.height],
    boxScale,
    margin: [margin.width, margin.height],
    stored: [stored.width, stored.height],
    padding,
    origin,
    fill: padding === 'zero' ? fill : null,
  });
  return { digest: createHash('sha256').update(json).digest('hex'), json };
}
