// What a step of each method takes beside the same method of calib.py: whole training runs of `tiny` on the same figures, the commands of
// both programs. Of the cached row a step between two teachings. The last line is that of Single; all rows go to stderr.
// HEATSTREAM_BENCH_ROWS=single,dual (rows of the paper's table), HEATSTREAM_BENCH_STEPS=40, HEATSTREAM_BENCH_THREADS=1, HEATSTREAM_BENCH_ROUNDS=3.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runSelf } from '../src/cli/run-self.ts';
import { PAPER_ROWS } from '../src/demo/paper-rows.ts';
import { calibStepMs, peerFigures, sameFigures } from './calib.ts';
import { hasPeer } from './peer.ts';
import { alternate, type BenchResult } from './rounds.ts';
import { say } from './say.ts';

const env = process.env;
const steps = Number(env['HEATSTREAM_BENCH_STEPS'] ?? 40);
const threads = Number(env['HEATSTREAM_BENCH_THREADS'] ?? 1);
const rounds = Number(env['HEATSTREAM_BENCH_ROUNDS'] ?? 3);
/** First steps of a run, which its pace leaves out. */
const WARM = 20;
/** So few that a cached run has taught all of them after a quarter of its steps. */
const POOL = 220;

/** Flags of calib.py; TEACHER stands for the weights of a short supervised run of its own. */
const PEERS: Readonly<Record<string, readonly string[]>> = {
  supervised: ['--method', 'sup'],
  'pseudo-pose': ['--method', 'pseudo', '--teacher', 'TEACHER'],
  'mean-teacher': ['--method', 'mt'],
  naive: ['--method', 'naive'],
  'single-running-bn': ['--method', 'single', '--teacher-bn', 'eval'],
  'single-jc3': ['--method', 'single', '--jc', '3'],
  dual: ['--method', 'dual'],
  'dual-jc3': ['--method', 'dual', '--jc', '3'],
  'cached-250-first': [
    ...['--method', 'cached', '--cache-view', 'random', '--every', '0', '--teacher', 'TEACHER'],
  ],
  single: ['--method', 'single'],
};

export async function run(): Promise<BenchResult> {
  if (!hasPeer) throw new Error('HEATSTREAM_PEER_PYTHON: expected a Python with PyTorch, got none');
  const asked = env['HEATSTREAM_BENCH_ROWS']?.split(',') ?? Object.keys(PEERS);
  const folder = await mkdtemp(join(tmpdir(), 'heatstream-bench-'));
  try {
    await peerFigures(folder, POOL);
    const teachers = { ours: join(folder, 'teacher'), peer: join(folder, 'teacher.pt') };
    await train(folder, teachers.ours, ['--method', 'supervised', '--steps', '10']);
    await calib(folder, ['--save', teachers.peer]);
    let last: BenchResult | undefined;
    for (const name of asked) {
      last = await measure(folder, name, teachers);
      say(JSON.stringify(last));
    }
    if (!last) throw new Error('HEATSTREAM_BENCH_ROWS: expected at least one row, got none');
    return last;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function measure(
  folder: string,
  name: string,
  teachers: { readonly ours: string; readonly peer: string },
): Promise<BenchResult> {
  const row = PAPER_ROWS.find((one) => one.name === name);
  const flags = PEERS[name];
  if (!row || !flags) {
    const known = Object.keys(PEERS).join(', ');
    throw new Error(`HEATSTREAM_BENCH_ROWS: expected some of ${known}, got ${name}`);
  }
  let round = 0;
  const teacher = row.teacher === undefined ? [] : ['--teacher', teachers.ours];
  const own = [...row.flags, ...teacher, '--steps', String(steps + WARM), '--force'];
  return alternate({
    ...{ bench: `methods ${name}, ${threads} threads`, unit: 'ms', rounds },
    ours: () => train(folder, join(folder, `${name}-${round++}`), own),
    peer: () =>
      calib(
        folder,
        flags.map((flag) => (flag === 'TEACHER' ? teachers.peer : flag)),
      ),
  });
}

const calib = (data: string, flags: readonly string[]): Promise<number> =>
  calibStepMs({ data, threads, steps, flags });

/** Milliseconds a step, as the run says it. */
async function train(folder: string, run: string, flags: readonly string[]): Promise<number> {
  const printed = (await runSelf([
    ...['train', ...sameFigures(folder), '--model', 'tiny', '--recipe', 'peer', ...flags],
    ...['--run', run, '--cache', join(folder, 'cache.sqlite'), '--threads', String(threads)],
    ...['--json', '--quiet'],
  ])) as { readonly stepMs: number };
  return printed.stepMs;
}
