// heatstream demo
import { UsageError } from '../config/resolve.ts';
import { runDemo } from '../demo/run-demo.ts';
import { defaultThreads } from '../engine/compiled/threads.ts';
import { writeFileAtomic } from '../stages/atomic-file.ts';
import { ENGINE } from './command-options.ts';
import type { Invocation } from './commands.ts';
import { runSelf } from './run-self.ts';
import { optionsOf } from './session.ts';
import { showcase } from './showcase.ts';

export async function run(invocation: Invocation): Promise<number> {
  const options = optionsOf(['seed', ...ENGINE], invocation);
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
      engineFlags: ['--engine', options.engine, '--provider', options.provider],
      threads: options.threads ?? defaultThreads(),
    },
    {
      command: runSelf,
      say: (line) => {
        console.log(line);
      },
      now: () => performance.now(),
      showcase: (run) => showcase(run, `${dir}/cache.sqlite`, options),
    },
  );
  if (json !== undefined) await writeFileAtomic(json, `${JSON.stringify({ rows }, null, 2)}\n`);
  return 0;
}

function whole(flags: Readonly<Record<string, unknown>>, name: string): number {
  const value = Number(flags[name]);
  if (!Number.isInteger(value) || value < 1) {
    throw new UsageError(`--${name} ${String(flags[name])}: expected a whole number from 1 up`);
  }
  return value;
}
