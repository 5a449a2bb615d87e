// heatstream demo
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../config/resolve.ts';
import { runDemo } from '../demo/run-demo.ts';
import { showcaseRow } from '../demo/showcase.ts';
import type { FigureRow } from '../monitor/report-data.ts';
import { openModel } from '../pipeline/open-predictor.ts';
import { poolCrops } from '../pipeline/pool-crops.ts';
import { writeFileAtomic } from '../stages/atomic-file.ts';
import type { Invocation } from './commands.ts';
import { engineOf, optionsOf } from './session.ts';

/** People shown in the report. */
const SHOWN = 6;

export async function run(invocation: Invocation): Promise<number> {
  const options = optionsOf(['seed', 'engine', 'threads'], invocation);
  const { flags } = invocation;
  const dir = String(flags['dir']);
  const json = flags['json'] as string | undefined;
  const { rows } = await runDemo(
    {
      dir,
      seed: options.seed,
      steps: whole(flags, 'steps'),
      labelled: whole(flags, 'labelled'),
      unlabelled: whole(flags, 'unlabelled'),
      test: whole(flags, 'test'),
      all: flags['all'] === true,
      engineFlags: [
        ...['--engine', options.engine],
        ...(options.threads === undefined ? [] : ['--threads', String(options.threads)]),
      ],
    },
    {
      command,
      say: (line) => {
        console.log(line);
      },
      now: () => performance.now(),
      async showcase(run): Promise<FigureRow[]> {
        const engine = await engineOf({ ...options, quiet: false });
        const { model, recipe, spec, predictor } = await openModel(run, engine);
        try {
          const people = await poolCrops(`${dir}/cache.sqlite`, run, SHOWN);
          const context = {
            predictor,
            recipe,
            spec,
            skeleton: model.card.skeleton,
            seed: options.seed,
          };
          const rows: FigureRow[] = [];
          for (const [index, { crop, path }] of people.entries()) {
            const person = { crop, name: basename(path), file: await readFile(path) };
            rows.push(await showcaseRow(person, index, context));
          }
          return rows;
        } finally {
          await predictor.dispose();
        }
      },
    },
  );
  if (json !== undefined) await writeFileAtomic(json, `${JSON.stringify({ rows }, null, 2)}\n`);
  return 0;
}

/** Runs this program again; its progress goes to our stderr. */
async function command(args: readonly string[]): Promise<unknown> {
  const main = fileURLToPath(
    new URL(import.meta.url.endsWith('.ts') ? 'main.ts' : 'main.js', import.meta.url),
  );
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  const output = await text(child.stdout);
  const code = await closed;
  if (code !== 0)
    throw new Error(`heatstream ${args.join(' ')} ended with exit code ${String(code)}`);
  return JSON.parse(output) as unknown;
}

function whole(flags: Readonly<Record<string, unknown>>, name: string): number {
  const value = Number(flags[name]);
  if (!Number.isInteger(value) || value < 1) {
    throw new UsageError(`--${name} ${String(flags[name])}: expected a whole number from 1 up`);
  }
  return value;
}
