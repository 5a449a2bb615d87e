import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ExperimentHooks, ExperimentOptions } from '../../src/demo/experiment-options.ts';
import { PAPER_ROWS } from '../../src/demo/paper-rows.ts';
import { runExperiment } from '../../src/demo/run-experiment.ts';
import { temporaryFolder } from '../support/folder.ts';

const named = (...names: string[]) => PAPER_ROWS.filter(({ name }) => names.includes(name));

/** The command line: every training takes a turn of the event loop, leaves a model, and is written down. */
function commandLine() {
  const trained: string[] = [];
  const ended: string[] = [];
  const hooks: ExperimentHooks = {
    command: async (args) => {
      const value = (flag: string) => args[args.indexOf(flag) + 1]!;
      if (args[0] !== 'train') return { pck: 40, ap: 0.4 };
      const run = value('--run');
      trained.push(run.split('/').at(-1)!);
      if (args.includes('--teacher')) readFileSync(join(value('--teacher'), 'model.safetensors'));
      await new Promise((resolve) => setTimeout(resolve, 5));
      const log = join(run, 'metrics.jsonl');
      mkdirSync(dirname(log), { recursive: true });
      writeFileSync(
        log,
        '{"step":1,"supervised":0.5,"studentPeak":0.25}\n{"step":2,"supervised":0.4,"studentPeak":0.5}\n',
      );
      writeFileSync(join(run, 'model.safetensors'), '');
      ended.push(run.split('/').at(-1)!);
      return { peak: 0.6, stepMs: 100 };
    },
    say: () => undefined,
    showcase: () => Promise.resolve([]),
    now: () => 0,
  };
  return { hooks, trained, ended };
}

const optionsIn = (folder: string, more: Partial<ExperimentOptions>): ExperimentOptions => ({
  ...{ rows: named('supervised', 'single'), seeds: [0], shared: [], trainData: [], testData: [] },
  ...{ dir: join(folder, 'work'), out: join(folder, 'out'), lanes: 2, engineFlags: [] },
  ...{ protocol: [], comparesToPeer: false },
  ...more,
});

describe('an experiment', () => {
  it('trains a labeller before those who learn from it, and other rows meanwhile', async () => {
    const { hooks, trained, ended } = commandLine();
    const rows = named('supervised', 'pseudo-pose', 'single');
    const results = await runExperiment(optionsIn(temporaryFolder(), { rows }), hooks);
    expect(trained).toEqual(['supervised-s0', 'single-s0', 'pseudo-pose-s0']);
    expect(ended.indexOf('supervised-s0')).toBeLessThan(trained.indexOf('pseudo-pose-s0'));
    // In the order of the table all the same.
    expect(results.map(({ row }) => row)).toEqual(['supervised', 'pseudo-pose', 'single']);
  });

  it('does not run again what is finished, but a labeller whose model is gone', async () => {
    const folder = temporaryFolder();
    const { hooks, trained } = commandLine();
    await runExperiment(optionsIn(folder, {}), hooks);
    await runExperiment(optionsIn(folder, { seeds: [0, 1] }), hooks);
    expect(trained.sort()).toEqual(['single-s0', 'single-s1', 'supervised-s0', 'supervised-s1']);
    trained.length = 0;
    const rows = named('supervised', 'pseudo-pose', 'single');
    await runExperiment(optionsIn(folder, { rows, dir: join(folder, 'elsewhere') }), hooks);
    expect(trained).toEqual(['supervised-s0', 'pseudo-pose-s0']);
  });

  it('shows what is finished without running anything', async () => {
    const folder = temporaryFolder();
    const { hooks, trained } = commandLine();
    await runExperiment(optionsIn(folder, {}), hooks);
    trained.length = 0;
    const rows = named('supervised', 'single', 'dual');
    const results = await runExperiment(
      optionsIn(folder, { rows, seeds: [0, 1], lanes: 0 }),
      hooks,
    );
    expect(trained).toEqual([]);
    expect(results.map(({ row, seed }) => `${row} ${seed}`)).toEqual(['supervised 0', 'single 0']);
    const table = readFileSync(join(folder, 'out', 'table.md'), 'utf8');
    expect(table).toContain('| Single: easy to hard | 0 | 40.0 |');
    expect(table).not.toContain('Dual');
    const curve = readFileSync(
      join(folder, 'out', 'curves', 'mean-peak-on-unlabelled-pictures-methods.svg'),
      'utf8',
    );
    expect(curve).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"[^]*single<\/text>/);
  });
});
