import { expect, it } from 'vitest';
import { holdOut } from '../../src/pipeline/hold-out.ts';

const people = Array.from({ length: 20 }, (_, i) => i);

it('people held out are not trained on, and are the same for the same seed', () => {
  const { trained, measured } = holdOut(people, 6, 3);
  expect(measured).toHaveLength(6);
  expect([...trained, ...measured].sort((a, b) => a - b)).toEqual(people);
  expect(holdOut(people, 6, 3).measured).toEqual(measured);
  expect(holdOut(people, 6, 4).measured).not.toEqual(measured);
});

it('without people held out, those trained on are measured', () => {
  expect(holdOut(people, 0, 3)).toEqual({ trained: people, measured: people });
  expect(() => holdOut(people, 20, 3)).toThrow('20 of 20');
});
