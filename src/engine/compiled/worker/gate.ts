// A flag between the two threads: a worker must never be ended inside native code, onnxruntime would abort the whole process.

/** Shared memory: [1 while native code runs, 1 once the session closes]. */
export type Gate = Int32Array;

const [busy, closing] = [0, 1];

export const newGate = (): Gate => new Int32Array(new SharedArrayBuffer(8));

/** Worker: does native work, unless the session closes. */
export async function insideGate<T>(gate: Gate, work: () => Promise<T>): Promise<T> {
  Atomics.store(gate, busy, 1);
  try {
    if (Atomics.load(gate, closing) !== 0) throw new Error('the session is disposed');
    return await work();
  } finally {
    Atomics.store(gate, busy, 0);
    Atomics.notify(gate, busy);
  }
}

/** Main thread: no native work begins from now on. */
export const closeGate = (gate: Gate): void => {
  Atomics.store(gate, closing, 1);
};

/** Main thread, on the way out of the process: blocks until native work has ended, at most a minute. */
export function awaitGate(gate: Gate): void {
  closeGate(gate);
  Atomics.wait(gate, busy, 1, 60_000);
}
