// Small test videos, made by the system's ffmpeg.
import { execFileSync, spawnSync } from 'node:child_process';

export const hasFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;
if (!hasFfmpeg) console.warn('SKIPPED: tests of videos, because ffmpeg is not installed here');

/** 160×120, 10 frames a second: red, then blue from frame `cut` on. */
export function makeVideo(path: string, { frames, cut }: { frames: number; cut: number }): void {
  const colour = (name: string, count: number) =>
    `color=${name}:size=160x120:rate=10:duration=${count / 10}`;
  const graph = `${colour('red', cut)}[a];${colour('blue', frames - cut)}[b];[a][b]concat`;
  execFileSync('ffmpeg', [
    ...['-v', 'error', '-y', '-f', 'lavfi', '-i', graph],
    ...['-frames:v', String(frames), '-pix_fmt', 'yuv420p', path],
  ]);
}
