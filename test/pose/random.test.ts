import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { permutation, rng } from '../../src/pose/random.ts';

const draw = (count: number, from: () => number) => Array.from({ length: count }, from);
const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('rng', () => {
  it('gives each key the same numbers whatever was drawn before', () => {
    const key = fc.record({
      seed: fc.integer(),
      purpose: fc.string(),
      step: fc.nat(),
      sample: fc.maxSafeInteger(),
    });
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 20 }), (keys) => {
        const of = (k: (typeof keys)[number]) => rng(k.seed, k.purpose, k.step, k.sample);
        const alone = keys.map((k) => draw(4, of(k).uniform));
        // The same keys in reverse order, their draws interleaved.
        const open = keys.toReversed().map(of);
        const columns = draw(4, () => 0).map(() => open.map((random) => random.uniform()));
        const together = open.map((_, i) => columns.map((column) => column[i]!)).toReversed();
        expect(together).toEqual(alone);
      }),
    );
  });

  it('gives keys that differ anywhere different numbers', () => {
    const first = draw(4, rng(1, 'easy view', 2, 3).uniform);
    const others = [
      rng(2, 'easy view', 2, 3),
      rng(1, 'easy viev', 2, 3),
      rng(1, 'easy view', 3, 2),
      rng(1, 'easy view', 2, 3 + 2 ** 32),
      rng(-1, 'easy view', 2, 3),
    ].map(({ uniform }) => draw(4, uniform));
    expect(new Set([first, ...others].map((values) => values.join())).size).toBe(6);
  });

  it('spreads the first number of neighbouring keys evenly', () => {
    const bins = new Array<number>(16).fill(0);
    for (let step = 0; step < 100; step++) {
      for (let sample = 0; sample < 64; sample++) {
        const bin = Math.floor(rng(0, 'easy view', step, sample).uniform() * 16);
        bins[bin]!++;
      }
    }
    const chiSquared = bins.reduce((sum, count) => sum + (count - 400) ** 2 / 400, 0);
    // 15 degrees of freedom: above 37.7 once in 1000.
    expect(chiSquared).toBeLessThan(37.7);
    // Samples of one step do not follow each other.
    const values = draw(4096, () => 0).map((_, i) => rng(0, 'x', 7, i).uniform() - 0.5);
    const correlation =
      mean(values.slice(1).map((value, i) => value * values[i]!)) / mean(values.map((v) => v * v));
    expect(Math.abs(correlation)).toBeLessThan(0.06);
  });

  it('draws normal numbers with mean 0 and deviation 1', () => {
    const random = rng(5, 'normal', 0, 0);
    const values = draw(20_000, random.normal);
    expect(Math.abs(mean(values))).toBeLessThan(0.03);
    expect(mean(values.map((value) => value ** 2))).toBeCloseTo(1, 1);
    expect(values.filter((value) => Math.abs(value) > 1.96).length / values.length).toBeCloseTo(
      0.05,
      2,
    );
    expect(values.every(Number.isFinite)).toBe(true);
  });

  it('draws each integer below n equally often', () => {
    const random = rng(9, 'integer', 0, 0);
    const counts = [0, 0, 0];
    for (let i = 0; i < 9000; i++) counts[random.integer(3)]!++;
    for (const count of counts) expect(Math.abs(count - 3000)).toBeLessThan(180);
    expect(random.integer(1)).toBe(0);
    expect(() => random.integer(0)).toThrow('Expected n to be an integer of 1 … 2^32, got 0');
  });

  it('refuses keys that are no safe integers', () => {
    expect(() => rng(0.5, 'x', 0, 0)).toThrow('Expected seed of "x" to be a safe integer, got 0.5');
    expect(() => rng(0, 'x', NaN, 0)).toThrow('step');
  });

  it('keeps its numbers between versions, for runs that resume', () => {
    const random = rng(1, 'easy view', 2, 3);
    expect(draw(3, random.uniform)).toMatchInlineSnapshot(`
      [
        0.16286309040151536,
        0.631813422543928,
        0.53216527053155,
      ]
    `);
  });
});

describe('permutation', () => {
  it('holds every index once', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.integer(), fc.nat(), (n, seed, epoch) => {
        const order = permutation(n, seed, 'epoch', epoch);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
        expect(permutation(n, seed, 'epoch', epoch)).toEqual(order);
      }),
    );
  });

  it('changes with the epoch', () => {
    expect(permutation(50, 1, 'epoch', 1)).not.toEqual(permutation(50, 1, 'epoch', 2));
  });

  it('gives each place to each index equally often', () => {
    const counts = new Array<number>(25).fill(0);
    for (let epoch = 0; epoch < 5000; epoch++) {
      permutation(5, 3, 'epoch', epoch).forEach((index, place) => counts[index * 5 + place]!++);
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
