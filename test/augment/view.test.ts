import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawPair, drawStoredView, viewPair } from '../../src/augment/view-pair.ts';
import { parseView } from '../../src/augment/view.ts';
import { compose, identity } from '../../src/pose/affine.ts';
import { heatmapFromInput, inputFromHeatmap } from '../../src/pose/decode.ts';
import type { Affine } from '../../src/pose/types.ts';
import { maxDifference } from '../support/golden.ts';

const frame = { input: { width: 96, height: 128 }, stride: 4, origin: 'edges' } as const;
const bases = ['original', 'affine30', 'affine60'] as const;
const base = fc.constantFrom(...bases);
const key = fc.record({ seed: fc.nat(), step: fc.nat(1e6), slot: fc.nat(100) });
const isMirrored = ([a, b, , d, e]: Affine) => a * e - b * d < 0;

describe('a view by name', () => {
  it('is a base and extras with their numbers', () => {
    expect(parseView('affine60+joint-cutout3+rand-augment(1,15)')).toEqual({
      name: 'affine60+joint-cutout3+rand-augment(1,15)',
      affines: 2,
      extras: [
        { kind: 'joint-cutout', count: 3 },
        { kind: 'rand-augment', count: 1, magnitude: 15 },
      ],
    });
    expect(parseView('original+cut-occlude+mixup').extras).toEqual([
      { kind: 'cut-occlude', count: 2 },
      { kind: 'mixup' },
    ]);
    expect(parseView('affine30+rand-augment').extras).toEqual([
      { kind: 'rand-augment', count: 2, magnitude: 20 },
    ]);
  });

  it.each([
    ['affine90', 'to begin with original, affine30, affine60'],
    ['affine60+blur', 'got `blur`'],
    ['affine60+mixup3', 'at most 0 numbers'],
    ['affine60+joint-cutout0', 'numbers of 1 … 100'],
    ['affine60+rand-augment(2,31)', 'magnitude of rand-augment to be 1 … 30'],
  ])('%s is refused with what is wrong', (name, reason) => {
    expect(() => parseView(name)).toThrow(reason);
  });

  it('of the teacher has no extras', () => {
    expect(() => viewPair('affine30+cutout', 'affine60')).toThrow('cutout');
  });
});

describe('a pair of views', () => {
  it('is drawn on top of each other where the second is the first and more', () => {
    const onTop = (easy: string, hard: string) => viewPair(easy, hard).onTop;
    expect(onTop('affine30', 'affine60')).toBe(true);
    expect(onTop('original', 'affine60')).toBe(true);
    expect(onTop('affine60', 'affine60+joint-cutout5')).toBe(true);
    expect(onTop('affine30', 'affine30')).toBe(false);
    expect(onTop('affine60', 'affine30')).toBe(false);
    expect(onTop('affine60', 'affine30+cutout')).toBe(false);
  });

  it('shares the mirror, so that joints keep their channels', () => {
    fc.assert(
      fc.property(base, base, key, (easy, hard, at) => {
        const { relative, isMirrored: swaps } = drawPair(viewPair(easy, hard), at, frame);
        expect(swaps).toBe(false);
        expect(isMirrored(relative.input)).toBe(false);
      }),
    );
  });

  it('moves heatmaps by the matrix of the picture', () => {
    fc.assert(
      fc.property(base, base, key, (easy, hard, at) => {
        const { relative } = drawPair(viewPair(easy, hard), at, frame);
        const onHeatmap = compose(
          heatmapFromInput(4, 'edges'),
          compose(relative.input, inputFromHeatmap(4, 'edges')),
        );
        expect(maxDifference(relative.heatmap, onHeatmap)).toBeLessThan(1e-9);
      }),
    );
  });

  it('of one base and an extra leaves the student where the teacher is', () => {
    const pair = viewPair('affine60', 'affine60+joint-cutout5');
    const { easy, relative } = drawPair(pair, { seed: 1, step: 2, slot: 3 }, frame);
    expect(maxDifference(relative.input, identity)).toBeLessThan(1e-9);
    expect(maxDifference(easy.input, identity)).toBeGreaterThan(0.01);
  });

  it('begins at the view of a stored target', () => {
    fc.assert(
      fc.property(base, base, key, key, (easy, hard, taught, at) => {
        const stored = drawStoredView(parseView(easy), taught, frame);
        expect(stored.flip).toBe(isMirrored(stored.view));
        const pair = drawPair(viewPair(easy, hard), at, frame, stored);
        expect(pair.easy.input).toEqual(stored.view);
        expect(isMirrored(pair.relative.input)).toBe(false);
      }),
    );
  });

  it('is sheared for comparison with the reference, on crops that are not square only', () => {
    const square = { ...frame, input: { width: 96, height: 96 } };
    const at = { seed: 1, step: 1, slot: 4 };
    const relative = (isSheared: boolean, of: typeof frame | typeof square) =>
      drawPair(viewPair('affine30', 'affine60', isSheared), at, of).relative.input;
    expect(maxDifference(relative(true, frame), relative(false, frame))).toBeGreaterThan(0.01);
    const [rigid, sheared] = [relative(false, square), relative(true, square)];
    expect(maxDifference(rigid.toSpliced(2, 1), sheared.toSpliced(2, 1))).toBeLessThan(1e-9);
    expect(isMirrored(sheared)).toBe(false);
  });
});
