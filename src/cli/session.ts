// What the long-running commands share: options, signals, engine, notices.
import { resolveOptions, UsageError } from '../config/resolve.ts';
import type { OptionName, Options } from '../config/options.ts';
import { openEngine } from '../engine/choose.ts';
import type { Engine } from '../engine/types.ts';
import { shutdown, type Shutdown } from '../pipeline/shutdown.ts';
import type { Invocation } from './commands.ts';
import { shown } from './shown.ts';

export function optionsOf<N extends OptionName>(
  names: readonly N[],
  { flags }: Invocation,
): Pick<Options, N> {
  const file = flags['config'] as string | undefined;
  return resolveOptions(names, { flags, environment: process.env, file });
}

/** @throws UsageError where the engine that was asked for cannot run here */
export async function engineOf(
  options: Pick<Options, 'engine' | 'provider' | 'threads' | 'quiet'>,
): Promise<Engine> {
  try {
    return await openEngine({
      name: options.engine,
      provider: options.provider,
      ...(options.threads !== undefined && { threads: options.threads }),
      onNotice: (line) => {
        if (!options.quiet) process.stderr.write(`${line}\n`);
      },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const asked = options.provider === 'cpu' ? '' : ` --provider ${options.provider}`;
    throw new UsageError(`--engine ${options.engine}${asked}: ${reason}`, { cause: error });
  }
}

/** @param onFirst says what happens now. A second signal ends the process at once. */
export function listenForSignals(onFirst: () => void): Shutdown {
  const signals = shutdown();
  signals.drain.addEventListener('abort', onFirst, { once: true });
  signals.abort.addEventListener('abort', () => process.exit(signals.exitCode), { once: true });
  return signals;
}

/** Lists bad items while they come, twenty at most; the rest is counted. */
export function createRejectList(
  quiet: boolean,
): (error: { path: string; reason: string }) => void {
  let listed = 0;
  return ({ path, reason }) => {
    listed += 1;
    if (quiet || listed > 21) return;
    process.stderr.write(
      listed > 20
        ? '… more in `heatstream quarantine list`\n'
        : `quarantined ${shown(path)}: ${shown(reason)}\n`,
    );
  };
}
