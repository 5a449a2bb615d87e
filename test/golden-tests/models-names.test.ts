// Names, shapes, order and sizes of the networks' parameters against the reference's state_dict.
import { expect, it } from 'vitest';
import { networkCost } from '../../src/models/cost.ts';
import { createNetwork, MODEL_NAMES, type ModelName } from '../../src/models/network.ts';
import { recordDeviation } from '../support/deviations.ts';
import { torchShape } from '../support/formula-network.ts';
import { describeGolden, expectGoldenFiles, goldenJson, skipGolden } from '../support/golden.ts';

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
    readonly macs_true: number;
    readonly macs_deconv_at_output: number;
  }[];
}

const isBuilt = (model: string): model is ModelName =>
  (MODEL_NAMES as readonly string[]).includes(model);

function skipUnbuilt(file: string, models: readonly string[]): void {
  for (const model of new Set(models)) {
    if (!isBuilt(model)) skipGolden(file, `there is no network ${model}`);
  }
}

/** Every head ends in a tensor with one number a joint. */
const jointsOf = (rows: Names['models'][string]): number =>
  rows.findLast(([, shape]) => shape.length > 0)![1][0]!;

expectGoldenFiles();

describeGolden('models', 'names', (file) => {
  const { models } = goldenJson<Names>(file);
  const known = Object.keys(models).filter(isBuilt);
  skipUnbuilt(file, Object.keys(models));

  it.each(known)('%s has the names, shapes and order of the reference state_dict', (model) => {
    const network = createNetwork(model, jointsOf(models[model]!));
    const own = network.parameters.map((spec) => [
      spec.name,
      torchShape(spec),
      'float32',
      spec.trainable ? 'param' : 'buffer',
    ]);
    // num_batches_tracked is the one buffer that heatstream does not store: nothing reads it at a fixed momentum.
    const reference = models[model]!.filter(([name]) => !name.endsWith('.num_batches_tracked'));
    expect(own).toEqual(reference.map((row) => row.slice(0, 4)));
    recordDeviation(file, 0, 0, model);
  });
});

describeGolden('models', 'counts', (file) => {
  const { rows } = goldenJson<Counts>(file);
  skipUnbuilt(
    file,
    rows.map(({ model }) => model),
  );

  it.each(rows.filter(({ model }) => isBuilt(model)))(
    '$model with $joints joints at $input has $params parameters and $macs_true multiply-adds',
    (row) => {
      const network = createNetwork(row.model as ModelName, row.joints);
      const [height, width] = row.input as [number, number];
      const { parameters, statistics, multiplyAdds } = networkCost(network, { width, height });
      expect(parameters).toBe(row.params);
      expect(statistics).toBe(row.buffer_elements);
      expect(network.parameters.length + row.num_batches_tracked).toBe(row.state_dict_entries);
      expect(multiplyAdds.actual).toBe(row.macs_true);
      expect(multiplyAdds.published).toBe(row.macs_deconv_at_output);
      recordDeviation(file, 0, 0, `${row.model}, ${row.joints} joints, ${width}x${height}`);
    },
  );
});
