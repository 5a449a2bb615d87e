// kill -9 at random moments, over ingest, label and train.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { openDatabase } from '../../db/open.ts';
import { rng } from '../../src/pose/random.ts';
import { run, start, type Running } from '../support/command.ts';
import {
  labelling,
  must,
  mustBeWhole,
  renderData,
  type Fault,
  type Figures,
  type Scene,
} from './fault.ts';

interface Work {
  /** The command, told where its database is and in which cycle. */
  args(cache: string, cycle: number): string[];
  /** Queries of text: what was accepted must still be there after a kill. */
  readonly accepted: readonly string[];
  /** After the work came to its end: what must hold. */
  check(cache: string, cycle: number): void;
}

const CATALOG = [
  `SELECT 'picture ' || sha256 FROM image`,
  `SELECT 'path ' || path || ' ' || image_id FROM file`,
  `SELECT 'crop ' || id || ' ' || crc FROM crop`,
];
const TARGETS = `SELECT 'target ' || set_id || ' ' || crop_id || ' ' || sum_of(blob) FROM target`;

/** Starts the work, kills it, starts it again on what is left; a new cycle begins when it came to its end. */
async function killAtRandom(scene: Scene, times: number, work: Work): Promise<string> {
  const { folder, seed } = scene;
  const random = rng(seed, 'faults', 0, 0);
  const cacheOf = (cycle: number) => join(folder, `cache-${cycle}.sqlite`);
  const rows = (cache: string) => accepted(cache, work.accepted);
  const whole = start(work.args(cacheOf(0), 0));
  const began = performance.now();
  await moreRows(whole, () => rows(cacheOf(0)).size, 0);
  const first = performance.now();
  const { code: ended, stderr: said } = await whole.finished;
  must(ended === 0, 'the work ends well when nobody disturbs it', said);
  const last = performance.now();
  work.check(cacheOf(0), 0);

  let kills = 0;
  let amidst = 0;
  let cycles = 1;
  let before = new Set<string>();
  while (kills < times) {
    const cache = cacheOf(cycles);
    const running = start(work.args(cache, cycles));
    // Most moments lie between the first new row and the end, some anywhere.
    if (random.uniform() < 0.75) {
      await moreRows(running, () => rows(cache).size, before.size);
      await sleep(0.8 * (last - first) * random.uniform());
    } else await sleep((last - began) * random.uniform());
    running.child.kill('SIGKILL');
    const { signal, code, stderr } = await running.finished;
    must(signal === 'SIGKILL' || code === 0, 'the work that is killed had not failed', stderr);
    if (signal === 'SIGKILL') kills += 1;
    if (!existsSync(cache)) continue;
    mustBeWhole(cache);
    const after = rows(cache);
    const lost = [...before].filter((row) => !after.has(row));
    must(lost.length === 0, 'nothing accepted is lost', lost.slice(0, 5).join('\n'));
    if (signal === 'SIGKILL' && after.size > before.size) amidst += 1;
    before = after;
    if (code === 0) {
      work.check(cache, cycles);
      cycles += 1;
      before = new Set();
    }
  }
  const rest = await run(work.args(cacheOf(cycles), cycles));
  must(rest.code === 0, 'the work goes on to its end', rest.stderr);
  work.check(cacheOf(cycles), cycles);
  mustBeWhole(cacheOf(cycles));
  return `killed ${kills} times (seed ${seed}), ${amidst} of them with new rows since the kill before; ${cycles} times brought to its end; verify clean each time, nothing lost, nothing doubled`;
}

/** Waits until there are more than so many rows, or the command has ended. */
async function moreRows({ child }: Running, rows: () => number, than: number): Promise<void> {
  while (child.exitCode === null && child.signalCode === null && rows() <= than) await sleep(5);
}

function accepted(cache: string, queries: readonly string[]): Set<string> {
  const db = openDatabase(cache);
  try {
    db.sql.function('sum_of', (blob: unknown) => crc32(blob as Buffer));
    return new Set(queries.flatMap((query) => db.prepare<string>(query).pluck().all()));
  } finally {
    db.close();
  }
}

function mustHold(cache: string, query: string, expected: number): void {
  const db = openDatabase(cache);
  try {
    const found = db.prepare<number>(query).pluck().get();
    must(found === expected, `${query} is ${expected}`, found);
  } finally {
    db.close();
  }
}

export const killIngest: Fault = {
  name: 'kill -9 during ingest',
  times: 40,
  slice: 2,
  async run(scene, times) {
    const { pictures, count } = await renderData(scene, 500);
    return killAtRandom(scene, times, {
      args: (cache) => ['ingest', pictures, '--recipe', 'peer', '--cache', cache, '--quiet'],
      accepted: CATALOG,
      check(cache) {
        mustHold(cache, 'SELECT count(*) FROM crop', count);
        mustHold(cache, 'SELECT count(*) FROM image', count);
      },
    });
  },
};

export const killLabel: Fault = {
  name: 'kill -9 during label',
  times: 40,
  slice: 2,
  async run(scene, times) {
    const figures = await renderData(scene, 200);
    return killAtRandom(scene, times, {
      args: (cache) => labelling(figures, cache),
      accepted: [...CATALOG, TARGETS],
      check(cache) {
        mustHold(cache, 'SELECT count(*) FROM target', figures.count);
        mustHold(cache, 'SELECT count(DISTINCT crop_id) FROM target', figures.count);
      },
    });
  },
};

export const killTrain: Fault = {
  name: 'kill -9 during train',
  times: 30,
  slice: 2,
  async run(scene, times) {
    const figures = await renderData(scene, 40);
    const runOf = (cycle: number) => join(scene.folder, `run-${cycle}`);
    const modelOf = (cycle: number) => readFileSync(join(runOf(cycle), 'model.safetensors'));
    const seen = await killAtRandom(scene, times, {
      args: (cache, cycle) => training(figures, cache, runOf(cycle)),
      accepted: [...CATALOG, `SELECT 'checkpoint ' || run_id || ' ' || step FROM run_checkpoint`],
      check(_, cycle) {
        must(
          modelOf(cycle).equals(modelOf(0)),
          'a run that was killed ends with the weights of one that was not',
          `cycle ${cycle}`,
        );
      },
    });
    return `${seen}; the same weights to the bit as without kills`;
  },
};

function training({ training: data, teacher }: Figures, cache: string, folder: string): string[] {
  const checkpoints = join(folder, 'checkpoints');
  const hasCheckpoint =
    existsSync(checkpoints) &&
    readdirSync(checkpoints).some((name) => name.endsWith('.safetensors'));
  return [
    ...[
      'train',
      ...data,
      '--cache',
      cache,
      '--run',
      folder,
      ...(hasCheckpoint ? ['--resume'] : []),
    ],
    ...['--method', 'single', '--regime', 'cached', '--teacher', teacher],
    ...['--max-teacher-age', '6', '--steps', '32', '--checkpoint-every', '4', '--quiet', '--force'],
  ];
}
