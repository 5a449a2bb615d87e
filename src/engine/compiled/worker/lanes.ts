// Workers that hold the same state: as many calls run beside each other.
import type { Provider } from '../../types.ts';
import { WorkerLink } from './link.ts';
import type { Request } from './messages.ts';

interface Lane {
  readonly link: WorkerLink;
  /** Runs that it has not answered yet. */
  waiting: number;
}

export class Lanes {
  readonly #lanes: readonly Lane[];

  /** @param count of lanes, 1 to `threads`, which they share */
  constructor(count: number, { threads, provider }: { threads: number; provider: Provider }) {
    this.#lanes = Array.from({ length: count }, (_, i) => ({
      link: new WorkerLink({ threads: Math.floor((threads + i) / count), provider }),
      waiting: 0,
    }));
  }

  get count(): number {
    return this.#lanes.length;
  }

  /** Asks the first lane. */
  ask(request: Request): Promise<unknown> {
    return this.#lanes[0]!.link.ask(request);
  }

  /** Has every lane do it. @param transfer buffers that move to the first; the others get copies */
  async tell(request: Request, transfer: readonly ArrayBuffer[]): Promise<void> {
    const [first, ...others] = this.#lanes;
    const copied = others.map(({ link }) => link.ask(request));
    await Promise.all([...copied, first!.link.ask(request, transfer)]);
  }

  /** Asks the lane with the shortest queue. */
  async run(request: Request, transfer: readonly ArrayBuffer[]): Promise<unknown> {
    const lane = this.#lanes.reduce((best, each) => (each.waiting < best.waiting ? each : best));
    lane.waiting += 1;
    try {
      return await lane.link.ask(request, transfer);
    } finally {
      lane.waiting -= 1;
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.map(({ link }) => link.close()));
  }
}
