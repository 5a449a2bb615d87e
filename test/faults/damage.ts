// A database file whose bytes change behind the program: pages flipped, the end cut off.
import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCropRow } from '../../db/crops.ts';
import { DatabaseError, sqliteCode } from '../../db/error.ts';
import { openDatabase, type Database } from '../../db/open.ts';
import type { TargetSet } from '../../db/target-sets.ts';
import { readTargets } from '../../db/targets.ts';
import { verifyDatabase } from '../../db/verify.ts';
import { rng } from '../../src/pose/random.ts';
import { run } from '../support/command.ts';
import { labelling, must, renderData, type Fault, type Scene } from './fault.ts';

/** What the database serves, by what it was asked for. */
type Served = ReadonlyMap<string, string>;

async function damage(
  scene: Scene,
  times: number,
  harm: (bytes: Buffer, random: ReturnType<typeof rng>) => Buffer,
): Promise<string> {
  const figures = await renderData(scene, 120);
  const good = join(scene.folder, 'good.sqlite');
  must((await run(labelling(figures, good))).code === 0, 'the database is made');
  const { set, cropIds } = factsOf(good);
  const expected = serve(good, set, cropIds);
  must(expected.size === 240, 'it serves every crop and target', expected.size);
  const whole = readFileSync(good);
  const cache = join(scene.folder, 'damaged.sqlite');
  const random = rng(scene.seed, 'faults', 5, 0);
  const seen = { refused: 0, named: 0, harmless: 0 };
  for (let i = 0; i < times; i++) {
    for (const end of ['-wal', '-shm']) writeFileSync(`${cache}${end}`, '');
    copyFileSync(good, cache);
    writeFileSync(cache, harm(Buffer.from(whole), random));
    const verdict = verdictOf(cache);
    seen[verdict] += 1;
    if (verdict === 'refused') continue;
    const served = serve(cache, set, cropIds);
    for (const [name, value] of served) {
      must(value === expected.get(name), `${name} is served as it was written, or not at all`);
    }
    must(verdict === 'named' || served.size === expected.size, 'what is missing is named');
  }
  // As the user meets it.
  writeFileSync(cache, whole);
  truncateSync(cache, Math.floor(whole.length / 2));
  const { code, stderr, stdout } = await run(['cache', 'verify', '--cache', cache]);
  must(code === 1 && !stderr.includes('    at '), 'verify ends with exit code 1', stderr + stdout);
  return `named by verify ${seen.named} times, refused at opening ${seen.refused} times, ${seen.harmless} times in bytes that hold nothing served; nothing else than what was written was ever served`;
}

function verdictOf(cache: string): 'refused' | 'named' | 'harmless' {
  try {
    return using(cache, (db) => verifyDatabase(db).problems.length > 0) ? 'named' : 'harmless';
  } catch (error) {
    if (error instanceof DatabaseError || sqliteCode(error)) return 'refused';
    throw error;
  }
}

/** A crop or target that cannot be read is left out. */
function serve(cache: string, set: TargetSet, cropIds: readonly number[]): Served {
  const served = new Map<string, string>();
  const attempt = (name: string, read: () => string | undefined) => {
    try {
      const value = read();
      if (value !== undefined) served.set(name, value);
    } catch (error) {
      if (!sqliteCode(error) && !(error instanceof RangeError)) throw error;
    }
  };
  using(cache, (db) => {
    for (const cropId of cropIds) {
      attempt(`crop ${cropId}`, () => {
        const { pixels, isIntact } = readCropRow(db, cropId);
        return isIntact ? Buffer.from(pixels).toString('base64') : undefined;
      });
      attempt(`target of crop ${cropId}`, () => {
        const [target] = readTargets(db, [{ ...set, cropId }]);
        return target && Buffer.from(target.heatmap.buffer).toString('base64');
      });
    }
  });
  return served;
}

function factsOf(cache: string) {
  return using(cache, (db) => {
    const { width, height, ...row } = db
      .prepare<Omit<TargetSet, 'heatmap'> & { width: number; height: number }>(
        `SELECT digest AS teacher, bn, view, preprocessing, codec, sigma, width, height, joints
         FROM target_set JOIN teacher ON teacher.id = teacher_id`,
      )
      .get()!;
    const set: TargetSet = { ...row, heatmap: { width, height } };
    return { set, cropIds: db.prepare<number>('SELECT id FROM crop').pluck().all() };
  });
}

function using<T>(cache: string, work: (db: Database) => T): T {
  const db = openDatabase(cache, { mustExist: true });
  try {
    return work(db);
  } finally {
    db.close();
  }
}

export const flippedPage: Fault = {
  name: 'page of the database flipped',
  times: 100,
  slice: 5,
  run: (scene, times) =>
    damage(scene, times, (bytes, random) => {
      const page = 16384 * random.integer(bytes.length / 16384);
      const length = 1 + random.integer(512);
      const from = page + random.integer(16384 - length);
      for (let i = from; i < from + length; i++) bytes[i]! ^= 1 + random.integer(255);
      return bytes;
    }),
};

export const truncatedFile: Fault = {
  name: 'database file truncated',
  times: 30,
  slice: 3,
  run: (scene, times) =>
    damage(scene, times, (bytes, random) =>
      bytes.subarray(0, 1 + random.integer(bytes.length - 1)),
    ),
};
