// A bounded box of paths between a callback and a generator.

export interface Inbox {
  /** Adds a path; one that waits already, or finds the box full, is dropped. */
  put(path: string): void;
  /** Empties the box. */
  take(): string[];
  /** Settles when something waits, after `ms`, or when the signal aborts. */
  wait(ms: number): Promise<void>;
}

export function createInbox(limit: number, signal: AbortSignal): Inbox {
  const waiting = new Set<string>();
  let wake: (() => void) | undefined;
  return {
    put(path) {
      if (waiting.size < limit) waiting.add(path);
      wake?.();
    },
    take() {
      const paths = [...waiting];
      waiting.clear();
      return paths;
    },
    async wait(ms) {
      if (waiting.size > 0 || signal.aborted) return;
      const { promise, resolve } = Promise.withResolvers<undefined>();
      wake = () => {
        resolve(undefined);
      };
      const timer = setTimeout(wake, Math.max(0, ms));
      signal.addEventListener('abort', wake, { once: true });
      await promise;
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      wake = undefined;
    },
  };
}
