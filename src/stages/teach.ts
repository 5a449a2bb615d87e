// Recalls the teacher's targets of a batch from the cache; teaches the missing ones and stores them.
import { earlierTargets } from '../../db/earlier-targets.ts';
import {
  encodeTargets,
  getTargets,
  putEncoded,
  type StoredTarget,
  type TargetKey,
} from '../../db/targets.ts';
import type { TargetCodec } from '../../db/codecs/codec.ts';
import type { Database } from '../../db/open.ts';
import { retryBusy } from '../../db/retry.ts';
import type { Runner } from '../engine/types.ts';
import type { View } from '../augment/view.ts';
import { drawStoredView, type StoredView } from '../augment/view-pair.ts';
import { packTransforms } from '../augment/transforms.ts';
import { compose, identity } from '../pose/affine.ts';
import type { Affine, Crop, PixelOrigin, Size } from '../pose/types.ts';
import { concatenate } from './concatenate.ts';
import type { Counters } from './counters.ts';
import { ensembled, type Ensembling } from './ensemble-target.ts';
import { peaksOf } from './peaks.ts';
import type { LoadedStep } from './read-crops.ts';

/** A published teacher. */
export interface Teacher {
  /** sha256 of its weights, hex. */
  readonly digest: string;
  /** Step at which it was published; 0 for one that came from outside. */
  readonly step: number;
}

export interface TaughtStep extends LoadedStep {
  /** One a pool crop; absent while there is no teacher. */
  readonly targets?: readonly StoredTarget[];
}

export interface TeachContext {
  readonly db: Database;
  /** Runs the teacher's weights over one batch of the pool's size. */
  readonly runner: Runner<'crops' | 'views', 'heatmaps' | 'peak'>;
  readonly bn: 'batch' | 'running';
  readonly view: 'random' | 'canonical';
  /** What `random` draws. */
  readonly easy: View;
  /** Digest of everything that decides the pixels the teacher sees. */
  readonly preprocessing: string;
  /** How targets are stored. */
  readonly codec: TargetCodec;
  /** Of the Gaussians that codec `keypoints` is drawn with, heatmap px; 0 for the others. */
  readonly sigma: number;
  readonly seed: number;
  readonly input: Size;
  /** Input pixels a heatmap pixel. */
  readonly stride: number;
  readonly heatmap: Size;
  /** Channels of a target: of two teachers, both ones' joints. */
  readonly joints: number;
  readonly origin: PixelOrigin;
  readonly cropFromInput: Affine;
  /** Targets taught again keep a share of those by earlier teachers of this run. */
  readonly ensembling?: (Ensembling & { readonly runId: number }) | undefined;
  readonly count: Counters;
}

/**
 * A random easy view is drawn when a target is taught, and stored with it.
 * A batch with any miss runs through the teacher whole: batch statistics need a full, mixed batch.
 */
export async function teach(
  loaded: LoadedStep,
  teacher: Teacher | undefined,
  context: TeachContext,
): Promise<TaughtStep> {
  if (!teacher) return loaded;
  const keys = loaded.pool.map((crop) => targetKey(crop, teacher, context));
  const known = await retryBusy(() => getTargets(context.db, keys));
  const misses = known.flatMap((target, i) => (target ? [] : [i]));
  context.count('target_hits', known.length - misses.length);
  context.count('target_misses', misses.length);
  if (misses.length === 0) return { ...loaded, targets: known as StoredTarget[] };

  const views = known.map((target, slot) => target ?? easyView(loaded.plan.step, slot, context));
  const heatmaps = await runTeacher(
    loaded.pool,
    views.map(({ view }) => view),
    context,
  );
  context.count('teacher_forwards', 1);
  const { ensembling } = context;
  const fresh = misses.map((i) => storedTarget(heatmaps, i, views[i]!, teacher, context));
  const missed = misses.map((i) => keys[i]!);
  const earlier = ensembling
    ? await retryBusy(() =>
        earlierTargets(context.db, missed, { runId: ensembling.runId, step: teacher.step }),
      )
    : [];
  const taught = fresh.map((target, k) => ({
    key: missed[k]!,
    target: ensembling && earlier[k] ? ensembled(target, earlier[k], ensembling) : target,
  }));
  // Read back, so that a step learns from the stored form whether its targets are new or recalled.
  const encoded = encodeTargets(taught);
  const targets = await retryBusy(() => {
    putEncoded(context.db, encoded);
    const stored = getTargets(
      context.db,
      taught.map(({ key }) => key),
    );
    return known.map((target) => target ?? stored.shift()!);
  });
  context.count('targets_taught', misses.length);
  return { ...loaded, targets };
}

function targetKey(
  crop: Crop,
  teacher: Teacher,
  { bn, view, preprocessing, codec, sigma, heatmap, joints }: TeachContext,
): TargetKey {
  const how = { bn, view, preprocessing, codec, sigma, heatmap, joints };
  return { cropId: crop.id, teacher: teacher.digest, ...how };
}

function easyView(step: number, slot: number, context: TeachContext): StoredView {
  if (context.view === 'canonical') return { view: identity, flip: false };
  return drawStoredView(context.easy, { seed: context.seed, step, slot }, context);
}

async function runTeacher(
  crops: readonly Crop[],
  views: readonly Affine[],
  { runner, cropFromInput }: TeachContext,
): Promise<Float32Array> {
  const inputs = {
    crops: concatenate(crops),
    views: packTransforms(views.map((view) => compose(cropFromInput, view))),
  };
  const [outputs] = await runner.run([inputs], { moves: true });
  return outputs!.heatmaps.data;
}

function storedTarget(
  heatmaps: Float32Array,
  index: number,
  { view, flip }: StoredView,
  teacher: Teacher,
  { heatmap: { width, height }, joints }: TeachContext,
): StoredTarget {
  const size = width * height * joints;
  const heatmap = heatmaps.slice(index * size, (index + 1) * size);
  return {
    heatmap,
    shape: [height, width, joints],
    view,
    flip,
    peaks: peaksOf(heatmap, joints),
    step: teacher.step,
  };
}
