// One session of an engine on a workload, and what its train step and its forward pass take.
import type { Engine } from '../../src/engine/types.ts';
import { adamRates } from '../../src/models/adam.ts';
import { createNetwork, initialWeights } from '../../src/models/network.ts';
import { median } from '../rounds.ts';
import { numbers } from './numbers.ts';
import { stepsPerCall, type Workload } from './settings.ts';
import { forwardStep, shapesOf, stateOf, trainStep } from './supervised-step.ts';

export interface Ours {
  /** Milliseconds a step, median over calls of several steps. */
  train(): Promise<number>;
  /** Milliseconds a pass, one after the other, each on all threads. */
  forward(): Promise<number>;
  /** The same in two lanes beside each other, as a stream of pictures is predicted. */
  lanes(): Promise<number>;
  dispose(): Promise<void>;
}

/** Warm: the first calls, which touch memory for the first time, are over. */
export async function open(engine: Engine, workload: Workload): Promise<Ours> {
  const { net, joints } = workload;
  const network = createNetwork(net, joints);
  const session = await engine.open(stateOf(network));
  const shapes = shapesOf(workload);
  const [trainer, predictor] = [
    await session.compile(trainStep(network), shapes),
    await session.compile(forwardStep(network), { images: shapes.images }),
  ];
  const drawn = (name: 'images' | 'targets', seed: number) =>
    numbers(
      shapes[name].shape.reduce((n, d) => n * d, 1),
      seed,
    );
  const inLanes = await openLanes(engine, workload);
  const images = drawn('images', 1);
  const targets = drawn('targets', 2);
  let count = 0;
  const steps = Number(stepsPerCall ?? workload.stepsPerCall);
  const timed = async (call: () => Promise<unknown>, times: number) => {
    const taken: number[] = [];
    for (let i = 0; i < times; i++) {
      const start = performance.now();
      await call();
      taken.push((performance.now() - start) / steps);
    }
    return median(taken);
  };
  const each = <T>(make: () => T) => Array.from({ length: steps }, make);
  const train = () =>
    trainer.run(each(() => ({ images, targets, rates: adamRates(1e-3, ++count) })));
  const forward = () => predictor.run(each(() => ({ images })));
  await timed(train, 3);
  await timed(forward, 2);
  await inLanes.passes(images, 4);
  return {
    train: () => timed(train, workload.calls),
    forward: () => timed(forward, 2 * workload.calls),
    lanes: () => inLanes.passes(images, 2 * workload.calls * steps),
    async dispose() {
      await inLanes.dispose();
      await session.dispose();
    },
  };
}

const LANES = 2;

/** Forward passes as `heatstream label` and `predict` have them: two batches a lane in flight. */
async function openLanes(engine: Engine, workload: Workload) {
  const network = createNetwork(workload.net, workload.joints);
  const session = await engine.open(initialWeights(network, 0), { lanes: LANES });
  const { images: shape } = shapesOf(workload);
  const runner = await session.compile(forwardStep(network), { images: shape });
  return {
    /** Milliseconds a pass, mean of so many. */
    async passes(images: Float32Array, count: number): Promise<number> {
      let asked = 0;
      const caller = async () => {
        while (asked++ < count) await runner.run([{ images }]);
      };
      const start = performance.now();
      await Promise.all(Array.from({ length: 2 * LANES }, caller));
      return (performance.now() - start) / count;
    },
    dispose: () => session.dispose(),
  };
}
