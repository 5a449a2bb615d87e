// Options of how a run learns, through a whole run on a real engine: what the model file remembers decides how it is read.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openEngine } from '../../src/engine/choose.ts';
import { evaluate } from '../../src/pipeline/evaluate.ts';
import { runTraining } from '../../src/pipeline/run-training.ts';
import { loadModel } from '../../src/stages/model-file.ts';
import { figureFolder } from '../support/figures.ts';
import { quietHooks } from '../support/training-hooks.ts';

describe('a run with another codec, optimiser and averaged weights', () => {
  it('trains, remembers the codec, and is evaluated with its decoding and a flip test', async () => {
    await using folder = await figureFolder();
    const options = folder.options({
      ...{ steps: 2, stepsPerCall: 2, method: 'single', hard: 'affine60+joint-cutout5' },
      ...{ codec: 'udp', optimizer: 'sgd', nesterov: true, clipNorm: 1, ema: 0.9 },
      ...{ schedule: 'cosine', warmup: 1, hardestJoints: 8 },
    });
    const engine = await openEngine({ name: 'wasm' });
    const summary = await runTraining(options, quietHooks(engine));
    expect(summary.step).toBe(2);
    expect((await loadModel(options.run)).card.codec).toBe('udp');

    const { labels, images } = options;
    const cache = join(folder.dir, 'eval.sqlite');
    const scores = await evaluate(
      { ...{ run: options.run, labels, images, cache }, flip: 'average' },
      engine,
      (error) => {
        throw error;
      },
    );
    expect(scores.pckProtocol).toMatch(/flip average, decoding udp/);
    expect(scores.people).toBeGreaterThan(0);
  });
});
