// The compiled inner loops of resampling and the memory that they work in.
import { RESAMPLE_WASM } from './resample-wasm.ts';

/** The memory of larger pictures is given back; up to so many bytes (16 MiB) it stays for the next picture. */
const KEPT = 2 ** 24;
const PAGE = 2 ** 16;

interface Memory {
  /** Another one after `grow`. */
  readonly buffer: ArrayBuffer;
  grow(pages: number): void;
}

/** What we use of it; TypeScript knows it as a part of browsers only. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Memory: new (pages: { readonly initial: number }) => Memory;
  readonly Instance: new (
    module: object,
    imports: { readonly env: { readonly memory: Memory } },
  ) => { readonly exports: Readonly<Record<string, unknown>> };
};

export interface Kernel {
  readonly memory: Memory;
  /** As in assembly/resample.ts. */
  readonly resample: (...args: readonly number[]) => void;
}

const module = new WebAssembly.Module(Buffer.from(RESAMPLE_WASM, 'base64'));
let kept: Kernel | undefined;

/** A kernel whose memory has at least so many bytes, whatever is in them; until the next call. */
export function kernelFor(bytes: number): Kernel {
  if (bytes > KEPT) return open(bytes);
  kept ??= open(PAGE);
  const missing = Math.ceil(bytes / PAGE) - kept.memory.buffer.byteLength / PAGE;
  if (missing > 0) kept.memory.grow(missing);
  return kept;
}

function open(bytes: number): Kernel {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { memory, resample: exports['resample'] as Kernel['resample'] };
}
