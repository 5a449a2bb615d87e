import { from } from 'rxjs';
import { setImmediate as immediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { label$ } from '../../src/pipeline/label-pictures.ts';
import type { LabelledPerson } from '../../src/stages/label.ts';
import { collect } from '../support/streams.ts';

const done = (person: number): LabelledPerson<number> => ({ person, keypoints: [] });

describe('label$', () => {
  it('hands over the next batch of a lane while one is at work, two at most, and keeps their order', async () => {
    let atWork = 0;
    let most = 0;
    const labeller = {
      batch: 2,
      lanes: 1,
      async add(people: readonly number[]) {
        most = Math.max(most, (atWork += 1));
        // The earlier, the slower.
        for (let turns = 20 - people[0]!; turns > 0; turns--) await immediate();
        atWork -= 1;
        return people.map(done);
      },
      async *finish() {
        expect(atWork).toBe(0);
        yield await Promise.resolve(done(99));
      },
    };
    const people$ = from([0, 1, 2, 3, 4, 5, 6]);
    const labelled = await collect(label$(people$, labeller));
    expect(labelled.map(({ person }) => person)).toEqual([0, 1, 2, 3, 4, 5, 6, 99]);
    expect(most).toBe(2);
  });

  it('fails with the batch that fails', async () => {
    const labeller = {
      batch: 2,
      lanes: 1,
      add: (people: readonly number[]) =>
        people.includes(3) ? Promise.reject(new Error('no')) : Promise.resolve(people.map(done)),
      // eslint-disable-next-line @typescript-eslint/require-await -- nothing is left
      async *finish() {
        yield done(99);
      },
    };
    await expect(collect(label$(from([0, 1, 2, 3]), labeller))).rejects.toThrow('no');
  });
});
