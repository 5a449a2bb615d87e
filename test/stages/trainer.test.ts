import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRun } from '../../db/runs.ts';
import { getTargets } from '../../db/targets.ts';
import { openEngine } from '../../src/engine/choose.ts';
import type { Method } from '../../src/methods/method.ts';
import { singleCached } from '../../src/methods/single.ts';
import { supervised } from '../../src/methods/supervised.ts';
import { identity } from '../../src/pose/affine.ts';
import { buildSkeleton } from '../../src/pose/skeleton.ts';
import { loadModel } from '../../src/stages/model-file.ts';
import { publish } from '../../src/stages/publish.ts';
import { trainSteps } from '../../src/stages/train-step.ts';
import { initialState, openTrainer } from '../../src/stages/trainer.ts';
import { addCrop, fakeDigest, temporaryDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/folder.ts';
import {
  batchSize,
  geometry,
  labelledBatch,
  network,
  smallState,
} from '../support/small-training.ts';
import { putTargets } from '../support/targets.ts';

async function trainer(method: Method) {
  const opened = await openTrainer({
    engine: await openEngine({ name: 'wasm' }),
    ...{ method, network, geometry, state: smallState(method), teacherBn: 'batch' },
    ...{ labelledBatch: batchSize, unlabelledBatch: batchSize },
  });
  onTestFinished(() => opened.dispose());
  return opened;
}

const batchAt = (step: number) => ({
  ...{ step, learningRate: 1e-3, weight: 0 },
  inputs: labelledBatch(step, step),
});

describe('a fresh state', () => {
  it('has zero slots for what is trained, and a teacher only where the method keeps one', () => {
    const weights = Object.fromEntries(
      network.parameters.map(({ name, shape }) => {
        const length = shape.reduce((product, size) => product * size, 1);
        return [name, { shape, data: new Float32Array(length).fill(2) }];
      }),
    );
    for (const method of [supervised, singleCached]) {
      const state = initialState(network, weights, method);
      for (const { name, trainable } of network.parameters) {
        expect(state[`net.${name}`]).toEqual(weights[name]);
        expect(state[`adam.m.${name}`] !== undefined).toBe(trainable);
        expect(state[`adam.v.${name}`]?.data.every((value) => value === 0) ?? true).toBe(true);
        expect(state[`teacher.${name}`]).toEqual(
          method === singleCached ? weights[name] : undefined,
        );
      }
    }
  });
});

describe('a group of steps', () => {
  it('reports one record a step, in order', async () => {
    const records = await trainSteps([batchAt(1), batchAt(2)], await trainer(supervised));
    expect(records.map(({ step }) => step)).toEqual([1, 2]);
    for (const record of records) {
      expect(record.loss).toBeGreaterThan(0);
      expect(record).toMatchObject({ supervised: record.loss, consistency: 0, learningRate: 1e-3 });
    }
  });

  it('with a loss that is no number names the step and the learning rate', async () => {
    const good = batchAt(6);
    const targets = good.inputs.targets.slice().fill(NaN);
    const bad = { ...good, inputs: { ...good.inputs, targets } };
    await expect(trainSteps([batchAt(5), bad], await trainer(supervised))).rejects.toThrow(
      /the loss of step 6 is NaN .*lower --learning-rate \(now 0\.001\)/,
    );
  });
});

describe('publishing', () => {
  it('writes the weights, makes them the teacher, and keeps the targets of the last one: a resumed run may want them', async () => {
    const db = temporaryDatabase();
    const runFolder = temporaryFolder();
    const opened = await trainer(singleCached);
    const runId = createRun(db, { directory: runFolder, config: {}, codeVersion: 'test', seed: 1 });
    const skeleton = buildSkeleton('three', ['nose', 'left_wrist', 'right_wrist'], []);
    const context = {
      ...{ db, runId, runFolder, trainer: opened },
      card: { model: 'tiny', skeleton, recipe: 'peer', padding: 'zero' } as const,
    };
    const key = (teacher: string) => ({
      ...{ cropId, teacher, preprocessing: fakeDigest(9) },
      ...({ bn: 'batch', view: 'random', codec: 'u8', sigma: 0 } as const),
      ...{ heatmap: { width: 2, height: 1 }, joints: 1 },
    });
    const cropId = addCrop(db, 1);
    const target = {
      ...{ shape: [1, 2, 1] as const, heatmap: Float32Array.of(0, 1), peaks: Float32Array.of(1) },
      ...{ view: identity, flip: false, step: 0 },
    };
    const first = await publish(10, context);
    putTargets(
      db,
      [fakeDigest(1), first.digest].map((teacher) => ({ key: key(teacher), target })),
    );
    const state = await opened.state();
    await opened.setTeacher(
      Object.fromEntries(
        network.parameters.map(({ name }) => {
          const { shape, data } = state[`net.${name}`]!;
          return [name, { shape, data: data.map((value) => value + 1) }];
        }),
      ),
    );
    expect((await opened.state())['teacher.head.bias']).not.toEqual(state['net.head.bias']);

    const batches = [labelledBatch(1, 1)].map((inputs) => ({
      ...inputs,
      ...{ poolCrops: inputs.labelledCrops, easyViews: inputs.labelledViews },
      ...{ hardViews: inputs.labelledViews, hardHeatmapViews: inputs.labelledViews },
      ...{ weight: Float32Array.of(0), teacherHeatmaps: inputs.targets },
    }));
    await opened.train.run(batches);
    const second = await publish(20, context);
    expect(second.step).toBe(20);
    expect(second.digest).not.toBe(first.digest);
    const after = await opened.state();
    expect(after['teacher.head.bias']).toEqual(after['net.head.bias']);
    const file = join(runFolder, 'teachers', `${second.digest.slice(0, 16)}.safetensors`);
    const model = await loadModel(file);
    expect(model.digest).toBe(second.digest);
    expect(model.card.step).toBe(20);
    expect(
      getTargets(db, [key(fakeDigest(1)), key(first.digest)]).map((t) => t !== undefined),
    ).toEqual([true, true]);
  });
});
