import { readdirSync } from 'node:fs';
import { getPriority, platform } from 'node:os';
import { expect, it } from 'vitest';
import { openEngine } from '../../src/engine/choose.ts';
import { batch, shapes, smallState, train } from './small-net.ts';

const own = getPriority();
const lowered = () =>
  readdirSync('/proc/self/task').filter(
    (thread) => getPriority(Number(thread)) === Math.min(19, own + 5),
  );

it.runIf(platform() === 'linux')(
  'the threads of onnxruntime let the event loop go first',
  async () => {
    const before = lowered().length;
    const session = await (
      await openEngine({ name: 'onnxruntime', threads: 2 })
    ).open(smallState());
    await (await session.compile(train, shapes)).run([batch(0)]);
    // The worker's own and the other one of an operator.
    expect(lowered().length).toBeGreaterThanOrEqual(before + 2);
    expect(getPriority()).toBe(own);
    await session.dispose();
  },
);
