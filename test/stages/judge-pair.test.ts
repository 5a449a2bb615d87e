import { expect, it } from 'vitest';
import { viewPair } from '../../src/augment/view-pair.ts';
import { judgePair } from '../../src/stages/judge-pair.ts';

const gap = (difference: number, error: number, easy = 60) => ({
  ...{ easy, hard: easy - difference, gap: difference, error, people: 100 },
});

it.each([
  ['affine30', 'affine60', gap(11, 1.5), 'easy to hard'],
  ['affine60', 'affine60+joint-cutout5', gap(6, 0.5), 'easy to hard'],
  ['affine60', 'affine30', gap(-20, 1), 'hard to easy'],
  // By name, whatever chance says.
  ['affine30', 'affine30', gap(3, 1), 'equal'],
  ['affine60', 'affine30+cutout', gap(0.4, 1), 'equal'],
  // An extra without any effect, and one whose effect cannot be seen.
  ['affine60', 'affine60+colour', gap(0.1, 0.2), 'equal'],
  ['affine60', 'affine60+joint-cutout5', gap(0.7, 0.4), 'unclear'],
  // A model that finds nothing in any view.
  ['affine30', 'affine60', gap(0.1, 0.1, 3), 'unclear'],
] as const)('%s → %s, measured %o, is %s', (easy, hard, measured, verdict) => {
  expect(judgePair(viewPair(easy, hard), measured)).toBe(verdict);
});
