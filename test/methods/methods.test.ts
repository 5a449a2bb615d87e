import { afterAll, describe, expect, it } from 'vitest';
import type { Inputs, StateArrays } from '../../src/engine/types.ts';
import { dualOnline as dual } from '../../src/methods/dual.ts';
import { meanTeacher } from '../../src/methods/mean-teacher.ts';
import type { Method, MethodSettings } from '../../src/methods/method.ts';
import { naive } from '../../src/methods/naive.ts';
import { pi } from '../../src/methods/pi.ts';
import { singleOnline } from '../../src/methods/single.ts';
import { maxDifference } from '../support/golden.ts';
import { createRigs, network, poolBatch, smallState, viewsOf } from '../support/small-training.ts';

const rigs = createRigs();
afterAll(() => rigs.close());

async function oneStep(
  method: Method,
  more: Inputs = {},
  { state, settings }: { state?: StateArrays; settings?: Partial<MethodSettings> } = {},
) {
  const all = { ...viewsOf(method), ...settings };
  const inputs = { ...poolBatch(7), ...more };
  return rigs.run('onnxruntime', method, [inputs], state ?? smallState(method), all);
}
const gradient = ({ state }: { state: StateArrays }, slot: string) => state[`adam.m.${slot}`]!.data;
const value = (
  { outputs }: Awaited<ReturnType<typeof oneStep>>,
  name: keyof Awaited<ReturnType<typeof oneStep>>['outputs'],
) => outputs[name].data[0]!;

describe('Dual', () => {
  it('with two networks of one kind is Single twice: half the supervised loss of each, all of both consistency terms', async () => {
    const single = smallState(singleOnline);
    const twins = Object.fromEntries(
      Object.keys(smallState(dual)).map((name) => {
        return [name, single[name.replace('net2.', name.startsWith('net2.') ? 'net.' : '')]!];
      }),
    );
    const one = await oneStep(singleOnline);
    const two = await oneStep(dual, {}, { state: twins });
    expect(value(two, 'supervised')).toBeCloseTo(value(one, 'supervised'), 6);
    expect(value(two, 'consistency')).toBeCloseTo(2 * value(one, 'consistency'), 6);
    const both = ['head.bias', 'net2.head.bias'].map((slot) => gradient(two, slot));
    expect(maxDifference(both[0]!, both[1]!)).toBeLessThan(1e-6);
    // A supervised half and a whole consistency term each: not Single's gradient.
    expect(maxDifference(both[0]!, gradient(one, 'head.bias'))).toBeGreaterThan(1e-4);
  });

  it('teaches crosswise: a network does not see its own heatmaps', async () => {
    const state = smallState(dual);
    const moved = (name: string) => {
      const bias = state[name]!;
      const data = bias.data.map((v) => v + 1);
      return oneStep(dual, {}, { state: { ...state, [name]: { ...bias, data } } });
    };
    const before = await oneStep(dual);
    const [first, second] = [await moved('net.head.bias'), await moved('net2.head.bias')];
    const change = (after: typeof before, slot: string) =>
      gradient(after, slot)[0]! - gradient(before, slot)[0]!;
    // Whichever network's output rises by one: the other one's target rises, and pulls its gradient down.
    expect(change(first, 'net2.head.bias')).toBeLessThan(-1e-3);
    expect(change(second, 'head.bias')).toBeLessThan(-1e-3);
    expect(change(first, 'head.bias')).toBeGreaterThan(1e-3);
  });
});

describe('mean teacher', () => {
  it('keeps as much of the averaged weights as it is told, after the update', async () => {
    const before = smallState(meanTeacher);
    const { state } = await oneStep(
      meanTeacher,
      { decay: Float32Array.of(0.75) },
      { state: before },
    );
    for (const name of ['head.weight', 'stem.0.weight']) {
      const [old, now] = [before[`teacher.${name}`]!.data, state[`net.${name}`]!.data];
      const expected = old.map((v, i) => 0.75 * v + 0.25 * now[i]!);
      expect(maxDifference(state[`teacher.${name}`]!.data, expected)).toBeLessThan(1e-6);
      expect(maxDifference(old, now)).toBeGreaterThan(1e-4);
    }
  });

  it('teaches with the averaged weights', async () => {
    const before = smallState(meanTeacher);
    const bias = before['teacher.head.bias']!;
    const raised = { ...bias, data: bias.data.map((v) => v + 3) };
    const decay = Float32Array.of(0.9);
    const plain = await oneStep(meanTeacher, { decay }, { state: before });
    const other = await oneStep(
      meanTeacher,
      { decay },
      { state: { ...before, 'teacher.head.bias': raised } },
    );
    expect(value(other, 'teacherPeak') - value(plain, 'teacherPeak')).toBeGreaterThan(2);
    expect(value(other, 'studentPeak')).toBeCloseTo(value(plain, 'studentPeak'), 5);
  });
});

describe('the Pi model', () => {
  it('is naive consistency with the gradient through one branch', async () => {
    const [stopped, single] = [
      await oneStep(naive, {}, { settings: { gradient: 'stop' } }),
      await oneStep(pi),
    ];
    for (const { name, trainable } of network.parameters) {
      if (trainable)
        expect(maxDifference(gradient(stopped, name), gradient(single, name))).toBeLessThan(1e-6);
    }
    const both = await oneStep(naive);
    expect(value(both, 'consistency')).toBeCloseTo(value(stopped, 'consistency'), 5);
    expect(
      maxDifference(gradient(both, 'head.bias'), gradient(stopped, 'head.bias')),
    ).toBeGreaterThan(1e-5);
  });
});

describe('a teacher in running statistics', () => {
  it('gives other targets, and leaves the running statistics to the students', async () => {
    const batch = await oneStep(singleOnline);
    const running = await oneStep(singleOnline, {}, { settings: { teacherBn: 'running' } });
    expect(value(running, 'teacherPeak')).not.toBeCloseTo(value(batch, 'teacherPeak'), 2);
    expect(value(running, 'studentPeak')).toBeCloseTo(value(batch, 'studentPeak'), 5);
  });
});
