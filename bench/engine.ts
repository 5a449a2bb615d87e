// One supervised Adam step on the onnxruntime engine beside the same step in PyTorch, in alternating rounds.
// HEATSTREAM_BENCH_NET=tiny|sb-r18, HEATSTREAM_BENCH_STEPS=steps a call, HEATSTREAM_BENCH_LOWERING=auto|plain|blocked,
// HEATSTREAM_BENCH_THREADS=2. The peer needs HEATSTREAM_PEER_PYTHON (a Python with PyTorch) and HEATSTREAM_PEERS (the folder of train_step.py).
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type * as TF from '@tensorflow/tfjs';
import { openEngine } from '../src/engine/choose.ts';
import { tf } from '../src/engine/tf.ts';
import type { NamedArray, Shapes, StateArrays, Step, Tensors } from '../src/engine/types.ts';
import { adamRates, adamUpdate } from '../src/models/adam.ts';
import { type BatchStats, updateRunning } from '../src/models/batch-norm.ts';
import { createNetwork, initialWeights, type Network } from '../src/models/network.ts';
import type { BenchResult } from './rounds.ts';
import { alternate, median } from './rounds.ts';

/** What train_step.py is told, and what the step here is built for. */
const settings = {
  tiny: { peer: 'tiny', batch: 32, height: 64, width: 64, joints: 14 },
  'sb-r18': { peer: 'r18', batch: 16, height: 128, width: 96, joints: 17 },
} as const;

export async function run(): Promise<BenchResult> {
  const env = process.env;
  const name = (env['HEATSTREAM_BENCH_NET'] ?? 'tiny') as keyof typeof settings;
  const threads = Number(env['HEATSTREAM_BENCH_THREADS'] ?? 2);
  const stepsPerCall = Number(env['HEATSTREAM_BENCH_STEPS'] ?? (name === 'tiny' ? 10 : 5));
  const { batch, height, width, joints } = settings[name];
  const network = createNetwork(name, joints);
  const lowering = (env['HEATSTREAM_BENCH_LOWERING'] ?? 'auto') as 'auto' | 'plain' | 'blocked';
  const engine = await openEngine({ name: 'onnxruntime', threads, lowering });
  const session = await engine.open(state(network));
  const shapes: Shapes<'images' | 'targets' | 'rates'> = {
    images: { shape: [batch, height, width, 3], dtype: 'float32' },
    targets: { shape: [batch, height / 4, width / 4, joints], dtype: 'float32' },
    rates: { shape: [2], dtype: 'float32' },
  };
  const runner = await session.compile(trainStep(network), shapes);
  let count = 0;
  const inputs = () => ({
    images: numbers(batch * height * width * 3, 1),
    targets: numbers((batch * height * width * joints) / 16, 2),
    rates: adamRates(1e-3, ++count),
  });
  const call = async () => {
    const batches = Array.from({ length: stepsPerCall }, inputs);
    const start = performance.now();
    await runner.run(batches);
    return (performance.now() - start) / stepsPerCall;
  };
  const calls = name === 'tiny' ? 9 : 3;
  for (let i = 0; i < 3; i++) await call(); // memory is touched for the first time
  const ours = async () => {
    const times: number[] = [];
    for (let i = 0; i < calls; i++) times.push(await call());
    return median(times);
  };
  try {
    return await alternate({
      bench: `engine train ${name}, ${engine.device}, ${lowering}, ${stepsPerCall} steps a call`,
      unit: 'ms',
      ours,
      peer: peerOf(settings[name], threads),
    });
  } finally {
    await session.dispose();
  }
}

function peerOf(
  s: (typeof settings)[keyof typeof settings],
  threads: number,
): (() => Promise<number>) | undefined {
  const python = process.env['HEATSTREAM_PEER_PYTHON'];
  if (!python) return undefined;
  const script = join(process.env['HEATSTREAM_PEERS'] ?? '../shared/peers', 'train_step.py');
  const options = {
    net: s.peer,
    batch: s.batch,
    height: s.height,
    width: s.width,
    joints: s.joints,
    threads,
    steps: s.peer === 'tiny' ? 60 : 9,
  };
  const args = [script, ...Object.entries(options).flatMap(([k, v]) => [`--${k}`, String(v)])];
  return async () => {
    const { stdout } = await promisify(execFile)(python, args);
    return (JSON.parse(stdout) as { train_ms: number }).train_ms;
  };
}

/** Weights, running statistics and Adam's moments. */
function state(network: Network): StateArrays {
  const weights = initialWeights(network, 0);
  const zeros = ({ shape, data }: NamedArray) => ({ shape, data: new Float32Array(data.length) });
  const entries = network.parameters.flatMap(({ name, trainable }): [string, NamedArray][] => {
    const weight = weights[name]!;
    return trainable
      ? [[name, weight], [`m.${name}`, zeros(weight)], [`v.${name}`, zeros(weight)]]
      : [[name, weight]]; // prettier-ignore
  });
  return Object.fromEntries(entries);
}

function trainStep(network: Network): Step<'images' | 'targets' | 'rates', 'loss'> {
  const names = network.parameters.filter((p) => p.trainable).map((p) => p.name);
  return {
    name: `bench ${network.name}`,
    run(current: Tensors, { images, targets, rates }) {
      const seen: [string, BatchStats][] = [];
      const loss = (...weights: TF.Tensor[]) => {
        const byName = Object.fromEntries(names.map((name, i) => [name, weights[i]!]));
        const y = network.forward(
          images as TF.Tensor4D,
          'train',
          (n) => byName[n]!,
          (n, stats) => seen.push([n, stats]),
        );
        return tf.mean<TF.Scalar>(tf.squaredDifference(y, targets));
      };
      const { value, grads } = tf.valueAndGrads(loss)(names.map((name) => current[name]!));
      const next: Record<string, TF.Tensor> = {};
      for (const [i, name] of names.entries()) {
        const slot = { weight: current[name]!, m: current[`m.${name}`]!, v: current[`v.${name}`]! };
        const updated = adamUpdate(slot, grads[i]!, rates as TF.Tensor1D);
        Object.assign(next, {
          [name]: updated.weight,
          [`m.${name}`]: updated.m,
          [`v.${name}`]: updated.v,
        });
      }
      for (const [name, stats] of seen) {
        const [mean, variance] = [`${name}.running_mean`, `${name}.running_var`];
        const after = updateRunning({ mean: current[mean]!, variance: current[variance]! }, stats);
        Object.assign(next, { [mean]: after.mean, [variance]: after.variance });
      }
      return { state: next, outputs: { loss: value } };
    },
  };
}

/** In [0, 1), decided by the seed. */
function numbers(length: number, seed: number): Float32Array {
  let at = seed;
  return Float32Array.from(
    { length },
    () => (at = (Math.imul(at, 1103515245) + 12345) & 0x7fffffff) / 0x7fffffff,
  );
}
