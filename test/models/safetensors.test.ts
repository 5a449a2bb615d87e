import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NamedArray, StateArrays } from '../../src/engine/types.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/models/safetensors.ts';

const array: fc.Arbitrary<NamedArray> = fc
  .array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })
  .chain((shape) => {
    const length = shape.reduce((product, size) => product * size, 1);
    return fc.record({
      shape: fc.constant(shape),
      data: fc.float32Array({ minLength: length, maxLength: length }),
    });
  });
const tensorName = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('__proto__', 'constructor', '7', 'net.conv1.weight'),
);
const tensors: fc.Arbitrary<StateArrays> = fc
  .uniqueArray(fc.tuple(tensorName, array), { selector: ([name]) => name, maxLength: 6 })
  .map((entries) => Object.fromEntries(entries.filter(([name]) => name !== '__metadata__')));
const metadata = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3, noNullPrototype: true });

/** A file from its parts: JSON header as given, data of as many bytes. */
function file(header: unknown, dataLength: number, headerLength?: bigint): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const out = Buffer.alloc(8 + json.length + dataLength);
  out.writeBigUInt64LE(headerLength ?? BigInt(json.length));
  json.copy(out, 8);
  return out;
}

const two = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };

describe('safetensors', () => {
  it('gives back names, order, shapes, bits and metadata', () => {
    fc.assert(
      fc.property(tensors, metadata, (state, notes) => {
        const bytes = encodeSafetensors({ tensors: state, metadata: notes });
        const back = decodeSafetensors(bytes, 'x.safetensors');
        expect(Object.keys(back.tensors)).toEqual(Object.keys(state));
        for (const [name, { shape, data }] of Object.entries(state)) {
          const got = Object.entries(back.tensors).find(([key]) => key === name)![1];
          expect(got.shape).toEqual(shape);
          expect(Buffer.from(got.data.buffer)).toEqual(Buffer.from(data.buffer));
        }
        expect(Object.entries(back.metadata).sort()).toEqual(Object.entries(notes).sort());
      }),
      { numRuns: 200 },
    );
  });

  it('writes the header length, a header padded to 8 bytes, then the numbers', () => {
    const data = Float32Array.of(1, -2);
    const bytes = Buffer.from(
      encodeSafetensors({ tensors: { a: { shape: [2], data } }, metadata: {} }),
    );
    const length = Number(bytes.readBigUInt64LE());
    expect(length % 8).toBe(0);
    expect(JSON.parse(bytes.toString('utf8', 8, 8 + length))).toMatchObject({ a: two });
    expect(bytes.readFloatLE(8 + length + 4)).toBe(-2);
    expect(bytes).toHaveLength(8 + length + 8);
  });

  it('reads numbers that lie at any offset of a larger buffer', () => {
    const state = { a: { shape: [2], data: Float32Array.of(3, 4) } };
    const bytes = encodeSafetensors({ tensors: state, metadata: {} });
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(decodeSafetensors(shifted.subarray(3), 'x').tensors).toEqual(state);
  });

  it('refuses a file that was cut anywhere', () => {
    const bytes = encodeSafetensors({
      tensors: {
        a: { shape: [2], data: Float32Array.of(3, 4) },
        b: { shape: [1], data: Float32Array.of(5) },
      },
      metadata: {},
    });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeSafetensors(bytes.subarray(0, length), 'cut.safetensors')).toThrow(
        /^cut\.safetensors is not a safetensors file that heatstream can read: /,
      );
    }
  });

  it.each([
    ['a header longer than the file', file({}, 0, 1n << 60n), /header says \d+ bytes/],
    ['a header of text', file('hello', 0), /no JSON/],
    ['a list as header', file([], 0), /no JSON object/],
    ['null as tensor', file({ a: null }, 0), /tensor a is no JSON object/],
    ['a number as tensor', file({ a: 3 }, 0), /tensor a is no JSON object/],
    [
      'another type',
      file({ a: { ...two, dtype: 'I32' } }, 8),
      /tensor a is int32, expected float32/,
    ],
    [
      'a type that is not known',
      file({ a: { ...two, dtype: 'F6' } }, 8),
      /tensor a is "F6", expected one of F64/,
    ],
    ['a missing shape', file({ a: { ...two, shape: undefined } }, 8), /no proper shape/],
    ['a negative size', file({ a: { ...two, shape: [-2] } }, 8), /no proper shape/],
    ['a size that is no integer', file({ a: { ...two, shape: [1.5] } }, 8), /no proper shape/],
    [
      'a size beyond all memory',
      file({ a: { ...two, shape: [2 ** 50, 2 ** 50] } }, 8),
      /does not fit/,
    ],
    ['three offsets', file({ a: { ...two, data_offsets: [0, 4, 8] } }, 8), /no proper shape/],
    [
      'offsets the wrong way round',
      file({ a: { ...two, data_offsets: [8, 0] } }, 8),
      /does not fit/,
    ],
    ['offsets beyond the end', file({ a: two }, 4), /end at byte 8 of the data, which has 4/],
    ['bytes left over', file({ a: two }, 12), /end at byte 8 of the data, which has 12/],
    [
      'shared bytes',
      file({ a: two, b: { ...two, data_offsets: [4, 12] } }, 12),
      /tensor b begins at byte 4/,
    ],
    [
      'a hole',
      file({ a: two, b: { ...two, data_offsets: [12, 20] } }, 20),
      /tensor b begins at byte 12/,
    ],
    ['metadata that are no texts', file({ __metadata__: { step: 3 } }, 0), /metadata/],
    ['null as metadata', file({ __metadata__: null }, 0), /metadata/],
  ])('refuses %s', (_what, bytes, problem) => {
    expect(() => decodeSafetensors(bytes, 'bad.safetensors')).toThrow(problem);
    expect(() => decodeSafetensors(bytes, 'bad.safetensors')).toThrow(/^bad\.safetensors is not/);
  });

  it('never gives anything but an answer or a plain refusal for bytes at random', () => {
    const start = encodeSafetensors({
      tensors: { a: { shape: [2], data: Float32Array.of(3, 4) } },
      metadata: { step: '3' },
    });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(start.length - 1), fc.nat(255)), { maxLength: 4 }),
        (flips) => {
          const bytes = Uint8Array.from(start);
          for (const [at, value] of flips) bytes[at] = value;
          try {
            decodeSafetensors(bytes, 'x');
          } catch (error) {
            expect((error as Error).message).toMatch(/^x is not a safetensors file/);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
