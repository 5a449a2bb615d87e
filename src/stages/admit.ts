// Brings a recognised picture in: reads its file where it must, and makes the crops that are missing.
import { basename } from 'node:path';
import { catalogue } from './catalogue.ts';
import { cropPeople, decoderOf, type Cropped } from './crop.ts';
import { identify } from './identify.ts';
import type { KeyedLock } from './keyed-lock.ts';
import { isVideoName } from './picture-name.ts';
import type { Recognised } from './recognise.ts';
import { admitVideo, type VideoContext } from './video/admit-video.ts';

export interface AdmitContext extends VideoContext {
  /** Copies of one picture wait for each other, so that it is decoded once. */
  readonly alone: KeyedLock;
}

/** @throws {SampleError} for a picture that cannot be used. */
export async function admit<T>(
  recognised: Recognised<T>,
  context: AdmitContext,
): Promise<Cropped<T>> {
  const { db, alone, count } = context;
  const { picture } = recognised;
  if (recognised.kind === 'refused') throw recognised.error;
  if (recognised.kind === 'known') {
    count('pictures_unchanged', 1);
    return { path: picture.path, admitted: recognised.admitted, rejected: [] };
  }
  if (isVideoName(basename(picture.path))) return admitVideo(recognised, context);
  const { facts } = recognised;
  const { bytes, ...identity } = await identify(picture.path, facts);
  count('files_read', 1);
  const { sha256, info } = identity;
  const decode = decoderOf(picture.path, bytes, facts);
  const enter = () => catalogue(db, identity);
  return alone(sha256, () =>
    cropPeople({ picture, sha256, size: info.size, enter, decode }, context),
  );
}
