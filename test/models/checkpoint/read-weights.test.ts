import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NamedArray, StateArrays } from '../../../src/engine/types.ts';
import { toFloat32 } from '../../../src/models/checkpoint/element-type.ts';
import { encodeNpz } from '../../../src/models/checkpoint/npz.ts';
import { readWeights } from '../../../src/models/checkpoint/read-weights.ts';
import { openZip } from '../../../src/models/checkpoint/zip.ts';
import { encodeTorch } from '../../../src/models/checkpoint/torch-write.ts';
import { encodeSafetensors } from '../../../src/models/safetensors.ts';
import {
  archive,
  dict,
  integer,
  tensor,
  text,
  torchArchive,
  wideArchive,
} from '../../support/pickles.ts';

const array: fc.Arbitrary<NamedArray> = fc
  .array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })
  .chain((shape) => {
    const length = shape.reduce((product, size) => product * size, 1);
    const data = fc.float32Array({ minLength: length, maxLength: length });
    return fc.record({ shape: fc.constant(shape), data });
  });
const states: fc.Arbitrary<StateArrays> = fc
  .uniqueArray(fc.tuple(fc.string({ unit: 'grapheme', minLength: 1 }), array), {
    selector: ([name]) => name,
    minLength: 1,
    maxLength: 6,
  })
  .map((entries) => Object.fromEntries(entries.filter(([name]) => name !== '__metadata__')))
  .filter((state) => Object.keys(state).length > 0);

describe('weights', () => {
  it.each([
    ['PyTorch', encodeTorch],
    ['npz', encodeNpz],
    ['safetensors', (tensors: StateArrays) => encodeSafetensors({ tensors, metadata: {} })],
  ])('come back from %s with names, order, shapes and bits', (format, encode) => {
    fc.assert(
      fc.property(states, (state) => {
        const back = readWeights(encode(state), 'weights');
        expect(back.format).toBe(format);
        const bits = ({ shape, data }: NamedArray) => [
          shape,
          Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex'),
        ];
        expect(Object.entries(back.tensors).map(([name, t]) => [name, bits(toFloat32(t))])).toEqual(
          Object.entries(state).map(([name, t]) => [name, bits(t)]),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('are found under the keys of training scripts, the trained ones first', () => {
    const one = (key: string) => tensor(key, 1, { shape: [1], strides: [1] });
    const bytes = torchArchive(
      dict(
        ...[text('epoch'), integer(3)],
        ...[text('best_state_dict'), `}(${text('w')}${one('0')}u`],
        ...[text('state_dict'), `}(${text('w')}${one('1')}u`],
      ),
      { 0: Buffer.from(Float32Array.of(1).buffer), 1: Buffer.from(Float32Array.of(2).buffer) },
    );
    const { path, beside, tensors } = readWeights(bytes, 'x.pth');
    expect([path, beside]).toEqual([['state_dict'], ['epoch', 'best_state_dict']]);
    expect([...tensors['w']!.data]).toEqual([2]);
  });

  it('are found in archives with wide fields, as large ones have', () => {
    const state = { w: { shape: [2], data: Float32Array.of(3, 4) } };
    const npy = openZip(encodeNpz(state)).get('w.npy')!.read();
    expect([...readWeights(wideArchive('w.npy', npy), 'x').tensors['w']!.data]).toEqual([3, 4]);
  });

  it('that lie deflated in the archive are unpacked', () => {
    const data = dict(text('w'), tensor('0', 2, { shape: [2], strides: [1] }));
    const storage = Buffer.from(Float32Array.of(5, 6).buffer);
    const bytes = archive([
      { name: 'x/data.pkl', data, deflate: true },
      { name: 'x/data/0', data: storage, deflate: true },
    ]);
    expect([...readWeights(bytes, 'x').tensors['w']!.data]).toEqual([5, 6]);
  });
});
