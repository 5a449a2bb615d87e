// What a training run relies on, on every engine that works here; operators and sessions have files of their own.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { openTested } from '../support/open-tested.ts';
import { tf } from '../../src/engine/tf.ts';
import type { EngineName, Session } from '../../src/engine/types.ts';
import { singleOnline } from '../../src/methods/single.ts';
import type { StepOutput } from '../../src/methods/step.ts';
import { supervised } from '../../src/methods/supervised.ts';
import { trainSteps } from '../../src/stages/train-step.ts';
import { openTrainer } from '../../src/stages/trainer.ts';
import {
  batchSize,
  createRigs,
  geometry,
  labelledBatch,
  network,
  poolBatch,
  smallState,
} from '../support/small-training.ts';
import { availableEngines } from './available.ts';
import { batch, shapes, smallState as smallNet, train } from './small-net.ts';

const opened: { dispose: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const each of opened.splice(0)) await each.dispose();
});

async function open(name: EngineName): Promise<Session> {
  const session = await (await openTested({ name, threads: 2 })).open(smallNet());
  opened.push(session);
  return session;
}

/** Largest difference, of the largest value. */
function farthest(got: Float32Array, expected: Float32Array): number {
  const scale = expected.reduce((m, v) => Math.max(m, Math.abs(v)), 0) || 1;
  return expected.reduce((m, v, i) => Math.max(m, Math.abs(got[i]! - v)), 0) / scale;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('globalThis.gc') as () => void;

/** Resident, without what is garbage. V8 keeps some of its heap's pages for later, how many depends on the machine's load. */
function residentMebibytes(): number {
  collect();
  return process.memoryUsage.rss() / 2 ** 20;
}

/** No run trains on plain JavaScript: it would take minutes here. */
const trainingEngines = availableEngines.filter((name) => name !== 'cpu');

const rigs = createRigs();
afterAll(() => rigs.close());

describe.each(trainingEngines)('training on %s', (name) => {
  it('takes the Single step that onnxruntime takes, views and teacher and all', async () => {
    const inputs = poolBatch(7);
    const [got, expected] = [
      await rigs.run(name, singleOnline, [inputs]),
      await rigs.run('onnxruntime', singleOnline, [inputs]),
    ];
    for (const [key, { data }] of Object.entries(expected.outputs))
      expect(farthest(got.outputs[key as StepOutput].data, data), key).toBeLessThan(1e-4);
    // Gradients, and what the optimiser and the running statistics made of them.
    for (const [key, { data }] of Object.entries(expected.state)) {
      if (/^adam|running/.test(key))
        expect(farthest(got.state[key]!.data, data), key).toBeLessThan(1e-3);
    }
  });

  it('gives the same bits twice', async () => {
    const run = async () => {
      const session = await open(name);
      await (await session.compile(train, shapes)).run([batch(0), batch(1), batch(2)]);
      return session.read();
    };
    expect(await run()).toEqual(await run());
  });

  it('takes no more tensors and no more memory after 200 steps', { timeout: 300_000 }, async () => {
    const runner = await (await open(name)).compile(train, shapes);
    const steps = async (count: number) => {
      for (let k = 0; k < count; k += 10)
        await runner.run(Array.from({ length: 10 }, () => batch(k)));
    };
    await steps(150); // caches, pools and the heap of JavaScript fill
    const { numTensors } = tf.memory();
    const growth: number[] = [];
    for (let span = 0; span < 3; span++) {
      const before = residentMebibytes();
      await steps(200);
      growth.push(residentMebibytes() - before);
    }
    expect(tf.memory().numTensors).toBe(numTensors);
    // A leak shows in each of them, the heap's growth in one.
    expect(Math.min(...growth)).toBeLessThan(16);
  });

  it('stops at a loss that is no number, and names the step', async () => {
    const trainer = await openTrainer({
      engine: await openTested({ name, threads: 2 }),
      ...{ method: supervised, network, geometry, state: smallState(supervised) },
      ...{ teacherBn: 'batch', labelledBatch: batchSize, unlabelledBatch: batchSize },
    });
    opened.push(trainer);
    const at = (step: number, value?: number) => {
      const inputs = labelledBatch(step, step);
      const targets = value === undefined ? inputs.targets : inputs.targets.slice().fill(value);
      return { step, learningRate: 1e-3, weight: 0, inputs: { ...inputs, targets } };
    };
    const running = trainSteps([at(5), at(6, Infinity)], trainer);
    await expect(running).rejects.toThrow(/the loss of step 6 is (Infinity|NaN)/);
  });
});
