// Two signals: the first SIGINT or SIGTERM drains, the second aborts.

export type StopSignal = 'SIGINT' | 'SIGTERM';

/** `process`, or whatever a test puts in its place. */
export interface SignalSource {
  on(name: StopSignal, listener: () => void): unknown;
  off(name: StopSignal, listener: () => void): unknown;
}

export interface Shutdown {
  /** Aborted by the first signal: nothing new is started, what is in flight finishes. */
  readonly drain: AbortSignal;
  /** Aborted by the second: everything stops. */
  readonly abort: AbortSignal;
  /** 130 after SIGINT, 143 after SIGTERM, undefined while none came. */
  readonly exitCode: number | undefined;
  /** Stops listening. */
  dispose(): void;
}

const EXIT_CODES: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 };

export function shutdown(source: SignalSource = process): Shutdown {
  const drain = new AbortController();
  const abort = new AbortController();
  let exitCode: number | undefined;
  const on = (name: StopSignal) => () => {
    exitCode ??= EXIT_CODES[name];
    if (drain.signal.aborted) abort.abort(new Error(`stopped by a second ${name}`));
    else drain.abort(new Error(`asked to stop by ${name}`));
  };
  const listeners = (Object.keys(EXIT_CODES) as StopSignal[]).map((name) => ({
    name,
    listener: on(name),
  }));
  for (const { name, listener } of listeners) source.on(name, listener);
  return {
    drain: drain.signal,
    abort: abort.signal,
    get exitCode() {
      return exitCode;
    },
    dispose() {
      for (const { name, listener } of listeners) source.off(name, listener);
    },
  };
}
