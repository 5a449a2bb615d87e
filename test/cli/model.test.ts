import { expect, it, vi } from 'vitest';
import { run } from '../../src/cli/model.ts';

const model = (positional: readonly string[], flags: Record<string, unknown> = {}) =>
  run({ positional, flags: { size: '192x256', joints: '17', ...flags }, version: '' });

async function printed(positional: readonly string[], flags = {}): Promise<string> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  expect(await model(positional, flags)).toBe(0);
  return String(log.mock.calls[0]![0]);
}

// Truncated or rounded as published: 34.0 M, 8.9; 68.6 M, 15.7; 63.6 M, 32.9.
it.each([
  { name: 'sb-r50', size: '192x256', millions: 34.0, gflops: 8.99 },
  { name: 'sb-r152', size: '192x256', millions: 68.6, gflops: 15.76 },
  { name: 'hrnet-w48', size: '288x384', millions: 63.6, gflops: 32.88 },
])('$name at $size costs what was published', async ({ name, size, millions, gflops }) => {
  const cost = JSON.parse(await printed(['info', name], { size, json: true })) as {
    parameters: number;
    multiplyAdds: { publishedGflops: number };
  };
  expect(cost.parameters / 1e6).toBeCloseTo(millions, 1);
  expect(cost.multiplyAdds.publishedGflops).toBeCloseTo(gflops, 2);
});

it('lists every network, at sizes that are not square', async () => {
  const lines = (await printed(['list'], { size: '64x96', joints: '14' })).split('\n');
  expect(lines).toHaveLength(2 + 12);
  expect(lines[2]).toMatch(/^tiny +0\.56 /);
});

it('tells one network as text', async () => {
  const text = await printed(['info', 'tiny'], { size: '64x96', joints: '14' });
  expect(text).toContain('tiny, 14 joints');
  expect(text).toContain('64x96, any multiple of 16');
  expect(text).toContain('558486 (0.6 M)');
});

it.each([
  { positional: ['info', 'sb-r5'], flags: {}, says: 'model info sb-r5: expected one of tiny, ' },
  { positional: ['info'], flags: {}, says: 'expected `model list` or `model info NAME`' },
  { positional: ['list'], flags: { size: '192' }, says: '--size 192: expected WIDTHxHEIGHT' },
  {
    positional: ['info', 'sb-r18'],
    flags: { size: '200x256' },
    says: '--size 200x256: expected multiples of 32 pixels for sb-r18',
  },
  { positional: ['list'], flags: { joints: '0' }, says: '--joints 0: expected a whole number' },
])('refuses what it cannot read: $says', async ({ positional, flags, says }) => {
  await expect(Promise.resolve().then(() => model(positional, flags))).rejects.toThrow(says);
});
