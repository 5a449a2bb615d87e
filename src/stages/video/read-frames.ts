// The sampled frames of a video, one after the other, through the system's ffmpeg. No frame is written to disk.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { FileFacts } from '../../../db/catalog.ts';
import { PIXEL_LIMIT } from '../../image/limits.ts';
import { SampleError } from '../sample-error.ts';
import { readPpm, type PpmPicture } from './read-ppm.ts';
import { samplingFilter, type Sampling } from './sampling.ts';

export interface Frame extends PpmPicture {
  /** From 0, as the video counts them. */
  readonly number: number;
}

/** What ffmpeg may read: a playlist that calls itself a video must not lead it elsewhere. */
const FORMATS = 'mov,mp4,avi,matroska';

/**
 * ffmpeg waits while nobody asks for the next frame, and is ended when nobody will.
 * @throws {SampleError} when ffmpeg is missing or cannot read the video to its end
 */
export async function* readFrames(
  path: string,
  facts: FileFacts,
  sampling: Sampling,
): AsyncGenerator<Frame, void, undefined> {
  const refuse = (reason: string, cause?: unknown) =>
    new SampleError({ stage: 'video', path, reason, cause, facts });
  if (!path.isWellFormed()) throw refuse('ffmpeg needs a name in UTF-8: rename the video');
  const child = spawn(
    'ffmpeg',
    [
      ...['-nostdin', '-hide_banner', '-loglevel', 'error'],
      ...['-protocol_whitelist', 'file,pipe', '-format_whitelist', FORMATS],
      ...['-max_pixels', String(PIXEL_LIMIT), '-i', `file:${path}`],
      ...['-map', '0:v:0', '-vf', samplingFilter(sampling), '-fps_mode', 'passthrough'],
      ...['-f', 'image2pipe', '-c:v', 'ppm', '-pix_fmt', 'rgb24', 'pipe:1'],
    ],
    { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] },
  );
  // Rejects where ffmpeg cannot be started.
  const exited = once(child, 'exit').then(([code]) => code as number | null);
  // Who stops early never asks.
  exited.catch(() => undefined);
  let told = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    told = (told + text).slice(-2000);
  });
  const numbers = frameNumbers(sampling, child.stdio[3] as Readable);
  try {
    for await (const picture of readPpm(child.stdout as AsyncIterable<Buffer>, PIXEL_LIMIT)) {
      const { value } = await numbers.next();
      if (value === undefined) throw refuse('ffmpeg did not number its frames');
      yield { ...picture, number: value };
    }
    const code = await exited;
    if (code !== 0) throw refuse(`ffmpeg cannot read it to its end (${lastLine(told)})`);
  } catch (error) {
    if (error instanceof SampleError) throw error;
    if (!isMissing(error)) throw refuse(String(error), error);
    // No fault of the file: it is tried again.
    const reason = 'videos need ffmpeg, which is not installed here: install it, then run again';
    throw new SampleError({ stage: 'video', path, reason, cause: error });
  } finally {
    child.kill('SIGKILL');
    await numbers.return(undefined);
  }
}

/** `frame:1 pts:120 pts_time:4` tells that the second frame is number 120; without scenes they can be counted. */
async function* frameNumbers(
  sampling: Sampling,
  lines: Readable,
): AsyncGenerator<number, undefined, undefined> {
  if ('every' in sampling) {
    lines.resume();
    for (let number = 0; ; number += sampling.every) yield number;
  }
  for await (const line of createInterface({ input: lines })) {
    const number = /^frame:\d+\s+pts:(\d+)/.exec(line)?.[1];
    if (number !== undefined) yield Number(number);
  }
  return undefined;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
