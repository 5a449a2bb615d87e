// `heatstream ingest --catalog-only` on many small JPEGs of 2 KB: first run (stat, read, hash, header, database), then a run in which
// nothing changed (stat, database); the same for one flat folder. Peak memory of discovering many paths beside a tenth of them.
// HEATSTREAM_BENCH_FILES=200000, HEATSTREAM_BENCH_PATHS=1000000 (0: leave that part out), HEATSTREAM_BENCH_DIR=a folder on the disk to measure.
import { execFile } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { lastValueFrom } from 'rxjs';
import { openDatabase } from '../db/open.ts';
import { encodeJpeg } from '../src/image/codec.ts';
import { catalogue$ } from '../src/pipeline/catalogue.ts';
import { rng } from '../src/pose/random.ts';
import { discover } from '../src/stages/discover.ts';
import { median, type BenchResult } from './rounds.ts';
import { say } from './say.ts';

const env = process.env;
const files = Number(env['HEATSTREAM_BENCH_FILES'] ?? 200_000);
const paths = Number(env['HEATSTREAM_BENCH_PATHS'] ?? 1_000_000);
const A_FOLDER = 1000;
const BYTES = 2048;
const RUNS = 5;
const launcher = fileURLToPath(new URL('../bin/heatstream.cjs', import.meta.url));
const memory = fileURLToPath(new URL('discover-memory.ts', import.meta.url));

export async function run(): Promise<BenchResult> {
  const parent = env['HEATSTREAM_BENCH_DIR'] ?? tmpdir();
  await mkdir(parent, { recursive: true });
  const root = await mkdtemp(join(parent, 'heatstream-bench-'));
  try {
    const many = join(root, 'many');
    await plant(many, files, A_FOLDER);
    const first = await ingest(many, join(root, 'many.sqlite'), 'first run, folders of 1000');
    await ingest(many, join(root, 'many.sqlite'), 'second run, folders of 1000');
    await inFlight(many, join(root, 'credits.sqlite'));
    rmSync(many, { recursive: true });
    const flat = join(root, 'flat');
    await plant(flat, files, files);
    await ingest(flat, join(root, 'flat.sqlite'), 'first run, one flat folder');
    await ingest(flat, join(root, 'flat.sqlite'), 'second run, one flat folder');
    rmSync(flat, { recursive: true });
    if (paths > 0) await compareMemory(root);
    const bench = `catalogue of ${files} JPEGs of 2 KB, first run`;
    return { bench, ours: first, peer: null, ratio: null, unit: 's', rounds: 1 };
  } finally {
    // At once: the asynchronous one takes minutes for a million files.
    rmSync(root, { recursive: true });
  }
}

/** Real pictures, no two alike: one JPEG of noise with another comment each. */
async function plant(root: string, count: number, aFolder: number): Promise<void> {
  const size = { width: 40, height: 32 };
  const random = rng(0, 'bench pictures', 0, 0);
  const pixels = Uint8Array.from(
    { length: size.width * size.height * 3 },
    () => 256 * random.uniform(),
  );
  const jpeg = await encodeJpeg(pixels, size, 30);
  const room = BYTES - jpeg.length - 4;
  if (room < 8) throw new RangeError(`The picture has ${jpeg.length} bytes, more than ${BYTES}`);
  const file = Buffer.alloc(BYTES);
  file.set(jpeg.subarray(0, 2));
  file.writeUInt16BE(0xfffe, 2);
  file.writeUInt16BE(room + 2, 4);
  file.set(jpeg.subarray(2), 6 + room);
  let folder = root;
  for (let i = 0; i < count; i++) {
    if (i % aFolder === 0) {
      folder = aFolder < count ? join(root, String(i / aFolder)) : root;
      mkdirSync(folder, { recursive: true });
    }
    file.write(String(i).padStart(8, '0'), 6, 'latin1');
    writeFileSync(join(folder, `${i}.jpg`), file);
  }
}

/** The command as a user runs it. @returns seconds it says it took */
async function ingest(folder: string, cache: string, what: string): Promise<number> {
  const flags = ['ingest', folder, '--catalog-only', '--cache', cache, '--quiet', '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, [launcher, ...flags]);
  const { seconds, read, unchanged, rejected } = JSON.parse(stdout) as Record<string, number>;
  if (read! + unchanged! !== files) throw new Error(`Expected ${files} pictures, got ${stdout}`);
  say(
    `${what}: ${seconds!.toFixed(2)} s (${(files / seconds!).toFixed(0)} files/s; ${read!} read, ${unchanged!} unchanged, ${rejected!} rejected)`,
  );
  return seconds!;
}

async function inFlight(folder: string, cache: string): Promise<void> {
  const db = openDatabase(cache);
  const credits = 256;
  let most = 0;
  const found = discover([folder], { onProblem: () => undefined });
  const context = { db, credits, onInFlight: (n: number) => (most = Math.max(most, n)) };
  await lastValueFrom(catalogue$(found, context), { defaultValue: undefined });
  db.close();
  say(`most pictures in flight: ${most}, credits ${credits}`);
}

/**
 * Peak resident memory of a process that walks all paths, one by one: of all folders, of a tenth of them, of one flat folder.
 * The median of RUNS processes each, since V8 collects when it sees fit.
 */
async function compareMemory(root: string): Promise<void> {
  const all = join(root, 'paths');
  const tenth = join(all, 'tenth');
  const folderOf = (i: number) =>
    join(i < paths / 10 ? tenth : join(all, 'rest'), String(Math.floor(i / A_FOLDER)));
  for (let i = 0; i < paths; i++) {
    if (i % A_FOLDER === 0) mkdirSync(folderOf(i), { recursive: true });
    writeFileSync(join(folderOf(i), `${i}.jpg`), '');
  }
  const ofTenth = await peak(tenth, paths / 10);
  const ofAll = await peak(all, paths);
  say(`memory of ${paths} paths / of ${paths / 10}: ${(ofAll / ofTenth).toFixed(3)}`);
  const flat = join(root, 'flat');
  mkdirSync(flat);
  for (let i = 0; i < paths; i++) renameSync(join(folderOf(i), `${i}.jpg`), join(flat, `${i}.jpg`));
  await peak(flat, paths);
}

/** @returns MiB */
async function peak(folder: string, expected: number): Promise<number> {
  const peaks: number[] = [];
  let [before, seconds] = [0, 0];
  for (let i = 0; i < RUNS; i++) {
    const { stdout } = await promisify(execFile)(process.execPath, [memory, folder]);
    const walked = JSON.parse(stdout) as Record<string, number>;
    if (walked['found'] !== expected)
      throw new Error(`Expected ${expected} paths in ${folder}, got ${stdout}`);
    peaks.push(walked['peakMiB']!);
    before = walked['beforeMiB']!;
    seconds = walked['seconds']!;
  }
  const [least, most] = [Math.min(...peaks), Math.max(...peaks)];
  const peakMiB = median(peaks);
  say(
    `${basename(folder)}: ${expected} paths, peak ${peakMiB.toFixed(1)} MiB (${least.toFixed(1)} to ${most.toFixed(1)}; ${before.toFixed(1)} before the first path), ${seconds.toFixed(1)} s`,
  );
  return peakMiB;
}
