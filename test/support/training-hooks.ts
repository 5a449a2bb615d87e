// What a training run asks of the program around it, where a test only brings the engine.
import type { Engine } from '../../src/engine/types.ts';
import type { TrainingHooks } from '../../src/pipeline/training-hooks.ts';

/** Never interrupted, and silent. */
export const quietHooks = (engine: Engine): TrainingHooks => ({
  openEngine: () => Promise.resolve(engine),
  drain: new AbortController().signal,
  abort: new AbortController().signal,
  version: 'test',
  now: () => performance.now(),
  onNotice: () => undefined,
  onAlarm: () => undefined,
});
