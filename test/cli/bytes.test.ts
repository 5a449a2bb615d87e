import { describe, expect, it } from 'vitest';
import { byteCount, bytesText } from '../../src/cli/bytes.ts';

describe('numbers of bytes', () => {
  it.each([
    ['0', 0],
    ['500000', 500_000],
    ['1.5k', 1536],
    ['512M', 512 * 2 ** 20],
    ['2GiB', 2 * 2 ** 30],
  ])('%s is %i', (text, bytes) => {
    expect(byteCount('--max-bytes', text)).toBe(bytes);
  });

  it.each(['', '-1', 'many', '3X', '1 2'])('%j is refused, with the flag and examples', (text) => {
    expect(() => byteCount('--max-bytes', text)).toThrow(/^--max-bytes .*512M/);
  });

  it.each([
    [0, '0 bytes'],
    [1023, '1023 bytes'],
    [1024, '1.0 KiB'],
    [15 * 2 ** 20, '15 MiB'],
  ])('%i is told as %s', (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });
});
