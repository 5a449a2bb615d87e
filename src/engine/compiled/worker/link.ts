// The main thread's end of a compiled session's worker: requests out, answers back, crashes told to everyone who waits.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { awaitGate, closeGate, newGate } from './gate.ts';
import type { Reply, Request, WorkerData } from './messages.ts';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class WorkerLink {
  readonly #worker: Worker;
  readonly #gate = newGate();
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;
  #end: Error | undefined;

  constructor(options: Omit<WorkerData, 'gate'>) {
    // Sources run by type stripping, the package ships JavaScript.
    const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';
    const workerData: WorkerData = { ...options, gate: this.#gate };
    this.#worker = new Worker(new URL(file, import.meta.url), { workerData, execArgv: [] });
    this.#worker.on('message', (reply: Reply) => {
      this.#settle(reply);
    });
    this.#worker.on('error', (cause: Error) => {
      this.#stop(new Error(`the onnxruntime worker failed: ${cause.message}`, { cause }));
    });
    this.#worker.on('exit', (code) => {
      process.removeListener('exit', this.#onProcessExit);
      this.#stop(new Error(`the onnxruntime worker stopped with exit code ${code}`));
    });
    process.on('exit', this.#onProcessExit);
    this.#worker.unref();
  }

  /** @param transfer buffers that move to the worker. */
  ask(request: Request, transfer: readonly ArrayBuffer[] = []): Promise<unknown> {
    if (this.#end) return Promise.reject(this.#end);
    const id = this.#count++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage({ id, request }, transfer);
    });
  }

  /** Who waits is rejected at once; resolves when the worker has ended the step it is in. */
  async close(): Promise<void> {
    if (this.#end) return;
    closeGate(this.#gate);
    this.#stop(new Error('the session is disposed'));
    this.#worker.ref();
    const ended = once(this.#worker, 'exit');
    this.#worker.postMessage({ id: -1, request: { kind: 'close' } });
    await ended;
  }

  readonly #onProcessExit = (): void => {
    awaitGate(this.#gate);
  };

  #settle({ id, value, error }: Reply): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    // While it is being closed, `close` waits for its end: the process must not end before.
    if (this.#waiting.size === 0 && !this.#end) this.#worker.unref();
    if (!error) waiting?.resolve(value);
    else if (error.isAbort) waiting?.reject(new DOMException(error.message, 'AbortError'));
    else waiting?.reject(new Error(`onnxruntime: ${error.message}`));
  }

  #stop(error: Error): void {
    this.#end ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#end);
    this.#waiting.clear();
  }
}
