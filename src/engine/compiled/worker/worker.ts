// The worker thread of a compiled session: session.run blocks its thread, so it blocks this one.
import { parentPort, workerData } from 'node:worker_threads';
import { insideGate } from './gate.ts';
import type { Reply, Request, WorkerData } from './messages.ts';
import { Runtime } from './runtime.ts';
import type { StepInputs, StepOutputs } from './runtime.ts';

const port = parentPort!;
const { gate, threads } = workerData as WorkerData;
const runtime = new Runtime(threads);

class Stopped extends Error {}

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
      return runAll(request.key, request.inputs, request.stop);
    case 'try':
      return insideGate(gate, () => runtime.try(request.model, request.feeds));
    case 'block':
      runtime.useBlocks(request.block);
      return undefined;
    case 'close':
      await runtime.release();
      port.close();
      return undefined;
  }
}

async function runAll(
  key: string,
  inputs: readonly StepInputs[],
  stop: Int32Array,
): Promise<StepOutputs[]> {
  const outputs: StepOutputs[] = [];
  for (const each of inputs) {
    if (Atomics.load(stop, 0) !== 0)
      throw new Stopped(`stopped after ${outputs.length} of ${inputs.length} steps`);
    outputs.push(await insideGate(gate, () => runtime.step(key, each)));
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

/** Arrays in an answer move, they are not copied. */
function buffersOf(value: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return [value.buffer as ArrayBuffer];
  if (typeof value !== 'object' || value === null) return [];
  return [...new Set(Object.values(value).flatMap(buffersOf))];
}
