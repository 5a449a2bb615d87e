// What the peer does for a Single step, with heatstream's own stages: views, targets, batch, step. Pictures are noise.
import { cropSpec, recipeNamed } from '../../src/config/recipe.ts';
import type { Engine } from '../../src/engine/types.ts';
import { PLAIN } from '../../src/methods/learning.ts';
import { PAPER } from '../../src/methods/method.ts';
import { singleOnline } from '../../src/methods/single.ts';
import { createNetwork, initialWeights } from '../../src/models/network.ts';
import { identity } from '../../src/pose/affine.ts';
import { alignOf, codecNamed } from '../../src/pose/codec.ts';
import { rng } from '../../src/pose/random.ts';
import { SKELETONS } from '../../src/pose/skeleton.ts';
import type { Crop, Keypoint } from '../../src/pose/types.ts';
import { batch, type Batch, type BatchContext } from '../../src/stages/batch.ts';
import { createBatchMemory } from '../../src/stages/batch-memory.ts';
import { pair, type PairContext } from '../../src/stages/pair.ts';
import { trainSteps } from '../../src/stages/train-step.ts';
import { initialState, openTrainer } from '../../src/stages/trainer.ts';

const recipe = recipeNamed('peer');
const skeleton = SKELETONS.lsp14;
const method = singleOnline;
const stride = recipe.input.width / recipe.heatmap.width;
const settings = { ...PAPER, align: alignOf(codecNamed(recipe.codec), recipe.origin) };
const spec = cropSpec(recipe, 'zero');
const [labels, pool] = [100, 400];

const pairContext: PairContext = {
  ...{ seed: 0, spec, method, settings, skeleton, stride },
  teacherView: 'random',
};
const batchContext: BatchContext = {
  ...{ stride, skeleton, method, usesPool: true, learning: PLAIN },
  ...{ heatmap: recipe.heatmap, origin: recipe.origin, codec: recipe.codec, sigma: recipe.sigma },
  schedule: { name: 'constant', base: recipe.learningRate, steps: 1e6, milestones: [], warmup: 0 },
  ...{ weight: 1, ramp: 0, teacherDecay: 0.999, ema: 0.999 },
  memory: createBatchMemory(),
};

export interface SingleSteps {
  /** So many steps in one call, while the next ones are drawn, as in a run. @returns milliseconds a step */
  run(steps: number): Promise<number>;
  dispose(): Promise<void>;
}

export async function openSingle(engine: Engine): Promise<SingleSteps> {
  const network = createNetwork('tiny', skeleton.joints.length);
  const trainer = await openTrainer({
    ...{ engine, method, settings, network, teacherBn: 'batch' },
    geometry: { ...recipe },
    ...{ labelledBatch: recipe.labelledBatch, unlabelledBatch: recipe.unlabelledBatch },
    state: initialState(network, initialWeights(network, 0), method),
  });
  const crops = Array.from({ length: pool }, (_, id) => noise(id));
  const people = crops.slice(0, labels).map((crop) => posed(crop));
  let step = 0;
  const draw = (): Batch => {
    step++;
    const random = rng(0, 'bench batch', step, 0);
    const some = <T>(of: readonly T[], count: number) =>
      Array.from({ length: count }, () => of[random.integer(of.length)]!);
    const labelled = some(people, recipe.labelledBatch);
    const unlabelled = some(crops, recipe.unlabelledBatch);
    const plan = { step, labelled: [], pool: unlabelled.map(({ id }) => id) };
    return batch(pair({ plan, labelled, pool: unlabelled }, pairContext), batchContext);
  };
  let next: Batch[] = [];
  return {
    async run(steps) {
      const batches = next.length === steps ? next : Array.from({ length: steps }, draw);
      const start = performance.now();
      const running = trainSteps(batches, trainer);
      next = Array.from({ length: steps }, draw);
      await running;
      const milliseconds = (performance.now() - start) / steps;
      for (const { inputs } of batches) batchContext.memory.giveBack(Object.values(inputs));
      return milliseconds;
    },
    dispose: () => trainer.dispose(),
  };
}

function noise(id: number): Crop {
  const random = rng(0, 'bench crop', 0, id);
  const { width, height } = recipe.stored;
  const pixels = Uint8Array.from({ length: width * height * 3 }, () => random.integer(256));
  return { id, pixels, size: recipe.stored, cropFromImage: identity };
}

/** Joints anywhere in the middle of the crop. */
function posed(crop: Crop) {
  const random = rng(0, 'bench joints', 0, crop.id);
  const at = (length: number) => length * (0.25 + 0.5 * random.uniform());
  const keypoints = skeleton.joints.map((): Keypoint => ({
    x: at(crop.size.width),
    y: at(crop.size.height),
    v: 2,
  }));
  return { crop, sample: { cropId: crop.id, keypoints } };
}
