import { describe, expect, it } from 'vitest';
import { ownChannels } from '../../../src/models/checkpoint/union-head.ts';
import { SKELETONS } from '../../../src/pose/skeleton.ts';

/** Channel c of the head holds c. */
const head = (joints: number) => ({
  'conv1.weight': { shape: [1], data: Float32Array.of(7) },
  'final_layer.weight': {
    shape: [joints, 2, 1, 1],
    data: Float32Array.from({ length: 2 * joints }, (_, i) => i >> 1),
  },
  'final_layer.bias': {
    shape: [joints],
    data: Float32Array.from({ length: joints }, (_, i) => i),
  },
});

describe("the reference's head of 24 joints", () => {
  it.each([
    // From the list of its joints: nose 11, eyes 21 20, ears 23 22, shoulders 14 17, …
    ['coco17', [11, 21, 20, 23, 22, 14, 17, 15, 18, 16, 19, 4, 1, 5, 2, 6, 3]],
    ['mpii16', [3, 2, 1, 4, 5, 6, 0, 8, 10, 13, 19, 18, 17, 14, 15, 16]],
  ] as const)('gives %s its own channels', (skeleton, channels) => {
    const { joints } = SKELETONS[skeleton];
    const own = ownChannels(head(24), joints);
    expect([...own['final_layer.bias']!.data]).toEqual(channels);
    expect(own['final_layer.weight']!.shape).toEqual([joints.length, 2, 1, 1]);
    expect([...own['final_layer.weight']!.data]).toEqual(channels.flatMap((c) => [c, c]));
    expect(own['conv1.weight']).toEqual(head(24)['conv1.weight']);
  });

  it('stays for joints that it does not know, and other heads stay as they are', () => {
    expect(ownChannels(head(24), ['left_hip', 'tail'])).toEqual(head(24));
    expect(ownChannels(head(17), SKELETONS.coco17.joints)).toEqual(head(17));
  });
});
