// JPEG → canonical crop of 256×192 beside OpenCV (decode.py: imread, warpAffine, float32), two threads each, and reading the cached crop.
// HEATSTREAM_BENCH_IMAGES=folder of JPEGs (a small one's come several times), HEATSTREAM_BENCH_LIMIT=3000. The peer needs
// HEATSTREAM_PEER_PYTHON (a Python with OpenCV) and HEATSTREAM_PEERS (the folder of decode.py). Threads of libvips: start with
// UV_THREADPOOL_SIZE=2.
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { lastValueFrom, toArray } from 'rxjs';
import { openDatabase } from '../db/open.ts';
import { cropSpec, recipeNamed } from '../src/config/recipe.ts';
import { cropPicture } from '../src/image/crop.ts';
import { decodeRgb } from '../src/image/decode.ts';
import { readPictureInfo } from '../src/image/picture-info.ts';
import { ingest$, type Picture } from '../src/pipeline/ingest.ts';
import { cropFromImage } from '../src/pose/crop-geometry.ts';
import type { CropSpec } from '../src/pose/types.ts';
import { giveBack } from '../src/stages/give-back.ts';
import { createCropReader } from '../src/stages/recall-crop.ts';
import { peerRate } from './peer.ts';
import type { BenchResult } from './rounds.ts';
import { alternate } from './rounds.ts';
import { say } from './say.ts';

const env = process.env;
const limit = Number(env['HEATSTREAM_BENCH_LIMIT'] ?? 3000);
/** Pictures at the same time. */
const LANES = 8;
/** Pictures of a round that lasts a second or two. */
const ENOUGH = 600;

export async function run(): Promise<BenchResult> {
  const given = env['HEATSTREAM_BENCH_IMAGES'];
  if (given === undefined) throw new Error('Set HEATSTREAM_BENCH_IMAGES to a folder of JPEGs');
  // As the peer's crops: the network input of the paper's recipe, without a margin.
  const recipe = recipeNamed('paper');
  const spec: CropSpec = {
    ...cropSpec(recipe, 'zero'),
    margin: { width: 1, height: 1 },
    stored: recipe.input,
    boxScale: 1,
  };
  const folder = await mkdtemp(join(tmpdir(), 'heatstream-bench-'));
  const db = openDatabase(join(folder, 'cache.sqlite'));
  try {
    const images = await atLeast(ENOUGH, given, join(folder, 'pictures'));
    const paths = (await jpegsIn(images)).slice(0, limit);
    await rate(paths.slice(0, 500), (path) => decodeAndCrop(path, spec));
    const result = await alternate({
      bench: `decode and crop of ${paths.length} pictures`,
      unit: 'pictures/s',
      ours: () => rate(paths, (path) => decodeAndCrop(path, spec)),
      peer: peerRate('decode.py', [images, '--limit', String(limit)]),
    });
    const people$ = ingest$(wholePictures(paths), { db, spec });
    const people = await lastValueFrom(people$.pipe(toArray()), { defaultValue: [] });
    const cached = await alternate({
      bench: `cached crops of ${paths.length} pictures`,
      unit: 'crops/s',
      rounds: 3,
      ours: async () => {
        const crops = createCropReader(db, { maxBytes: 0 });
        return rate(people, async ({ cropId }) => {
          giveBack((await crops.read(cropId)).pixels);
        });
      },
    });
    const { ours, peer } = result;
    const times = (other: number) => (cached.ours / other).toFixed(2);
    say(
      `cached crops: ${cached.ours.toFixed(0)}/s, ${times(ours)} times decoding${peer === null ? '' : `, ${times(peer)} times the peer`}`,
    );
    return result;
  } finally {
    db.close();
    await rm(folder, { recursive: true });
  }
}

async function jpegsIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jpg'));
  return names.sort().map((name) => join(folder, name));
}

/** The folder, or one at `other` where its pictures stand under several names each. */
async function atLeast(count: number, folder: string, other: string): Promise<string> {
  const paths = await jpegsIn(resolve(folder));
  if (paths.length === 0) throw new Error(`${folder} holds no .jpg`);
  if (paths.length >= count) return folder;
  await mkdir(other);
  for (let i = 0; i * paths.length < count; i++) {
    for (const path of paths) await symlink(path, join(other, `${i}-${basename(path)}`));
  }
  return other;
}

async function decodeAndCrop(path: string, spec: CropSpec): Promise<void> {
  const bytes = await readFile(path);
  const info = await readPictureInfo(bytes);
  const box = { x: 0, y: 0, ...info.size };
  const [kx, , , , ky] = cropFromImage(box, spec);
  const picture = await decodeRgb(bytes, { info, maxScaleDown: 1 / Math.max(kx, ky) });
  const crop = cropPicture(picture, box, spec);
  // As ingestion does.
  for (const array of [bytes, picture.pixels, crop.pixels]) giveBack(array);
}

/** Items a second, `LANES` at the same time. */
async function rate<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<number> {
  let next = 0;
  const lane = async () => {
    while (next < items.length) await work(items[next++]!);
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: LANES }, lane));
  return (1000 * items.length) / (performance.now() - start);
}

async function* wholePictures(paths: readonly string[]): AsyncGenerator<Picture<null>> {
  for (const path of paths) {
    yield await Promise.resolve({
      path,
      people: [{ box: null, source: 'whole-image' as const, tag: null }],
    });
  }
}
