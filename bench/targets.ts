// Targets of 17×64×48 written to and read from a database of 50,000: writes in batches of a step, reads at random.
// The database alone: a write is a blob committed, a read is one fetched by its key and its checksum verified. Then with the
// codec around it: heatmaps quantised, deflated and checksummed; inflated and turned back into heatmaps.
// HEATSTREAM_BENCH_ROWS=50000, HEATSTREAM_BENCH_NOISE=0 (standard deviation of the background, peaks are 0.8),
// HEATSTREAM_BENCH_CODEC=u8|f16|keypoints. The result is reads/s of the database; the log says the other figures and latencies.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { putImage } from '../db/catalog.ts';
import type { TargetCodec } from '../db/codecs/codec.ts';
import { putCrop } from '../db/crops.ts';
import { openDatabase, type Database } from '../db/open.ts';
import { readTargetHeader } from '../db/target-blob.ts';
import {
  encodeTargets,
  findTarget,
  getTargets,
  putEncoded,
  type NewTarget,
  type StoredTarget,
  type TargetKey,
} from '../db/targets.ts';
import { transaction } from '../db/transaction.ts';
import { encodeGaussian } from '../src/pose/heatmap.ts';
import { rng, type Rng } from '../src/pose/random.ts';
import type { BenchResult } from './rounds.ts';
import { alternate } from './rounds.ts';
import { say } from './say.ts';

const heatmap = { width: 48, height: 64 };
const joints = 17;
const env = process.env;
const rows = Number(env['HEATSTREAM_BENCH_ROWS'] ?? 50_000);
const noise = Number(env['HEATSTREAM_BENCH_NOISE'] ?? 0);
const codec = (env['HEATSTREAM_BENCH_CODEC'] ?? 'u8') as TargetCodec;
/** Targets a transaction, as many as a training step has. */
const BATCH = 32;
const READS = 20_000;

export async function run(): Promise<BenchResult> {
  const folder = await mkdtemp(join(tmpdir(), 'heatstream-bench-'));
  const db = openDatabase(join(folder, 'cache.sqlite'));
  try {
    const crops = addCrops(db);
    const targets = Array.from({ length: 64 }, (_, n) => targetOf(n));
    writeAll(db, crops, targets);
    const { bytes } = db
      .prepare<{ bytes: number }>('SELECT avg(bytes) AS bytes FROM target')
      .get()!;
    say(`${bytes.toFixed(0)} bytes a target, ${codec}, noise ${noise}`);
    const reads = { blobs: blobReader(db, crops), heatmaps: heatmapReader(db, crops) };
    readSome(reads.blobs, 0, READS / 4);
    let round = 1;
    const heatmaps = await alternate({
      bench: `random reads of ${rows} targets into heatmaps`,
      unit: 'reads/s',
      rounds: 3,
      ours: () => Promise.resolve(readSome(reads.heatmaps, round++, READS / 4)),
    });
    say(`${heatmaps.ours.toFixed(0)} reads/s into heatmaps`);
    return await alternate({
      bench: `random reads of ${rows} targets, ${codec}, noise ${noise}`,
      unit: 'reads/s',
      ours: () => Promise.resolve(readSome(reads.blobs, round++, READS)),
    });
  } finally {
    db.close();
    await rm(folder, { recursive: true });
  }
}

function addCrops(db: Database): number[] {
  const spec = { digest: '0'.repeat(64), json: '{}' };
  const box = { x: 0, y: 0, width: 8, height: 8 };
  const size = { width: 8, height: 8 };
  return transaction(db, () =>
    Array.from({ length: rows }, (_, n) => {
      const sha256 = n.toString(16).padStart(64, '0');
      const imageId = putImage(db, { sha256, size, orientation: 1, format: 'png', bytes: 1 });
      const pixels = new Uint8Array(8 * 8 * 3);
      const from = { imageId, box, source: 'given', spec, size } as const;
      return putCrop(db, { ...from, codec: 'raw', pixels, cropFromImage: [1, 0, 0, 0, 1, 0] })
        .cropId;
    }),
  );
}

/** Gaussians of sigma 2 and height 0.8 at sub-pixel places. */
function targetOf(n: number): StoredTarget {
  const random = rng(0, 'bench targets', 0, n);
  const points = Array.from({ length: joints }, () => {
    const [x, y] = [random.uniform() * heatmap.width, random.uniform() * heatmap.height];
    return { x, y, v: 2 as const };
  });
  const maps = new Float32Array(heatmap.width * heatmap.height * joints);
  encodeGaussian(points, { heatmap, stride: 1, sigma: 2, origin: 'centres' }, maps);
  return {
    heatmap: maps.map((value) => 0.8 * value + (noise > 0 ? noise * random.normal() : 0)),
    shape: [heatmap.height, heatmap.width, joints],
    view: [1, 0, 0, 0, 1, 0],
    flip: false,
    peaks: new Float32Array(joints).fill(0.8),
    step: 0,
  };
}

const keyOf = (cropId: number): TargetKey => ({
  ...{ cropId, teacher: '1'.repeat(64), bn: 'batch', view: 'random', preprocessing: 'bench' },
  ...{ codec, sigma: codec === 'keypoints' ? 2 : 0, heatmap, joints },
});

/** Fills the database and says how many targets a second it took, and how many are encoded. */
function writeAll(db: Database, crops: readonly number[], targets: readonly StoredTarget[]): void {
  let encoding = 0;
  let writing = 0;
  for (let at = 0; at < crops.length; at += BATCH) {
    const batch = crops
      .slice(at, at + BATCH)
      .map((id, i): NewTarget => ({ key: keyOf(id), target: targets[(at + i) % targets.length]! }));
    const start = performance.now();
    const encoded = encodeTargets(batch);
    const between = performance.now();
    putEncoded(db, encoded);
    encoding += between - start;
    writing += performance.now() - between;
  }
  const rate = (ms: number) => ((1000 * crops.length) / ms).toFixed(0);
  say(`${rate(writing)} writes/s into ${rows} rows, ${rate(encoding)} heatmaps encoded/s, ${rate(writing + encoding)}/s both`); // prettier-ignore
}

/** One read of a crop's target. */
type Read = (random: Rng) => void;

function blobReader(db: Database, crops: readonly number[]): Read {
  return (random) => {
    const cropId = crops[random.integer(crops.length)]!;
    const row = findTarget(db, keyOf(cropId));
    if (!row) throw new Error('a target is missing');
    readTargetHeader(row.blob, cropId);
  };
}

function heatmapReader(db: Database, crops: readonly number[]): Read {
  return (random) => {
    const [target] = getTargets(db, [keyOf(crops[random.integer(crops.length)]!)]);
    if (target?.heatmap.length !== heatmap.width * heatmap.height * joints) {
      throw new Error('a target is missing');
    }
  };
}

/** Targets a second, one a call: also says how long single reads took. */
function readSome(read: Read, round: number, count: number): number {
  const random = rng(1, 'bench reads', round, 0);
  const times = new Float64Array(count);
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    const before = performance.now();
    read(random);
    times[i] = performance.now() - before;
  }
  const rate = (1000 * count) / (performance.now() - start);
  times.sort();
  const at = (share: number) => (1000 * times[Math.floor(share * count)]!).toFixed(0);
  say(`a read takes ${at(0.5)} µs (median), ${at(0.99)} µs (p99)`);
  return rate;
}
