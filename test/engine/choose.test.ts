import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { engineStatuses, openEngine } from '../../src/engine/choose.ts';
import { firstThatRuns, type Candidate } from '../../src/engine/first-that-runs.ts';
import type { Engine, EngineName } from '../../src/engine/types.ts';
import { temporaryFolder } from '../support/folder.ts';

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
    const empty = temporaryFolder();
    vi.stubEnv('HEATSTREAM_TENSORFLOW', empty);
    vi.stubEnv('HEATSTREAM_WEBGPU', empty);
    onTestFinished(() => void vi.unstubAllEnvs());
    for (const name of ['tensorflow', 'webgpu'] as const) {
      const opening = openEngine({ name });
      await expect(opening).rejects.toThrow(
        /is not installed: `npm install --ignore-scripts @tensorflow/,
      );
    }
  });

  it('lists every engine with what it runs on or why it cannot', async () => {
    const statuses = await engineStatuses();
    const available = statuses.filter((s) => s.available && !s.provider).map((s) => s.name);
    expect(available).toEqual(expect.arrayContaining(['onnxruntime', 'wasm', 'cpu']));
    expect(statuses.map(({ name, provider }) => (provider ? `${name} ${provider}` : name))).toEqual(
      [
        'onnxruntime',
        'onnxruntime cuda',
        'onnxruntime webgpu',
        'wasm',
        'cpu',
        'tensorflow',
        'webgpu',
      ],
    );
    for (const { detail } of statuses) expect(detail.length).toBeGreaterThan(10);
  });

  it('falls to the next engine with a notice that names the reason, and ends with the last one', async () => {
    const absent = (name: EngineName): Candidate => ({
      name,
      make: () => Promise.reject(new Error(`no ${name}`)),
    });
    const wasm = { name: 'wasm' } as Engine;
    const notices: string[] = [];
    const engine = await firstThatRuns(
      [
        absent('onnxruntime'),
        absent('tensorflow'),
        { name: 'wasm', make: () => Promise.resolve(wasm) },
      ],
      (line) => notices.push(line),
    );
    expect(engine).toBe(wasm);
    expect(notices).toEqual([
      'engine: onnxruntime cannot run here (no onnxruntime); trying tensorflow',
      'engine: tensorflow cannot run here (no tensorflow); trying wasm',
    ]);
    await expect(firstThatRuns([absent('onnxruntime'), absent('wasm')])).rejects.toThrow('no wasm');
  });
});
