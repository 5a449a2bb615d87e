import { describe, expect, it } from 'vitest';
import { engineStatuses, openEngine } from '../../src/engine/choose.ts';

describe('choosing an engine', () => {
  it('takes onnxruntime when it may choose, without a notice', async () => {
    const notices: string[] = [];
    const engine = await openEngine({
      name: 'auto',
      threads: 1,
      onNotice: (line) => notices.push(line),
    });
    expect(engine.name).toBe('onnxruntime');
    expect(engine.device).toMatch(/^onnxruntime 1\.30\.0 cpu, 1 thread/);
    expect(notices).toEqual([]);
  });

  it('says what to do about engines that are not there', async () => {
    await expect(openEngine({ name: 'webgpu' })).rejects.toThrow('use onnxruntime');
  });

  it('lists every engine with what it runs on or why it cannot', async () => {
    const statuses = await engineStatuses();
    const available = statuses.filter((s) => s.available).map((s) => s.name);
    expect(available).toEqual(expect.arrayContaining(['onnxruntime', 'wasm', 'cpu']));
    expect(statuses.map((s) => s.name)).toEqual([
      'onnxruntime',
      'wasm',
      'cpu',
      'tensorflow',
      'webgpu',
    ]);
    for (const { detail } of statuses) expect(detail.length).toBeGreaterThan(10);
  });
});
