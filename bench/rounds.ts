// Measures ours and a peer in alternating rounds: on a shared machine only neighbours in time can be compared.

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
  const { bench, unit, rounds = 5, peer } = options;
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new RangeError(`Expected \`rounds\` to be an integer >= 1, got ${rounds}`);
  }
  const log = options.log ?? ((line: string) => void process.stderr.write(`${line}\n`));
  const oursSeen: number[] = [];
  const peerSeen: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const isPeerFirst = round % 2 === 1;
    if (isPeerFirst && peer) peerSeen.push(await peer());
    oursSeen.push(await options.ours());
    if (!isPeerFirst && peer) peerSeen.push(await peer());
    const beside = peer ? `, peer ${peerSeen.at(-1)!.toFixed(2)}` : '';
    log(`${bench} ${round + 1}/${rounds}: ours ${oursSeen.at(-1)!.toFixed(2)}${beside} ${unit}`);
  }
  const ours = median(oursSeen);
  const peerMedian = peer ? median(peerSeen) : null;
  const ratio = peerMedian === null ? null : ours / peerMedian;
  return { bench, ours, peer: peerMedian, ratio, unit, rounds };
}

/** The middle value, or the mean of the two middle ones. Throws RangeError where there is none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('Expected at least one value');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
