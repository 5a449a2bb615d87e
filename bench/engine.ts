// Training steps on the engines beside PyTorch, in alternating rounds. HEATSTREAM_BENCH_PART picks some of the parts, in this order:
// tiny (train step), single (the whole Single step of tiny), r50 (train step), tensorflow and webgpu (R18 on that engine, where it is
// installed), r18 (train step and forward pass). Each part prints its lines of JSON; the last one is the R18 train step.
// HEATSTREAM_BENCH_ROUNDS=5, HEATSTREAM_BENCH_THREADS=2, HEATSTREAM_BENCH_LOWERING=auto|plain|blocked, HEATSTREAM_BENCH_STEPS=steps a call;
// on a graphics card HEATSTREAM_BENCH_PROVIDER=webgpu|cuda, with HEATSTREAM_BENCH_DEVICE=cuda for the peer.
// The peer needs HEATSTREAM_PEER_PYTHON (a Python with PyTorch; with OpenCV for single) and HEATSTREAM_PEERS (the folder of its scripts).
import { openEngine } from '../src/engine/choose.ts';
import { lowering, provider, threads, workloads } from './engine/settings.ts';
import { single } from './engine/single.ts';
import { supervised } from './engine/supervised.ts';
import type { BenchResult } from './rounds.ts';
import { say } from './say.ts';

const onnxruntime = () => openEngine({ name: 'onnxruntime', provider, threads, lowering });

/** In this order: the last result is the one that counts. */
const parts: Readonly<Record<string, () => Promise<BenchResult[]>>> = {
  tiny: async () =>
    supervised({ title: 'tiny', engine: await onnxruntime(), workload: workloads.tiny }),
  single: async () => [await single(await onnxruntime())],
  r50: async () =>
    supervised({ title: 'sb-r50', engine: await onnxruntime(), workload: workloads.r50 }),
  tensorflow: () => eager('tensorflow'),
  webgpu: () => eager('webgpu'),
  r18: async () =>
    supervised({
      ...{ title: 'sb-r18', engine: await onnxruntime(), workload: workloads.r18 },
      also: ['forward', 'hugepages'],
    }),
};

export async function run(): Promise<BenchResult> {
  const asked = process.env['HEATSTREAM_BENCH_PART']?.split(',') ?? Object.keys(parts);
  const unknown = asked.find((name) => !(name in parts));
  if (unknown !== undefined) {
    throw new Error(
      `HEATSTREAM_BENCH_PART ${unknown}: expected some of ${Object.keys(parts).join(', ')}`,
    );
  }
  const results: BenchResult[] = [];
  for (const [name, part] of Object.entries(parts)) {
    if (!asked.includes(name)) continue;
    const last = results.at(-1);
    if (last) console.log(JSON.stringify(last));
    const own = await part();
    for (const result of own.slice(0, -1)) console.log(JSON.stringify(result));
    results.push(...own.slice(-1));
  }
  const last = results.at(-1);
  if (!last) throw new Error(`${asked.join(', ')} cannot run here`);
  return last;
}

/** R18 on an engine that runs operator by operator, where it is installed. */
async function eager(name: 'tensorflow' | 'webgpu'): Promise<BenchResult[]> {
  const engine = await openEngine({ name, threads }).catch((error: unknown) => {
    say(`skipped: the ${name} engine (${(error as Error).message})`);
  });
  return engine ? supervised({ title: 'sb-r18', engine, workload: workloads.r18 }) : [];
}
