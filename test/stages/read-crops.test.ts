import { describe, expect, it } from 'vitest';
import type { Crop } from '../../src/pose/types.ts';
import { readCrops, readCropsOf } from '../../src/stages/read-crops.ts';
import { SampleError } from '../../src/stages/sample-error.ts';

const crop = (id: number): Crop => ({
  id,
  pixels: new Uint8Array(6),
  size: { width: 2, height: 1 },
  cropFromImage: [1, 0, 0, 0, 1, 0],
});
const samples = [1, 2, 3].map((cropId) => ({ cropId, keypoints: [] }));
const plan = { step: 1, labelled: [2, 0], pool: [5, 6, 7] };
const readBut = (damaged: readonly number[]) => (id: number) =>
  damaged.includes(id)
    ? Promise.reject(new SampleError({ stage: 'recall', path: `crop ${id}`, reason: 'checksum' }))
    : Promise.resolve(crop(id));

describe('reading the crops of a step', () => {
  it('keeps the order of the plan', async () => {
    const loaded = await readCrops(plan, samples, readBut([]));
    expect(loaded.labelled.map((one) => one.crop.id)).toEqual([3, 1]);
    expect(loaded.pool.map(({ id }) => id)).toEqual([5, 6, 7]);
  });

  it('fills the place of a damaged crop from its batch, so that the batch stays full', async () => {
    const loaded = await readCrops(plan, samples, readBut([6, 3]));
    expect(loaded.pool.map(({ id }) => id)).toEqual([5, 5, 7]);
    expect(loaded.labelled.map(({ crop: { id }, sample }) => [id, sample.cropId])).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  it('fails where no crop is left, and for any other error', async () => {
    await expect(readCrops(plan, samples, readBut([5, 6, 7]))).rejects.toThrow(/checksum/);
    const lost = (id: number) =>
      id === 6 ? Promise.reject(new RangeError('no such crop')) : Promise.resolve(crop(id));
    await expect(readCrops(plan, samples, lost)).rejects.toThrow(RangeError);
  });
});

describe('reading the crops of people', () => {
  it('leaves out whose crop is damaged, and tells it', async () => {
    const people = [4, 5, 6].map((cropId) => ({ cropId }));
    const told: string[] = [];
    const found = await readCropsOf(people, readBut([5]), ({ path }) => told.push(path));
    expect(found.map(({ person, crop: { id } }) => [person.cropId, id])).toEqual([
      [4, 4],
      [6, 6],
    ]);
    expect(told).toEqual(['crop 5']);
  });

  it('fails for any other error', async () => {
    const lost = () => Promise.reject(new RangeError('no such crop'));
    await expect(readCropsOf([{ cropId: 1 }], lost, () => undefined)).rejects.toThrow(RangeError);
  });
});
