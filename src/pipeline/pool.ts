// The growing pool: collects admitted crops and closes them into numbered generations, sorted by content.
import { retryBusy } from '../../db/retry.ts';
import { admissions, admit } from '../../db/runs.ts';
import type { Database } from '../../db/open.ts';
import type { Box } from '../pose/types.ts';
import type { Generation } from './plans.ts';

/** A crop on its way into the pool. */
export interface PoolCrop {
  readonly cropId: number;
  readonly imageId: number;
  readonly sha256: string;
  readonly box: Box;
}

export interface Pool {
  /** A crop that the pool holds already is ignored: one person is one sample, whatever lists name it. */
  add(crop: PoolCrop): void;
  /** Crop ids of the pool: of all generations since one took the place of those before. */
  ids(): number[];
  /** Every generation so far, those from earlier sessions of the run included. */
  logged(): readonly Generation[];
  /** Numbers and logs what was added since the last call; undefined where nothing was. */
  close(step: number): Promise<Generation | undefined>;
  /** What is added from now on, until the next is closed, takes the place of all that is there. */
  renew(): void;
}

export function openPool(db: Database, runId: number): Pool {
  const generations: Generation[] = admissions(db, runId).map(({ generation, ...logged }) => ({
    number: generation,
    ...logged,
  }));
  const known = new Set(generations.flatMap(({ cropIds }) => cropIds));
  const people = new Set<string>();
  let waiting: PoolCrop[] = [];
  let replaces = false;

  return {
    logged: () => [...generations],
    add(crop) {
      const { x, y, width, height } = crop.box;
      const person = `${crop.sha256} ${x} ${y} ${width} ${height}`;
      if (known.has(crop.cropId) || people.has(person)) return;
      people.add(person);
      waiting.push(crop);
    },
    ids() {
      const first = generations.findLastIndex((generation) => generation.replaces);
      return generations.slice(Math.max(0, first)).flatMap(({ cropIds }) => cropIds);
    },
    renew() {
      known.clear();
      people.clear();
      waiting = [];
      replaces = true;
    },
    async close(step) {
      if (waiting.length === 0) return undefined;
      const cropIds = waiting.sort(byContent).map(({ cropId }) => cropId);
      waiting = [];
      for (const id of cropIds) known.add(id);
      const generation = { number: generations.length + 1, step, cropIds, replaces };
      replaces = false;
      await retryBusy(() => {
        admit(db, runId, {
          generation: generation.number,
          step,
          cropIds,
          replaces: generation.replaces,
        });
      });
      generations.push(generation);
      return generation;
    },
  };
}

function byContent(a: PoolCrop, b: PoolCrop): number {
  if (a.sha256 !== b.sha256) return a.sha256 < b.sha256 ? -1 : 1;
  return (
    a.box.x - b.box.x ||
    a.box.y - b.box.y ||
    a.box.width - b.box.width ||
    a.box.height - b.box.height
  );
}
