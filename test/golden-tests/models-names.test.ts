// Names, shapes, order and sizes of the networks' parameters against the reference's state_dict.
import { basename } from 'node:path';
import { expect, it } from 'vitest';
import { createNetwork, MODEL_NAMES, type ModelName } from '../../src/models/network.ts';
import { torchShape } from '../support/formula-network.ts';
import { describeGolden, expectGoldenFiles, goldenJson } from '../support/golden.ts';

interface Names {
  readonly models: Readonly<
    Record<string, readonly (readonly [string, readonly number[], string, 'param' | 'buffer'])[]>
  >;
}

interface Counts {
  readonly rows: readonly {
    readonly model: string;
    readonly joints: number;
    readonly input: readonly number[];
    readonly params: number;
    readonly buffer_elements: number;
    readonly num_batches_tracked: number;
    readonly state_dict_entries: number;
  }[];
}

const isBuilt = (model: string): model is ModelName =>
  (MODEL_NAMES as readonly string[]).includes(model);

function skipUnbuilt(file: string, models: readonly string[]): void {
  for (const model of new Set(models)) {
    if (!isBuilt(model))
      it.skip(`${basename(file)} of ${model}: no such network yet`, () => undefined);
  }
}

expectGoldenFiles();

describeGolden('models', /^names.*\.json$/, (file) => {
  const { models } = goldenJson<Names>(file);
  const known = Object.keys(models).filter(isBuilt);
  skipUnbuilt(file, Object.keys(models));

  it.each(known)('%s has the names, shapes and order of the reference state_dict', (model) => {
    const network = createNetwork(model, 17);
    const own = network.parameters.map((spec) => [
      spec.name,
      torchShape(spec),
      'float32',
      spec.trainable ? 'param' : 'buffer',
    ]);
    // num_batches_tracked is the one buffer that heatstream does not store: nothing reads it at a fixed momentum.
    const reference = models[model]!.filter(([name]) => !name.endsWith('.num_batches_tracked'));
    expect(own).toEqual(reference.map((row) => row.slice(0, 4)));
  });
});

describeGolden('models', /^counts.*\.json$/, (file) => {
  const { rows } = goldenJson<Counts>(file);
  skipUnbuilt(
    file,
    rows.map(({ model }) => model),
  );

  it.each(rows.filter(({ model }) => isBuilt(model)))(
    '$model with $joints joints has $params parameters',
    (row) => {
      const { parameters } = createNetwork(row.model as ModelName, row.joints);
      const total = (trainable: boolean) =>
        parameters
          .filter((spec) => spec.trainable === trainable)
          .reduce((sum, { shape }) => sum + shape.reduce((size, length) => size * length, 1), 0);
      expect(total(true)).toBe(row.params);
      expect(total(false)).toBe(row.buffer_elements);
      expect(parameters.length + row.num_batches_tracked).toBe(row.state_dict_entries);
    },
  );
});
