// What the long-running commands share: options, signals, engine, notices.
import { resolveOptions } from '../config/resolve.ts';
import type { OptionName, Options } from '../config/options.ts';
import { openEngine } from '../engine/choose.ts';
import type { Engine } from '../engine/types.ts';
import type { Invocation } from './commands.ts';

export function optionsOf<N extends OptionName>(
  names: readonly N[],
  { flags }: Invocation,
): Pick<Options, N> {
  const file = flags['config'] as string | undefined;
  return resolveOptions(names, { flags, environment: process.env, file });
}

export function engineOf(options: Pick<Options, 'engine' | 'threads' | 'quiet'>): Promise<Engine> {
  return openEngine({
    name: options.engine,
    ...(options.threads !== undefined && { threads: options.threads }),
    onNotice: (line) => {
      if (!options.quiet) process.stderr.write(`${line}\n`);
    },
  });
}

export interface Signals {
  /** Aborts at the first SIGINT or SIGTERM: finish what is in hand. */
  readonly drain: AbortSignal;
  /** Aborts at the second. */
  readonly abort: AbortSignal;
  /** 130 or 143 once a signal came. */
  exitCode(): number | undefined;
  /** Gives the signals back to Node. */
  release(): void;
}

/** @param onFirst says what happens now */
export function listenForSignals(onFirst: (signal: string) => void): Signals {
  const drain = new AbortController();
  const abort = new AbortController();
  let code: number | undefined;
  const on = (signal: 'SIGINT' | 'SIGTERM') => {
    if (code !== undefined) {
      abort.abort();
      process.exit(code);
    }
    code = signal === 'SIGINT' ? 130 : 143;
    onFirst(signal);
    drain.abort();
  };
  process.on('SIGINT', on).on('SIGTERM', on);
  return {
    drain: drain.signal,
    abort: abort.signal,
    exitCode: () => code,
    release() {
      process.off('SIGINT', on).off('SIGTERM', on);
    },
  };
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
      listed > 20 ? '… more in `heatstream quarantine list`\n' : `quarantined ${path}: ${reason}\n`,
    );
  };
}
