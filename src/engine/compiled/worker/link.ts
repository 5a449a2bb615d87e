// The main thread's end of a compiled session's worker: requests out, answers back, crashes told to everyone who waits.
import { Worker } from 'node:worker_threads';
import type { Reply, Request, WorkerData } from './messages.ts';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class WorkerLink {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #count = 0;
  #end: Error | undefined;

  constructor(data: WorkerData) {
    // Sources run by type stripping, the package ships JavaScript.
    const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';
    this.#worker = new Worker(new URL(file, import.meta.url), { workerData: data, execArgv: [] });
    this.#worker.on('message', (reply: Reply) => {
      this.#settle(reply);
    });
    this.#worker.on('error', (error: Error) => {
      this.#stop(new Error(`the onnxruntime worker failed: ${error.message}`, { cause: error }));
    });
    this.#worker.on('exit', (code) => {
      this.#stop(new Error(`the onnxruntime worker stopped with exit code ${code}`));
    });
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

  async close(): Promise<void> {
    this.#stop(new Error('the session is disposed'));
    await this.#worker.terminate();
  }

  #settle({ id, value, error }: Reply): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker.unref();
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
