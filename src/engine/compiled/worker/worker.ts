// The worker thread of a compiled session: session.run blocks its thread, so it blocks this one.
import { parentPort, workerData } from 'node:worker_threads';
import { FileRuntime } from './file-runtime.ts';
import { buffersOf } from './buffers.ts';
import { insideGate } from './gate.ts';
import type { Reply, Request, WorkerData } from './messages.ts';
import { Runtime } from './runtime.ts';

const port = parentPort!;
const { gate, threads, provider } = workerData as WorkerData;
const runtime = new Runtime(threads, provider);
const file = new FileRuntime(threads);

class Stopped extends Error {}

type RunRequest = Extract<Request, { kind: 'run' }>;

/** Learnt from the calls so far. */
const stepsACall = new Map<string, number>();

async function answer(request: Request): Promise<unknown> {
  switch (request.kind) {
    case 'put':
      runtime.put(request.state);
      return undefined;
    case 'get':
      return runtime.get(request.names);
    case 'load':
      return insideGate(gate, () => runtime.load(request.key, request.step));
    case 'run':
      return runAll(request);
    case 'try':
      return insideGate(gate, () => runtime.try(request.model, request.feeds));
    case 'open':
      return insideGate(gate, () => file.open(request.file));
    case 'infer':
      return insideGate(gate, () => file.infer(request.feeds));
    case 'block':
      runtime.useBlocks(request.block);
      return undefined;
    case 'close':
      await runtime.release();
      await file.release();
      port.close();
      return undefined;
  }
}

/** A call into the runtime cannot be stopped: it should not take longer than this, nor more steps. */
const longestCall = { milliseconds: 1000, steps: 32 };

/** Steps in as few calls as that allows. @returns for each call, outputs with a leading axis of steps */
async function runAll({ key, steps, stop }: RunRequest): Promise<Record<string, Float32Array>[]> {
  const outputs: Record<string, Float32Array>[] = [];
  for (let done = 0; done < steps.length;) {
    if (Atomics.load(stop, 0) !== 0)
      throw new Stopped(`stopped after ${done} of ${steps.length} steps`);
    const some = steps.slice(done, done + (stepsACall.get(key) ?? 1));
    const start = performance.now();
    outputs.push(await insideGate(gate, () => runtime.steps(key, some)));
    const fitting = Math.floor(
      longestCall.milliseconds / ((performance.now() - start) / some.length),
    );
    stepsACall.set(key, Math.max(1, Math.min(longestCall.steps, fitting)));
    done += some.length;
  }
  return outputs;
}

/** One request after the other: the state has one owner. */
let last: Promise<void> = Promise.resolve();

port.on('message', ({ id, request }: { id: number; request: Request }) => {
  last = last.then(async () => {
    const reply: Reply = await answer(request).then(
      (value) => ({ id, value }),
      (error: unknown) => ({
        id,
        error: {
          message: error instanceof Error ? error.message : String(error),
          isAbort: error instanceof Stopped,
        },
      }),
    );
    port.postMessage(reply, buffersOf(reply.value));
  });
});
