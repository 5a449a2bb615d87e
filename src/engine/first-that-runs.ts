// The first of several engines that runs here, with a notice for every one that does not.
import type { Engine } from './types.ts';

export interface Candidate {
  /** For people. */
  readonly name: string;
  readonly make: () => Promise<Engine>;
}

/** @throws the error of the last one where none runs */
export async function firstThatRuns(
  [candidate, ...others]: readonly Candidate[],
  onNotice?: (line: string) => void,
): Promise<Engine> {
  if (!candidate) throw new RangeError('Expected at least one engine');
  const [next] = others;
  if (!next) return candidate.make();
  try {
    return await candidate.make();
  } catch (error) {
    onNotice?.(
      `engine: ${candidate.name} cannot run here (${messageOf(error)}); trying ${next.name}`,
    );
    return firstThatRuns(others, onNotice);
  }
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
