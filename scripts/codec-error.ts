// `npm run codec:error [-- RUN PICTURES…]`: what storing a target changes, codec by codec, as a table.
// Of the heatmaps that a model predicts, or of Gaussians on a noisy background where none is named.
import { bufferCount, concatMap, lastValueFrom } from 'rxjs';
import { TARGET_CODECS } from '../db/codecs/codec.ts';
import { openDatabase } from '../db/open.ts';
import { decodeTarget, encodeTarget } from '../db/target-blob.ts';
import { openEngine } from '../src/engine/choose.ts';
import { ingest$ } from '../src/pipeline/ingest.ts';
import { listPictures } from '../src/pipeline/list-pictures.ts';
import { openModel } from '../src/pipeline/open-predictor.ts';
import { openUnlabelled } from '../src/pipeline/unlabelled-pictures.ts';
import { decodeHeatmaps } from '../src/pose/decode.ts';
import { encodeGaussian } from '../src/pose/heatmap.ts';
import { rng } from '../src/pose/random.ts';
import type { Size } from '../src/pose/types.ts';
import { peaksOf } from '../src/stages/peaks.ts';
import { createCropReader } from '../src/stages/recall-crop.ts';

interface Maps {
  readonly heatmaps: readonly Float32Array[];
  readonly heatmap: Size;
  readonly joints: number;
  /** Of the targets that the network was trained on, heatmap px. */
  readonly sigma: number;
  readonly from: string;
}

const [model, ...pictures] = process.argv.slice(2);
const maps = model === undefined ? gaussians() : await predicted(model, pictures);
const { width, height } = maps.heatmap;
console.log(
  `${maps.heatmaps.length} heatmaps of ${height}×${width}×${maps.joints}: ${maps.from}\n\n` +
    '| codec | bytes a target | MSE | keypoint shift, mean | 99 % below | largest |\n|---|---|---|---|---|---|',
);
for (const codec of TARGET_CODECS) {
  let bytes = 0;
  let squares = 0;
  const shifts: number[] = [];
  for (const heatmap of maps.heatmaps) {
    const shape = [height, width, maps.joints] as const;
    const peaks = peaksOf(heatmap, maps.joints);
    const target = { heatmap, shape, view: [1, 0, 0, 0, 1, 0] as const, flip: false, peaks };
    const blob = encodeTarget(target, { codec, sigma: maps.sigma });
    const after = decodeTarget(blob).heatmap;
    bytes += blob.length;
    for (let i = 0; i < after.length; i++) squares += (after[i]! - heatmap[i]!) ** 2;
    shifts.push(...shiftsOf(heatmap, after));
  }
  shifts.sort((a, b) => a - b);
  const mean = shifts.reduce((sum, shift) => sum + shift, 0) / shifts.length;
  const mse = squares / (maps.heatmaps.length * height * width * maps.joints);
  const px = (value: number) => `${value.toFixed(4)} px`;
  console.log(
    `| ${codec} | ${Math.round(bytes / maps.heatmaps.length)} | ${mse.toExponential(2)} | ` +
      `${px(mean)} | ${px(shifts[Math.floor(0.99 * shifts.length)]!)} | ${px(shifts.at(-1)!)} |`,
  );
}

/** How far each joint's keypoint moved, heatmap px. */
function shiftsOf(before: Float32Array, after: Float32Array): number[] {
  const { heatmap, joints } = maps;
  const read = (map: Float32Array) =>
    decodeHeatmaps(map, { batch: 1, heatmap, joints, empty: 'highest' })[0]!;
  const moved = read(after);
  return read(before).map(({ x, y }, joint) => {
    const to = moved[joint]!;
    return Math.hypot(to.x - x, to.y - y);
  });
}

function gaussians(): Maps {
  const heatmap = { width: 48, height: 64 };
  const [joints, sigma, noise] = [17, 2, 0.005];
  const heatmaps = Array.from({ length: 200 }, (_, n) => {
    const random = rng(0, 'codec error', 0, n);
    const points = Array.from({ length: joints }, () => {
      const [x, y] = [random.uniform() * heatmap.width, random.uniform() * heatmap.height];
      return { x, y, v: 2 as const };
    });
    const map = new Float32Array(heatmap.width * heatmap.height * joints);
    encodeGaussian(points, { heatmap, stride: 1, sigma, origin: 'centres' }, map);
    return map.map((value) => 0.8 * value + noise * random.normal());
  });
  const from = `Gaussians of sigma ${sigma} and height 0.8, background noise of ${noise}`;
  return { heatmaps, heatmap, joints, sigma, from };
}

async function predicted(where: string, folders: readonly string[]): Promise<Maps> {
  const engine = await openEngine({ name: 'auto' });
  const { model, recipe, spec, predictor } = await openModel(where, engine, 'first');
  const db = openDatabase(':memory:');
  const crops = createCropReader(db, { maxBytes: 0 });
  const { signal } = new AbortController();
  const onReject = ({ path, reason }: { path: string; reason: string }) => {
    console.error(`${path}: ${reason}`);
  };
  const unlabelled = await openUnlabelled({ boxes: [], exclude: [] });
  const paths = listPictures(folders, { db, signal, onReject });
  const heatmaps: Float32Array[] = [];
  await lastValueFrom(
    ingest$(unlabelled.of(paths), { db, spec, onReject }).pipe(
      bufferCount(predictor.batch),
      concatMap(async (people) => {
        const batch = await Promise.all(people.map(({ cropId }) => crops.read(cropId)));
        for (const { heatmap } of await predictor.predict(batch)) heatmaps.push(heatmap);
      }),
    ),
    { defaultValue: undefined },
  );
  await predictor.dispose();
  db.close();
  const joints = model.card.skeleton.joints.length;
  const from = `${model.card.model} after ${model.card.step} steps, recipe ${recipe.name}`;
  return { heatmaps, heatmap: recipe.heatmap, joints, sigma: recipe.sigma, from };
}
