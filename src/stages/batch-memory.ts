// Memory for the large arrays of batches, shared with the engine's thread, which reads them where they lie; filled again afterwards.
// Memory of its own for every step is zeroed page by page, counts as garbage, and full collections hold up the event loop.
import type { TypedArray } from '../engine/types.ts';

export interface BatchMemory {
  /** Zeros. */
  bytes(length: number): Uint8Array;
  /** Zeros. */
  floats(length: number): Float32Array;
  /** Takes back the arrays of a batch that was trained, and leaves alone those that it did not give. */
  giveBack(arrays: Iterable<TypedArray>): void;
}

export function createBatchMemory(): BatchMemory {
  /** Blocks by size: no more than the steps in flight needed at the same time. */
  const free = new Map<number, SharedArrayBuffer[]>();
  const take = (size: number) => free.get(size)?.pop() ?? new SharedArrayBuffer(size);
  return {
    bytes: (length) => new Uint8Array(take(length)).fill(0),
    floats: (length) => new Float32Array(take(length * Float32Array.BYTES_PER_ELEMENT)).fill(0),
    giveBack(arrays) {
      for (const { buffer } of arrays) {
        if (!(buffer instanceof SharedArrayBuffer)) continue;
        const same = free.get(buffer.byteLength);
        if (same) same.push(buffer);
        else free.set(buffer.byteLength, [buffer]);
      }
    },
  };
}
