// Several processes on one database: a lock that is held, two labellers, a trainer among others, a calendar set back.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../../db/open.ts';
import { rng } from '../../src/pose/random.ts';
import { run, start } from '../support/command.ts';
import { countOf, labelling, must, mustBeWhole, renderData, type Fault } from './fault.ts';

/** Words that would tell a user of SQLite's locks. */
const LOCKED = /SQLITE_|database is locked|busy/i;

export const heldLock: Fault = {
  name: 'another process holds the write lock for 10 s',
  times: 2,
  slice: 1,
  async run(scene, times) {
    const figures = await renderData(scene, 60);
    const train = ['--regime', 'cached', '--teacher', figures.teacher, '--steps', '40', '--force'];
    for (let i = 0; i < times; i++) {
      const cache = join(scene.folder, `cache-${i}.sqlite`);
      const folder = join(scene.folder, `run-${i}`);
      openDatabase(cache).close();
      const label = start(labelling(figures, cache));
      const training = start([
        ...['train', ...figures.training, '--cache', cache, '--run', folder, '--quiet', ...train],
      ]);
      // Once rows come in, both are at work.
      while (countOf(cache, 'crop') === 0 && label.child.exitCode === null) await sleep(50);
      const db = openDatabase(cache);
      db.sql.pragma('busy_timeout = 5000');
      db.sql.exec('BEGIN IMMEDIATE');
      await sleep(10_000);
      db.sql.exec('COMMIT');
      db.close();
      for (const { finished } of [label, training]) {
        const { code, stderr } = await finished;
        must(code === 0, 'the command waits and ends well', stderr);
        must(!LOCKED.test(stderr), 'the lock does not reach the user', stderr);
      }
      must(
        countOf(cache, `target JOIN target_set ON target_set.id = set_id WHERE bn = 'running'`) ===
          60,
        'all is labelled',
      );
      mustBeWhole(cache);
    }
    return 'a labeller and a trainer wait and end well; no word of it';
  },
};

export const deadLabeller: Fault = {
  name: 'one of two labellers killed',
  times: 5,
  slice: 1,
  async run(scene, times) {
    const figures = await renderData(scene, 200);
    const random = rng(scene.seed, 'faults', 3, 0);
    let shared = 0;
    for (let i = 0; i < times; i++) {
      const cache = join(scene.folder, `cache-${i}.sqlite`);
      const doomed = start(labelling(figures, cache));
      const other = start(labelling(figures, cache));
      while (countIn(cache) < 32) await sleep(20);
      await sleep(300 * random.uniform());
      doomed.child.kill('SIGKILL');
      await doomed.finished;
      const { code, stdout, stderr } = await other.finished;
      must(code === 0 && !LOCKED.test(stderr), 'the other one ends well', stderr);
      const { people, taught } = JSON.parse(stdout) as { people: number; taught: number };
      must(people === figures.count, 'it has seen to every person', stdout);
      must(countOf(cache, 'target') === figures.count, 'every target is there once');
      must(countOf(cache, 'target_claim') === 0, 'no claim is left over');
      if (taught < figures.count) shared += 1;
      mustBeWhole(cache);
    }
    return `the other takes over its claims and ends with every target; ${shared} times both had taught`;
  },
};

function countIn(cache: string): number {
  try {
    return countOf(cache, 'target');
  } catch {
    // It is being made.
    return 0;
  }
}

export const crowd: Fault = {
  name: 'trainer, labeller, ingest and why at once',
  times: 3,
  slice: 1,
  async run(scene, times) {
    const figures = await renderData(scene, 150);
    for (let i = 0; i < times; i++) {
      const cache = join(scene.folder, `cache-${i}.sqlite`);
      const at = ['--cache', cache];
      const watching = start(['ingest', figures.pictures, '--recipe', 'peer', '--watch', ...at]);
      const working = [
        start(labelling(figures, cache)),
        start([
          ...['train', ...figures.training, ...at, '--run', join(scene.folder, `run-${i}`)],
          ...['--regime', 'cached', '--max-teacher-age', '10', '--steps', '40', '--quiet'],
          '--force',
        ]),
      ];
      const told: string[] = [];
      while (working.some(({ child }) => child.exitCode === null && child.signalCode === null)) {
        const why = await run(['why', join(figures.pictures, '00001.jpg'), ...at]);
        // Until it is ingested it is unknown: exit code 2.
        must(
          why.code === 0 || why.code === 2 || why.stderr.includes('no database'),
          'why answers',
          why.stderr,
        );
        told.push(why.stderr);
      }
      watching.child.kill('SIGTERM');
      const ended = await Promise.all([...working, watching].map(({ finished }) => finished));
      must(ended.map(({ code }) => code).join() === '0,0,143', 'all end well', ended);
      for (const stderr of [...told, ...ended.map((one) => one.stderr)]) {
        must(!LOCKED.test(stderr), 'no lock reaches the user', stderr);
      }
      mustBeWhole(cache);
    }
    return 'all end well, no lock reaches the user, verify clean';
  },
};

export const clockBackwards: Fault = {
  name: 'calendar set back a day while labelling and training',
  times: 3,
  slice: 1,
  async run(scene, times) {
    const figures = await renderData(scene, 100);
    const preload = join(scene.folder, 'clock.mjs');
    const source = `const now = Date.now, start = performance.now(), wait = Number(process.env.CLOCK_WAIT);
      Date.now = () => now() - (performance.now() - start > wait ? 86_400_000 : 0);`;
    await writeFile(preload, source);
    const random = rng(scene.seed, 'faults', 4, 0);
    for (let i = 0; i < times; i++) {
      const cache = join(scene.folder, `cache-${i}.sqlite`);
      const wait = String(Math.round(500 + 1500 * random.uniform()));
      const env = { NODE_OPTIONS: `--import=${preload}`, CLOCK_WAIT: wait };
      const folder = join(scene.folder, `run-${i}`);
      const [label, train] = await Promise.all([
        run(labelling(figures, cache), env),
        run(
          [
            'train',
            ...figures.training,
            '--cache',
            cache,
            '--run',
            folder,
            '--steps',
            '20',
            '--force',
          ],
          env,
        ),
      ]);
      must(label.code === 0 && train.code === 0, 'both end well', label.stderr + train.stderr);
      must(countOf(cache, 'target') === figures.count, 'all is labelled');
      const why = await run(['why', join(figures.pictures, '00001.jpg'), '--cache', cache]);
      must(!why.stdout.includes('taught -'), 'no target comes from the future', why.stdout);
      mustBeWhole(cache);
    }
    return 'both end well: claims and pauses count on the monotonic clock';
  },
};
