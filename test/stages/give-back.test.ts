import { describe, expect, it } from 'vitest';
import { giveBack } from '../../src/stages/give-back.ts';

describe('giving memory back', () => {
  it('empties an array that fills its buffer', () => {
    const array = new Float32Array(1000);
    giveBack(array);
    expect(array).toHaveLength(0);
    expect(array.buffer.byteLength).toBe(0);
  });

  it('leaves an array alone that shares its buffer, or whose memory several threads share', () => {
    const part = new Uint8Array(100).fill(7).subarray(0, 99);
    const shared = new Uint8Array(new SharedArrayBuffer(8));
    giveBack(part);
    giveBack(shared);
    expect(part).toHaveLength(99);
    expect(part[98]).toBe(7);
    expect(shared).toHaveLength(8);
  });
});
