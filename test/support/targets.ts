// Targets for tests of the cache: small maps whose highest pixel tells them apart.
import type { Database } from '../../db/open.ts';
import {
  encodeTargets,
  putEncoded,
  type NewTarget,
  type StoredTarget,
  type TargetKey,
} from '../../db/targets.ts';
import { fakeDigest } from './database.ts';

const heatmap = { width: 4, height: 5 };
const joints = 3;

export const targetSet = {
  teacher: fakeDigest(5),
  bn: 'running',
  view: 'canonical',
  preprocessing: fakeDigest(6),
  codec: 'u8',
  sigma: 0,
  heatmap,
  joints,
} as const satisfies Omit<TargetKey, 'cropId'>;

/** Peaks `n`, 1 and 0; 1 at index `n` of the maps. */
export function smallTarget(n: number): StoredTarget {
  return {
    heatmap: Float32Array.from({ length: 5 * 4 * 3 }, (_, i) => (i === n ? 1 : -0.25)),
    shape: [5, 4, 3],
    view: [1, 0, n, 0, 1, -n],
    flip: n % 2 === 1,
    peaks: Float32Array.of(n, 1, 0),
    step: 10 * n,
  };
}

/** Encodes and stores. */
export function putTargets(db: Database, rows: readonly NewTarget[], now?: number): void {
  putEncoded(db, encodeTargets(rows), now);
}
