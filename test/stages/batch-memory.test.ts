import { describe, expect, it } from 'vitest';
import { createBatchMemory } from '../../src/stages/batch-memory.ts';

describe('the memory of batches', () => {
  it('is filled again once a batch gave it back, and begins as zeros each time', () => {
    const memory = createBatchMemory();
    const [bytes, floats] = [memory.bytes(12), memory.floats(5)];
    bytes.fill(7);
    floats.fill(0.5);
    memory.giveBack([bytes, floats]);
    const again = [memory.floats(5), memory.bytes(12)] as const;
    expect(again[0].buffer).toBe(floats.buffer);
    expect(again[1].buffer).toBe(bytes.buffer);
    expect(again).toEqual([new Float32Array(5), new Uint8Array(12)]);
  });

  it('is never the same for two batches in flight', () => {
    const memory = createBatchMemory();
    const first = memory.bytes(8);
    memory.giveBack([first]);
    const buffers = [memory.bytes(8), memory.bytes(8), memory.floats(2)].map((a) => a.buffer);
    expect(new Set(buffers).size).toBe(3);
  });

  it('is shared with other threads, and takes nothing back that is not', () => {
    const memory = createBatchMemory();
    const foreign = new Uint8Array(8);
    memory.giveBack([foreign]);
    expect(memory.bytes(8).buffer).toBeInstanceOf(SharedArrayBuffer);
  });
});
