// Brings the sampled frames of a video in: each is cropped straight from ffmpeg's pipe.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import {
  findImage,
  putFile,
  putImage,
  type FileFacts,
  type ImageRow,
} from '../../../db/catalog.ts';
import { rawPath } from '../../../db/raw-path.ts';
import { findVideo, putSampling, putVideo, sampledFrames } from '../../../db/videos.ts';
import type { Size } from '../../pose/types.ts';
import { cropPeople, type CropContext, type Cropped } from '../crop.ts';
import { fileError } from '../file-error.ts';
import type { Admitted, Picture } from '../picture.ts';
import { admittedIn, type Unread } from '../recognise.ts';
import type { SampleError } from '../sample-error.ts';
import { framePath } from './frame-path.ts';
import { readFrames } from './read-frames.ts';
import { DEFAULT_SAMPLING, samplingName, type Sampling } from './sampling.ts';

export interface VideoContext extends CropContext {
  /** @default every 30th frame */
  readonly sampling?: Sampling | undefined;
  /** Aborted: no further frame is taken; those that are in stay. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A video that was sampled the same way before costs one `stat`, under whatever name it comes.
 * @throws {SampleError} for a video that ffmpeg cannot read; frames that came before stay.
 */
export async function admitVideo<T>(
  { picture, facts }: Unread<T>,
  context: VideoContext,
): Promise<Cropped<T>> {
  const { db, commit, count, signal, sampling = DEFAULT_SAMPLING } = context;
  const { path } = picture;
  const absolute = resolve(path);
  let video = findVideo(db, absolute, facts);
  if (video === undefined) {
    const sha256 = await sha256Of(path);
    await commit(() => {
      putVideo(db, absolute, sha256, facts);
    });
    count('files_read', 1);
    video = sha256;
  } else count('pictures_unchanged', 1);

  const known = knownFrames(video, picture, context);
  if (known) return { path, admitted: known, rejected: [] };

  const name = samplingName(sampling);
  const admitted: Admitted<T>[] = [];
  const rejected: SampleError[] = [];
  const numbers: number[] = [];
  for await (const { number, size, pixels } of readFrames(path, facts, sampling)) {
    if (signal?.aborted) return { path, admitted, rejected };
    const frame = { ...picture, path: framePath(path, number) };
    const sha256 = frameDigest(video, number);
    const enter = () => catalogueFrame(frame.path, sha256, size, facts, context);
    const decoded = { pixels, size, full: size, decodedFromImage: [1, 0, 0, 0, 1, 0] } as const;
    const decode = () => Promise.resolve(decoded);
    const cropped = await cropPeople({ picture: frame, sha256, size, enter, decode }, context);
    admitted.push(...cropped.admitted);
    rejected.push(...cropped.rejected);
    numbers.push(number);
  }
  await commit(() => {
    putSampling(db, video, name, numbers);
  });
  return { path, admitted, rejected };
}

/** The people of all sampled frames, where the sampling is known and every crop exists. */
function knownFrames<T>(
  video: string,
  picture: Picture<T>,
  { db, digest, sampling = DEFAULT_SAMPLING }: VideoContext,
): Admitted<T>[] | undefined {
  const numbers = sampledFrames(db, video, samplingName(sampling));
  if (!numbers) return undefined;
  const admitted: Admitted<T>[] = [];
  for (const number of numbers) {
    const image = findImage(db, frameDigest(video, number));
    const frame = { ...picture, path: framePath(picture.path, number) };
    const people = image && admittedIn(db, frame, image, digest.digest);
    if (!people) return undefined;
    admitted.push(...people);
  }
  return admitted;
}

/** A frame's identity. */
function frameDigest(video: string, number: number): string {
  return createHash('sha256').update(framePath(video, number)).digest('hex');
}

function catalogueFrame(
  path: string,
  sha256: string,
  size: Size,
  facts: FileFacts,
  { db }: CropContext,
): ImageRow {
  // A frame has no bytes of its own.
  const id = putImage(db, { sha256, size, orientation: 1, format: 'video', bytes: 0 });
  putFile(db, resolve(path), id, facts);
  return findImage(db, sha256)!;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(rawPath(path))) hash.update(chunk as Buffer);
  } catch (error) {
    throw fileError(error, path, 'identify');
  }
  return hash.digest('hex');
}
