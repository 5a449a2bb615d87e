import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runDemo, type DemoHooks, type DemoOptions } from '../../src/demo/run-demo.ts';
import { temporaryFolder } from '../support/folder.ts';

/** The command line: a training takes a while and leaves a log; each method scores in its own way. */
function commandLine() {
  const events: string[] = [];
  const said: string[] = [];
  const hooks: DemoHooks = {
    command: async (args, prefix) => {
      const value = (flag: string) => args[args.indexOf(flag) + 1]!;
      if (args[0] === 'eval') {
        const pck = { supervised: 30, 'single-online': 45, naive: 12 }[basename(args[1]!)] ?? 41;
        return { pck, ap: 0.25, pckProtocol: 'PCK@0.2: how', apProtocol: 'OKS-AP how' };
      }
      const name = basename(value('--run'));
      const begins = args.includes('--resume') ? 'goes on' : 'begins';
      const stops = args.includes('--stop-at') ? `, stops at ${value('--stop-at')}` : '';
      events.push(
        `${name} ${begins}, threads ${value('--threads')}${stops}, prefix ${String(prefix)}`,
      );
      await new Promise((resolve) => setTimeout(resolve, 5));
      mkdirSync(value('--run'), { recursive: true });
      writeFileSync(join(value('--run'), 'metrics.jsonl'), '{"step":1,"supervised":0.5}\n');
      events.push(`${name} ends`);
      return { step: 9, peak: name === 'naive' ? 0.02 : 0.6, stepMs: 50, counters: {} };
    },
    say: (line) => said.push(line),
    showcase: () => Promise.resolve([]),
    now: () => 0,
  };
  return { hooks, events, said };
}

const optionsIn = (dir: string, more: Partial<DemoOptions> = {}): DemoOptions => ({
  ...{ dir, seed: 0, steps: 9, labelled: 2, unlabelled: 2, test: 2 },
  ...{ all: false, engineFlags: [], threads: 2 },
  ...more,
});

describe('the demo', () => {
  it('trains most of the baseline with all threads, its rest beside the first of the others, then what learns from it', async () => {
    const { hooks, events, said } = commandLine();
    const { rows, report } = await runDemo(optionsIn(temporaryFolder()), hooks);
    expect(events).toEqual([
      'supervised begins, threads 2, stops at 8, prefix undefined',
      'supervised ends',
      'single-online begins, threads 1, prefix single-online ',
      'supervised goes on, threads 1, prefix supervised ',
      'single-online ends',
      'supervised ends',
      'single-cached begins, threads 1, prefix single-cached ',
      'single-cached ends',
    ]);
    expect(said.filter((line) => line.includes('steps, threads'))).toEqual([
      '\nsupervised online, 8 of 9 steps, threads: 2',
      '\nsingle online, 9 steps, threads: 1',
      '\nsupervised online, the rest of 9 steps, threads: 1',
      '\nsingle cached, 9 steps, threads: 1',
    ]);
    expect(rows).toMatchObject([
      { method: 'supervised', regime: 'online', pck: 30, ap: 25, threads: 2 },
      { method: 'single', regime: 'online', pck: 45, threads: 1 },
      { method: 'single', regime: 'cached', pck: 41, stepMs: 50, steps: 9, threads: 1 },
    ]);
    expect(readFileSync(report, 'utf8')).toContain('PCK@0.2: how');
  });

  it('trains one after the other with a single thread', async () => {
    const { hooks, events } = commandLine();
    await runDemo(optionsIn(temporaryFolder(), { threads: 1 }), hooks);
    expect(events.map((event) => event.split(/,? /).slice(0, 2).join(' '))).toEqual([
      ...['supervised begins', 'supervised ends', 'single-online begins', 'single-online ends'],
      ...['single-cached begins', 'single-cached ends'],
    ]);
  });

  it('says what was gained, and with --all that naive consistency collapsed', async () => {
    const { hooks, said } = commandLine();
    await runDemo(optionsIn(temporaryFolder(), { all: true }), hooks);
    expect(said).toContain(
      'single online: +15.0 PCK@0.2 against supervised at equal labels and steps',
    );
    expect(said.find((line) => line.startsWith('naive'))).toMatch(
      /−18\.0 PCK@0\.2 .* gone flat .* collapsed/,
    );
  });
});
