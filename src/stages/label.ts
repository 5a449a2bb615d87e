// Labels people into the target cache, sharing the work with other labellers: who is claimed is taught, who is taught already is skipped.
import type { Affine, Crop, PredictedKeypoint } from '../pose/types.ts';
import { claimTargets, releaseClaims, type Claimant } from '../../db/claims.ts';
import type { Database } from '../../db/open.ts';
import { retryBusy } from '../../db/retry.ts';
import type { TargetSet } from '../../db/target-sets.ts';
import { encodeTargets, putEncoded, readTargets } from '../../db/targets.ts';
import { identity } from '../pose/affine.ts';
import type { Counters } from './counters.ts';
import { giveBack } from './give-back.ts';
import { peaksOf } from './peaks.ts';
import type { Predictor } from './predict.ts';
import { readCropsOf } from './read-crops.ts';
import type { SampleError } from './sample-error.ts';

export interface LabelContext {
  readonly db: Database;
  readonly predictor: Predictor;
  readonly set: TargetSet;
  /** Training step of the teacher. */
  readonly step: number;
  readonly claimant: Claimant;
  /** Crops that nobody else looks at: their pixels are given back when they are taught. */
  readonly read: (cropId: number) => Promise<Crop>;
  /** Gets people whose crop is damaged: they get no target until it is made again. */
  readonly onReject: (error: SampleError) => void;
  /** Keypoints of heatmaps, in pixels of the picture; undefined where nobody asks for them. */
  readonly keypoints?:
    ((map: Float32Array, crop: Crop) => readonly PredictedKeypoint[]) | undefined;
  /** `targets_taught`, `targets_fresh`. */
  readonly count: Counters;
  /** Waits before the targets of others are looked at again. */
  readonly pause: () => Promise<void>;
  readonly signal: AbortSignal;
}

export interface LabelledPerson<P> {
  readonly person: P;
  /** Empty where nobody asked for them. */
  readonly keypoints: readonly PredictedKeypoint[];
}

export interface Labeller<P> {
  /** People to look at together. */
  readonly batch: number;
  /** Batches that the network is at beside each other. */
  readonly lanes: number;
  /** Takes people in; returns those who are done. Some wait for a full batch or for another labeller. Calls may overlap. */
  add(people: readonly P[]): Promise<LabelledPerson<P>[]>;
  /** Labels those who wait; yields them. Returns at once, giving back its claims, when `signal` is aborted. */
  finish(): AsyncGenerator<LabelledPerson<P>>;
}

export function createLabeller<P extends { readonly cropId: number }>(
  context: LabelContext,
): Labeller<P> {
  const { db, predictor, set, step, claimant, read, onReject, keypoints, count, pause, signal } =
    context;
  const { batch, lanes } = predictor;
  // Claimed, fewer than a batch between calls. Overlapping calls share it: what one pushes, another may teach.
  let mine: P[] = [];
  // Others are at these: at most what they hold claims on.
  let taken: P[] = [];

  const recall = async (people: readonly P[]): Promise<LabelledPerson<P>[]> => {
    count('targets_fresh', people.length);
    if (!keypoints) return people.map((person) => ({ person, keypoints: [] }));
    const keys = people.map(({ cropId }) => ({ ...set, cropId }));
    const targets = await retryBusy(() => readTargets(db, keys));
    const done: LabelledPerson<P>[] = [];
    for (const [i, person] of people.entries()) {
      const target = targets[i];
      // A damaged target is gone by now: the person is taught again.
      if (!target) taken.push(person);
      else
        for (const { crop } of await readCropsOf([person], read, onReject))
          done.push({ person, keypoints: keypoints(target.heatmap, crop) });
    }
    return done;
  };

  const teach = async (claimed: readonly P[]): Promise<LabelledPerson<P>[]> => {
    const found = await readCropsOf(claimed, read, onReject);
    if (found.length === 0) return [];
    const heatmaps = await predictor.heatmaps(found.map(({ crop }) => crop));
    for (const { crop } of found) giveBack(crop.pixels);
    const { width, height } = set.heatmap;
    const rows = heatmaps.maps.map((heatmap, i) => ({
      key: { ...set, cropId: found[i]!.person.cropId },
      target: {
        heatmap,
        shape: [height, width, set.joints] as const,
        ...CANONICAL,
        peaks: peaksOf(heatmap, set.joints),
        step,
      },
    }));
    const encoded = encodeTargets(rows);
    const done = found.map(({ person, crop }, i) => ({
      person,
      keypoints: keypoints?.(heatmaps.maps[i]!, crop) ?? [],
    }));
    heatmaps.giveBack();
    await retryBusy(() => {
      putEncoded(db, encoded);
    });
    for (const { blob } of encoded) giveBack(blob);
    count('targets_taught', rows.length);
    return done;
  };

  const claim = async (people: readonly P[]): Promise<LabelledPerson<P>[]> => {
    const ids = people.map(({ cropId }) => cropId);
    const states = await retryBusy(() => claimTargets(db, set, ids, claimant));
    const those = (state: string) => people.filter((_, i) => states[i] === state);
    mine.push(...those('mine'));
    taken.push(...those('taken'));
    const done = await recall(those('fresh'));
    while (mine.length >= batch) done.push(...(await teach(mine.splice(0, batch))));
    return done;
  };

  return {
    batch,
    lanes,
    add: claim,
    async *finish() {
      while (!signal.aborted && mine.length + taken.length > 0) {
        if (mine.length > 0) yield* await teach(mine.splice(0, batch));
        const waiting = taken;
        taken = [];
        for (let at = 0; at < waiting.length; at += batch) {
          yield* await claim(waiting.slice(at, at + batch));
        }
        if (mine.length === 0 && taken.length > 0) await pause();
      }
      mine = [];
      await retryBusy(() => {
        releaseClaims(db, claimant);
      });
    },
  };
}

const CANONICAL: { readonly view: Affine; readonly flip: boolean } = {
  view: identity,
  flip: false,
};
