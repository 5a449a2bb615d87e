// Brings a recognised picture in: reads its file where it must, and makes the crops that are missing.
import { basename } from 'node:path';
import { catalogue } from './catalogue.ts';
import { cropPeople, decoderOf, type Cropped } from './crop.ts';
import { identify } from './identify.ts';
import type { Desk } from './desk.ts';
import type { KeyedLock } from './keyed-lock.ts';
import { isVideoName } from './picture-name.ts';
import type { Recognised, Unread } from './recognise.ts';
import { admitVideo, type VideoContext } from './video/admit-video.ts';

export interface AdmitContext extends VideoContext {
  /** Copies of one picture wait for each other, so that it is decoded once. */
  readonly alone: KeyedLock;
  /** Where bytes and pixels are in memory; who waits for a commit has left it. */
  readonly desk: Desk;
}

/** @throws {SampleError} for a picture that cannot be used. */
export async function admit<T>(
  recognised: Recognised<T>,
  context: AdmitContext,
): Promise<Cropped<T>> {
  const { picture } = recognised;
  if (recognised.kind === 'refused') throw recognised.error;
  if (recognised.kind === 'known') {
    context.count('pictures_unchanged', 1);
    return { path: picture.path, admitted: recognised.admitted, rejected: [] };
  }
  const leave = await context.desk.sit();
  try {
    return isVideoName(basename(picture.path))
      ? await admitVideo(recognised, context)
      : await admitPicture(recognised, leave, context);
  } finally {
    leave();
  }
}

async function admitPicture<T>(
  { picture, facts }: Unread<T>,
  onCropped: () => void,
  context: AdmitContext,
): Promise<Cropped<T>> {
  const { db, alone, count, inPlace } = context;
  const { bytes, ...identity } = await identify(picture.path, facts);
  count('files_read', 1);
  const { sha256, info } = identity;
  const decode = decoderOf(picture.path, bytes, facts, inPlace);
  const enter = () => catalogue(db, identity);
  return alone(sha256, () =>
    cropPeople({ picture, sha256, size: info.size, enter, decode, onCropped }, context),
  );
}
