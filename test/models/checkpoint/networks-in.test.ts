import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { NamedArray, StateArrays } from '../../../src/engine/types.ts';
import type { TypedTensors } from '../../../src/models/checkpoint/element-type.ts';
import { fitWeights, misfits } from '../../../src/models/checkpoint/fit.ts';
import { networksIn } from '../../../src/models/checkpoint/networks-in.ts';
import { readWeights } from '../../../src/models/checkpoint/read-weights.ts';
import { createNetwork, initialWeights, type Network } from '../../../src/models/network.ts';
import { torchShape, toTorch } from '../../../src/models/torch-layout.ts';
import { digestOf } from '../../../src/stages/model-file.ts';
import { goldenFiles } from '../../support/golden.ts';

const one = (value: number) =>
  ({ type: 'float32', shape: [1], data: Float32Array.of(value) }) as const;
const tensors = (names: readonly string[]): TypedTensors =>
  Object.fromEntries(names.map((name, i) => [name, one(i)]));
const namesIn = (names: readonly string[]) =>
  networksIn(tensors(names)).map((network) => Object.keys(network));

describe('the names of a checkpoint', () => {
  it('lose what DataParallel, torch.compile and trainers put in front of all of them', () => {
    expect(namesIn(['module.conv1.weight', 'module.bn1.bias'])).toEqual([
      ['conv1.weight', 'bn1.bias'],
    ]);
    expect(namesIn(['model._orig_mod.module.conv1.weight'])).toEqual([['conv1.weight']]);
    expect(namesIn(['module.conv1.weight', 'bn1.bias'])).toEqual([
      ['module.conv1.weight', 'bn1.bias'],
    ]);
  });

  it('of two networks come apart, the head under its usual name', () => {
    const names = ['conv1.weight', 'final_layer_1.bias'].flatMap((name) => [
      `module.resnet.${name}`,
      `module.resnet2.${name}`,
    ]);
    const [first, second, ...more] = networksIn(tensors(names));
    expect(more).toEqual([]);
    expect(Object.entries(first!).map(([name, { data }]) => [name, data[0]])).toEqual([
      ['conv1.weight', 0],
      ['final_layer.bias', 2],
    ]);
    expect(Object.entries(second!).map(([name, { data }]) => [name, data[0]])).toEqual([
      ['conv1.weight', 1],
      ['final_layer.bias', 3],
    ]);
    expect(namesIn(['conv1.weight', 'net2.conv1.weight'])).toEqual([
      ['conv1.weight'],
      ['conv1.weight'],
    ]);
  });

  it('leave out the counters of batch normalisation', () => {
    expect(namesIn(['bn1.weight', 'bn1.num_batches_tracked'])).toEqual([['bn1.weight']]);
  });

  it.each(goldenFiles('checkpoints', /^(dual|cons)_names.*\.pth$/))(
    'of the reference in %s give bare networks',
    (file) => {
      const networks = networksIn(readWeights(readFileSync(file), file).tensors);
      expect(networks).toHaveLength(file.includes('dual') ? 2 : 1);
      for (const network of networks) {
        expect(Object.keys(network)).toContain('conv1.weight');
        expect(Object.keys(network)).toContain('final_layer.weight');
        expect(Object.keys(network).every((name) => !/^(module|resnet)|_1\./.test(name))).toBe(
          true,
        );
      }
    },
  );
});

/** Weights of a network as PyTorch would save them. */
const saved = (network: Network): Record<string, NamedArray> =>
  Object.fromEntries(
    network.parameters.map(({ name, shape }, i) => {
      const size = shape.reduce((product, length) => product * length, 1);
      return [name, { shape: torchShape(shape), data: new Float32Array(size).fill(i) }];
    }),
  );
/** torchvision's ResNet: the trunk, and a classifier. */
function classifier(network: Network): StateArrays {
  const trunk = Object.entries(saved(network)).filter(
    ([name]) => !/^(deconv_layers|final_layer)\./.test(name),
  );
  return {
    ...Object.fromEntries(trunk),
    'fc.weight': { shape: [10, 512], data: new Float32Array(5120) },
    'fc.bias': { shape: [10], data: new Float32Array(10) },
  };
}

describe('weights laid against a network', () => {
  const network = createNetwork('sb-r18', 17);

  it('fit where names and shapes do', async () => {
    const tiny = createNetwork('tiny', 14);
    const weights = initialWeights(tiny, 5);
    const torch = Object.entries(weights).map(([name, array]) => [name, toTorch(array)] as const);
    const fit = fitWeights(tiny, Object.fromEntries(torch));
    expect(misfits(fit)).toEqual([]);
    expect(await digestOf(fit.loaded)).toBe(await digestOf(Object.fromEntries(torch)));
  });

  it('of an image classifier give their trunk and say what stays fresh', () => {
    const fit = fitWeights(network, classifier(network));
    expect(misfits(fit)).toEqual([]);
    expect(fit.ignored).toEqual(['fc.weight', 'fc.bias']);
    expect(fit.fresh).toContain('deconv_layers.0.weight');
    expect(fit.fresh).toContain('final_layer.bias');
    expect(Object.keys(fit.loaded).length + fit.fresh.length).toBe(network.parameters.length);
  });

  it('of HRNet as a classifier give their trunk too', () => {
    const hrnet = createNetwork('hrnet-w32', 17);
    const { 'final_layer.weight': head, 'final_layer.bias': bias, ...trunk } = saved(hrnet);
    const one = { shape: [1], data: new Float32Array(1) };
    const fit = fitWeights(hrnet, {
      ...trunk,
      'stage4.2.fuse_layers.1.0.0.0.weight': one,
      'incre_modules.0.0.conv1.weight': one,
      'downsamp_modules.0.0.weight': one,
      'final_layer.0.weight': one,
      'classifier.weight': one,
    });
    expect([head, bias].map((each) => each !== undefined)).toEqual([true, true]);
    expect(misfits(fit)).toEqual([]);
    expect(fit.fresh).toEqual(['final_layer.weight', 'final_layer.bias']);
    expect(fit.ignored).toHaveLength(5);
  });

  it('of a smaller trunk do not pass as a whole one', () => {
    const fit = fitWeights(createNetwork('sb-r34', 17), classifier(network));
    expect(misfits(fit)).toEqual([
      expect.stringMatching(/^80 missing: layer1\.2\.conv1\.weight, /),
    ]);
  });

  it('that do not fit are listed by kind, a few of each', () => {
    const { 'bn1.bias': gone, 'final_layer.weight': head, ...rest } = saved(network);
    const spoilt = { shape: [64], data: new Float32Array(64).fill(NaN) };
    const extra = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, gone!]));
    const other = { shape: [24, 256, 1, 1], data: new Float32Array(24 * 256) };
    const lines = misfits(
      fitWeights(network, { ...rest, ...extra, 'bn1.weight': spoilt, 'final_layer.weight': other }),
    );
    expect(head).toBeDefined();
    expect(lines).toEqual([
      '1 missing: bn1.bias',
      '6 unexpected: a, b, c, d, … and 2 more',
      '1 of another shape: final_layer.weight is [24, 256, 1, 1], expected [17, 256, 1, 1]',
      '1 with values that are no finite numbers: bn1.weight',
    ]);
  });
});
