// Safetensors files written by others: float32 ones load with their values, others are refused by name, broken ones refused.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, it } from 'vitest';
import { decodeSafetensors } from '../../src/models/safetensors.ts';
import { describeGolden, expectGoldenFiles, goldenFiles, goldenJson } from '../support/golden.ts';

interface Expected {
  readonly must_load_safetensors: Readonly<
    Record<
      string,
      {
        readonly tensors: Readonly<
          Record<
            string,
            { dtype: string; shape: readonly number[]; values_row_major: readonly number[] }
          >
        >;
      }
    >
  >;
}

expectGoldenFiles();

describeGolden('checkpoints', /^reject_.*\.safetensors$/, (file) => {
  it('is refused with its name', () => {
    expect(() => decodeSafetensors(readFileSync(file), file)).toThrow(
      `${file} is not a safetensors file that heatstream can read`,
    );
  });
});

const expected = goldenFiles('checkpoints', /^expected\.json$/).map((file) =>
  goldenJson<Expected>(file),
);
const known = Object.assign(
  {},
  ...expected.map((e) => e.must_load_safetensors),
) as Expected['must_load_safetensors'];

describeGolden('checkpoints', /^(?!reject_).*\.safetensors$/, (file) => {
  const { tensors } = known[basename(file)]!;
  const others = Object.entries(tensors).filter(([, { dtype }]) => dtype !== 'F32');

  it.runIf(others.length === 0)('loads with the values that were written', () => {
    const got = decodeSafetensors(readFileSync(file), file).tensors;
    expect(Object.keys(got).sort()).toEqual(Object.keys(tensors).sort());
    for (const [name, { shape, values_row_major: values }] of Object.entries(tensors)) {
      expect(got[name]!.shape).toEqual(shape);
      expect([...got[name]!.data]).toEqual(values);
    }
  });

  it.runIf(others.length > 0)(
    'is refused by the name and type of a tensor that is not float32',
    () => {
      const problems = others.map(
        ([name, { dtype }]) => `tensor ${name} is "${dtype}", expected "F32"`,
      );
      let message = '';
      try {
        decodeSafetensors(readFileSync(file), file);
      } catch (error) {
        message = (error as Error).message;
      }
      expect(
        problems.some((problem) => message.endsWith(problem)),
        message,
      ).toBe(true);
    },
  );

  it('gives its float32 tensors once the others are cut out of it', () => {
    const float = Object.entries(tensors).filter(([, { dtype }]) => dtype === 'F32');
    const got = decodeSafetensors(onlyFloat32(readFileSync(file)), file).tensors;
    expect(Object.keys(got).sort()).toEqual(float.map(([name]) => name).sort());
    for (const [name, { shape, values_row_major: values }] of float) {
      expect(got[name]!.shape).toEqual(shape);
      expect([...got[name]!.data]).toEqual(values);
    }
  });
});

/** The same file without the tensors of other types, its header unpadded: the data begin where they happen to. */
function onlyFloat32(bytes: Buffer): Buffer {
  const length = Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<
    string,
    { dtype: string; data_offsets: [number, number] }
  >;
  const data = bytes.subarray(8 + length);
  const kept: Buffer[] = [];
  let end = 0;
  const entries = Object.entries(header)
    .filter(([name, { dtype }]) => name !== '__metadata__' && dtype === 'F32')
    .map(([name, entry]) => {
      const part = data.subarray(...entry.data_offsets);
      kept.push(part);
      const begin = end;
      end += part.length;
      return [name, { ...entry, data_offsets: [begin, end] }] as const;
    });
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([size, json, ...kept]);
}
