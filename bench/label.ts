// JPEG and person box → target in the database with SimpleBaseline-R18 at 128×96, beside the same job in Python (label_folder.py: OpenCV,
// PyTorch, sqlite3). HEATSTREAM_BENCH_LIMIT=400 people, HEATSTREAM_BENCH_THREADS=2, HEATSTREAM_BENCH_ROUNDS=3. HEATSTREAM_DATA is the folder
// that holds lspet/. Where the engine takes every core, it is measured once more with a core left. The peer needs HEATSTREAM_PEER_PYTHON (a
// Python with PyTorch and OpenCV) and HEATSTREAM_PEERS.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, toArray } from 'rxjs';
import { openDatabase } from '../db/open.ts';
import { cropSpec, recipeNamed } from '../src/config/recipe.ts';
import { openEngine } from '../src/engine/choose.ts';
import { createNetwork, initialWeights } from '../src/models/network.ts';
import { ingest$, type Admitted, type Picture } from '../src/pipeline/ingest.ts';
import { label$ } from '../src/pipeline/label-pictures.ts';
import type { CropSpec } from '../src/pose/types.ts';
import { createLabeller } from '../src/stages/label.ts';
import { openPredictor, type Predictor } from '../src/stages/predict.ts';
import { createCropReader } from '../src/stages/recall-crop.ts';
import { digestOfSpec } from '../src/stages/spec-digest.ts';
import { peerRate } from './peer.ts';
import type { BenchResult } from './rounds.ts';
import { compare, inTurns, median } from './rounds.ts';
import { say } from './say.ts';

const env = process.env;
const limit = Number(env['HEATSTREAM_BENCH_LIMIT'] ?? 400);
const threads = Number(env['HEATSTREAM_BENCH_THREADS'] ?? 2);
const rounds = Number(env['HEATSTREAM_BENCH_ROUNDS'] ?? 3);
const data = join(env['HEATSTREAM_DATA'] ?? '../shared/data', 'lspet');
const files = {
  images: join(data, 'images'),
  boxes: join(data, 'person-boxes.json'),
  coco: join(data, 'images.coco.json'),
};
const recipe = recipeNamed('paper');
const input = { width: 96, height: 128 };
const heatmap = { width: 24, height: 32 };
// As the peer: the network's input without a margin.
const spec: CropSpec = {
  ...cropSpec(recipe, 'zero'),
  ...{ input, stored: input, margin: { width: 1, height: 1 } },
};
const joints = 17;
// As `heatstream label`.
const batch = 16;
const lanes = 2;

export async function run(): Promise<BenchResult> {
  const pictures = await boxed();
  const folder = await mkdtemp(join(tmpdir(), 'heatstream-bench-'));
  try {
    const result = await measure(pictures, threads, { folder, peer: peerOf(folder) });
    // What labelling needs besides the network comes out of the network's cores, unless one is left.
    if (threads > 1 && threads >= availableParallelism())
      await measure(pictures, availableParallelism() - 1, { folder });
    return result;
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Beside {
  /** Where databases are made. */
  readonly folder: string;
  readonly peer?: (() => Promise<number>) | undefined;
}

async function measure(
  pictures: readonly Picture<null>[],
  count: number,
  { folder, peer }: Beside,
): Promise<BenchResult> {
  const engine = await openEngine({ name: 'onnxruntime', threads: count });
  const network = createNetwork('sb-r18', joints);
  const predictor = await openPredictor({
    ...{ engine, network, spec, batch, lanes, decode: recipe.decode },
    weights: initialWeights(network, 0),
    geometry: { ...recipe, input, stored: input, heatmap },
  });
  const label = (some: readonly Picture<null>[], cache: string) =>
    labelAll(some, predictor, { cache: join(folder, cache), inPlace: engine.takesEveryCore });
  let round = 0;
  // Processor time a picture, ms.
  const spent: Record<'ours' | 'forward', number[]> = { ours: [], forward: [] };
  const timed = (who: keyof typeof spent, work: () => Promise<number>) => async () => {
    const before = process.cpuUsage();
    const rate = await work();
    const { user, system } = process.cpuUsage(before);
    spent[who].push((user + system) / 1000 / pictures.length);
    return rate;
  };
  try {
    await label(pictures.slice(0, 4 * batch), `${count}-warm.sqlite`);
    const bench = `label ${pictures.length} people, sb-r18 at 128x96, ${engine.device}`;
    const seen = await inTurns(
      {
        ours: timed('ours', () => label(pictures, `${count}-${round++}.sqlite`)),
        forward: timed('forward', () => forwardRate(predictor)),
        ...(peer && { peer }),
      },
      rounds,
      (done, { ours, forward, peer: other }) => {
        say(`${done + 1}/${rounds}: ours ${ours!.toFixed(1)}, the bare forward pass ${forward!.toFixed(1)}${other === undefined ? '' : `, peer ${other.toFixed(1)}`} pictures/s`); // prettier-ignore
      },
    );
    const gap = 100 * (1 - median(seen.ours!) / median(seen.forward!));
    const where = engine.takesEveryCore ? 'on every core' : 'with a core left for the rest';
    say(`${gap.toFixed(1)} % below the bare forward pass, the engine ${where} (${engine.device})`);
    const [ours, forward] = [median(spent.ours), median(spent.forward)];
    const busy = (ours * median(seen.ours!)) / 10 / Math.min(count + 1, availableParallelism());
    say(`a picture takes ${ours.toFixed(1)} ms of processor time, of a bare forward pass ${forward.toFixed(1)}; ${busy.toFixed(0)} % of its cores were busy`); // prettier-ignore
    return compare({ bench, unit: 'pictures/s' }, seen.ours!, seen.peer);
  } finally {
    await predictor.dispose();
  }
}

async function boxed(): Promise<Picture<null>[]> {
  const read = async (file: string) => JSON.parse(await readFile(file, 'utf8')) as unknown;
  const { images } = (await read(files.coco)) as { images: { id: number; file_name: string }[] };
  const names = new Map(images.map((image) => [image.id, image.file_name]));
  const people = (await read(files.boxes)) as { image_id: number; bbox: number[] }[];
  return people.slice(0, limit).map(({ image_id: id, bbox }) => {
    const [x, y, width, height] = bbox as [number, number, number, number];
    const person = { box: { x, y, width, height }, source: 'given', tag: null } as const;
    return { path: join(files.images, names.get(id)!), people: [person] };
  });
}

/** Pictures a second, from a fresh database to the last target in it. */
async function labelAll(
  pictures: readonly Picture<null>[],
  predictor: Predictor,
  { cache, inPlace }: { readonly cache: string; readonly inPlace: boolean | undefined },
): Promise<number> {
  const db = openDatabase(cache);
  const crops = createCropReader(db, { maxBytes: 0 });
  const labeller = createLabeller<Admitted<null>>({
    ...{ db, predictor, step: 0, claimant: { owner: 'bench', lease: 60_000 } },
    set: {
      ...{ teacher: '1'.repeat(64), bn: 'running', view: 'canonical', codec: 'u8', sigma: 0 },
      ...{ preprocessing: digestOfSpec(spec).digest, heatmap, joints },
    },
    read: (id) => crops.read(id),
    onReject: (error) => {
      throw error;
    },
    count: () => undefined,
    pause: () => Promise.resolve(),
    signal: new AbortController().signal,
  });
  const start = performance.now();
  const people$ = ingest$(each(pictures), { db, spec, inPlace });
  const done = await lastValueFrom(label$(people$, labeller).pipe(toArray()), { defaultValue: [] });
  const seconds = (performance.now() - start) / 1000;
  db.close();
  if (done.length !== pictures.length) throw new Error(`labelled ${done.length} people only`);
  return done.length / seconds;
}

/** Pictures a second through the network alone: as many batches, and as many of them in flight, as labelling has. */
async function forwardRate(predictor: Predictor): Promise<number> {
  const pixels = new Uint8Array(input.width * input.height * 3).fill(90);
  const crop = { id: 0, pixels, size: input, cropFromImage: [1, 0, 0, 0, 1, 0] as const };
  const crops = Array.from({ length: batch }, () => crop);
  const calls = Math.ceil(limit / batch);
  const start = performance.now();
  let asked = 0;
  const lane = async () => {
    while (asked++ < calls) (await predictor.heatmaps(crops)).giveBack();
  };
  await Promise.all(Array.from({ length: 2 * predictor.lanes }, lane));
  return (1000 * calls * batch) / (performance.now() - start);
}

function peerOf(folder: string): (() => Promise<number>) | undefined {
  const paths = [files.images, files.boxes, files.coco, join(folder, 'peer.sqlite')];
  const sizes = ['--limit', String(limit), '--batch', String(batch), '--threads', String(threads)];
  return peerRate('label_folder.py', [...paths, ...sizes]);
}

async function* each<T>(values: readonly T[]): AsyncGenerator<T> {
  await Promise.resolve();
  yield* values;
}
