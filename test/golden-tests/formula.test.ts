import { expect, it } from 'vitest';
import { recordDeviation } from '../support/deviations.ts';
import { describeGolden, expectGoldenFiles, goldenJson } from '../support/golden.ts';
import {
  fnv,
  formulaHash,
  formulaImage,
  formulaNumber,
  formulaTensor,
} from '../support/golden-formula.ts';

interface FormulaCheck {
  hash: { name: string; seed: number; fnv1a: number; index: number; u32: number; r: number }[];
  tensors: {
    name: string;
    shape: number[];
    seed: number;
    gain: number;
    conv_transpose: boolean;
    first6: number[];
    last2: number[];
    sum_float64: number;
  }[];
  image: {
    seed: number;
    shape: [number, number, number, number];
    first6: number[];
    sum_float64: number;
  } & Record<string, unknown>;
}

expectGoldenFiles();

describeGolden('.', 'formula', (file) => {
  const golden = goldenJson<FormulaCheck>(file);

  it('hashes names, seeds and indices to the same bits', () => {
    for (const { name, seed, index, ...expected } of golden.hash) {
      expect(fnv(name)).toBe(expected.fnv1a);
      expect(formulaHash(name, seed, index)).toBe(expected.u32);
      expect(formulaNumber(name, seed, index)).toBe(expected.r);
    }
    recordDeviation(file, 0, 0, 'hashes');
  });

  it.each(golden.tensors)('computes the tensor $name', (tensor) => {
    const data = formulaTensor({ ...tensor, transposed: tensor.conv_transpose });
    expect(formulaTensor(tensor)).toEqual(data);
    expect([...data.slice(0, 6)]).toEqual(tensor.first6);
    expect([...data.slice(-2)]).toEqual(tensor.last2);
    expect(data.reduce((sum, value) => sum + value, 0)).toBeCloseTo(tensor.sum_float64, 6);
  });

  it('computes the picture', () => {
    const { seed, shape, first6, sum_float64: sum, ...rest } = golden.image;
    const data = formulaImage(seed, shape);
    expect([...data.slice(0, 6)]).toEqual(first6);
    expect(data.reduce((total, value) => total + value, 0)).toBeCloseTo(sum, 6);
    for (const [name, value] of Object.entries(rest)) {
      const place = /^at_n(\d+)_c(\d+)_y(\d+)_x(\d+)$/.exec(name);
      if (!place) continue;
      const [n, c, y, x] = place.slice(1).map(Number) as [number, number, number, number];
      expect(data[((n * shape[1] + c) * shape[2] + y) * shape[3] + x]).toBe(value);
    }
  });
});
