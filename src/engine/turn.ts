// All eager work of the process stands in one queue: tfjs has one active backend.
import { setImmediate as immediate } from 'node:timers/promises';
import { tf } from './tf.ts';

let queue: Promise<unknown> = Promise.resolve();

/** Does `work` with this backend active, after all that was asked for before. */
export function turn<T>(backend: string, work: () => T | Promise<T>): Promise<T> {
  const next = queue.then(async () => {
    await immediate(); // timers, signals and other work get their turn between two steps
    if (!(await tf.setBackend(backend)))
      throw new Error(`tfjs cannot use its ${backend} backend here`);
    return work();
  });
  queue = next.catch(() => undefined);
  return next;
}
