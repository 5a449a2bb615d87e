// Measures ours and a peer in alternating rounds: on a shared machine only neighbours in time can be compared.
import { say } from './say.ts';

export interface BenchResult {
  readonly bench: string;
  /** Medians over the rounds. */
  readonly ours: number;
  /** null where no peer can run here. */
  readonly peer: number | null;
  /** ours / peer: below 1 is better for times, above 1 for rates. */
  readonly ratio: number | null;
  /** Of `ours` and `peer`: `ms`, `pictures/s`. */
  readonly unit: string;
  readonly rounds: number;
}

export interface RoundsOptions {
  readonly bench: string;
  readonly unit: string;
  /** Integer >= 1. @default 5 */
  readonly rounds?: number;
  /** One measurement in `unit`. */
  readonly ours: () => Promise<number>;
  /** The same job by the peer, measured the same way; left out where it cannot run. */
  readonly peer?: (() => Promise<number>) | undefined;
  /** Says how each round went. @default stderr */
  readonly log?: (line: string) => void;
}

/** Runs both once a round, and lets them take turns at going first. */
export async function alternate(options: RoundsOptions): Promise<BenchResult> {
  const { bench, unit, rounds = 5, ours, peer, log = say } = options;
  const runs = { ours, ...(peer && { peer }) };
  const seen = await inTurns<'ours' | 'peer'>(
    runs,
    rounds,
    (round, { ours: mine, peer: other }) => {
      const beside = other === undefined ? '' : `, peer ${other.toFixed(2)}`;
      log(`${bench} ${round + 1}/${rounds}: ours ${mine!.toFixed(2)}${beside} ${unit}`);
    },
  );
  return compare({ bench, unit }, seen.ours!, seen.peer);
}

/** Every measurement once a round; every other round in reverse. @returns the values of each, a round */
export async function inTurns<N extends string, T = number>(
  runs: Readonly<Partial<Record<N, () => Promise<T>>>>,
  rounds: number,
  onRound: (round: number, values: Readonly<Partial<Record<N, T>>>) => void,
): Promise<Partial<Record<N, T[]>>> {
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new RangeError(`Expected \`rounds\` to be an integer >= 1, got ${rounds}`);
  }
  const names = Object.keys(runs) as N[];
  const seen: Partial<Record<N, T[]>> = {};
  for (let round = 0; round < rounds; round++) {
    const values: Partial<Record<N, T>> = {};
    for (const name of round % 2 === 1 ? names.toReversed() : names) {
      const value = await runs[name]!();
      values[name] = value;
      (seen[name] ??= []).push(value);
    }
    onRound(round, values);
  }
  return seen;
}

/** @param peer values of the peer, where there is one */
export function compare(
  { bench, unit }: { readonly bench: string; readonly unit: string },
  ours: readonly number[],
  peer?: readonly number[],
): BenchResult {
  const [mine, other] = [median(ours), peer ? median(peer) : null];
  const ratio = other === null ? null : mine / other;
  return { bench, ours: mine, peer: other, ratio, unit, rounds: ours.length };
}

/** The middle value, or the mean of the two middle ones. Throws RangeError where there is none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('Expected at least one value');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
