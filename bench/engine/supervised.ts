// Supervised steps beside train_step.py: the train step and, from the same processes, the forward pass, one by one and in two lanes.
import type { Engine } from '../../src/engine/types.ts';
import { type BenchResult, compare, inTurns } from '../rounds.ts';
import { say } from '../say.ts';
import { open } from './ours.ts';
import { peerOf, type PeerFigures } from './peer.ts';
import { rounds, type Workload } from './settings.ts';

export interface SupervisedOptions {
  /** For the names of the results. */
  readonly title: string;
  readonly engine: Engine;
  readonly workload: Workload;
  /** Results to give, the train step last. @default only the train step */
  readonly also?: readonly ('forward' | 'hugepages')[];
}

type Name = 'ours' | 'peer' | 'hugepages';

interface Figures extends PeerFigures {
  /** Of heatstream only. */
  readonly lanes_ms?: number;
}

/** `hugepages`: PyTorch with memory in huge pages, which is a setting of its C library, not its default. */
export async function supervised({
  title,
  engine,
  workload,
  also = [],
}: SupervisedOptions): Promise<BenchResult[]> {
  const session = await open(engine, workload);
  const ours = async (): Promise<Figures> => ({
    train_ms: await session.train(),
    forward_ms: also.includes('forward') ? await session.forward() : NaN,
    ...(also.includes('forward') && { lanes_ms: await session.lanes() }),
  });
  const peer = peerOf(workload);
  const hugepages = also.includes('hugepages')
    ? peerOf(workload, { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' })
    : undefined;
  try {
    const runs = { ours, ...(peer && { peer }), ...(hugepages && { hugepages }) };
    const seen = await inTurns<Name, Figures>(runs, rounds, (round, values) => {
      const line = Object.entries(values).map(([name, value]) => `${name} ${shown(value)}`);
      say(`${title} ${round + 1}/${rounds}: ${line.join(', ')} ms`);
    });
    const of = (name: Name, key: keyof Figures) => seen[name]?.map((each) => each[key]!);
    const result = (what: string, key: keyof PeerFigures, other: Name, mine: keyof Figures = key) =>
      compare(
        { bench: `engine ${what}, ${engine.device}`, unit: 'ms' },
        of('ours', mine)!,
        of(other, key),
      );
    return [
      ...(also.includes('forward')
        ? [
            result(`forward ${title}`, 'forward_ms', 'peer'),
            result(`forward ${title} in two lanes`, 'forward_ms', 'peer', 'lanes_ms'),
          ]
        : []),
      ...(also.includes('hugepages')
        ? [result(`train ${title}, the peer in huge pages`, 'train_ms', 'hugepages')]
        : []),
      result(`train ${title}`, 'train_ms', 'peer'),
    ];
  } finally {
    await session.dispose();
  }
}

function shown({ train_ms: train, forward_ms: forward, lanes_ms: lanes }: Figures): string {
  if (Number.isNaN(forward)) return train.toFixed(1);
  const inLanes = lanes === undefined ? '' : `, in two lanes ${lanes.toFixed(1)}`;
  return `${train.toFixed(1)} (forward ${forward.toFixed(1)}${inLanes})`;
}
