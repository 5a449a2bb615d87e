// heatstream cache stats|verify|prune|vacuum
import { cacheStats, vacuum, type CacheStats } from '../../db/cache-stats.ts';
import { evictTargets } from '../../db/evict.ts';
import { openDatabase, type Database } from '../../db/open.ts';
import { retryBusy } from '../../db/retry.ts';
import { verifyDatabase } from '../../db/verify.ts';
import { flagName, UsageError } from '../config/resolve.ts';
import { countOf } from '../monitor/count-of.ts';
import { boxOrigin } from './box-origin.ts';
import { byteCount, bytesText } from './bytes.ts';
import type { Invocation } from './commands.ts';
import { optionsOf } from './session.ts';

type Action = (db: Database, invocation: Invocation, json: boolean) => Promise<number> | number;

const ACTIONS: Readonly<Record<string, Action>> = { stats, verify, prune, vacuum: compact };

export async function run(invocation: Invocation): Promise<number> {
  const { cache, json } = optionsOf(['cache', 'json'], invocation);
  const [name = '', ...rest] = invocation.positional;
  const action = ACTIONS[name];
  if (!action || rest.length > 0) {
    throw new UsageError(
      `cache ${invocation.positional.join(' ')}: expected one of ${Object.keys(ACTIONS).join(', ')}`,
    );
  }
  const pruning = ['maxBytes', 'superseded', 'dryRun'].filter((flag) => flag in invocation.flags);
  if (name !== 'prune' && pruning.length > 0) {
    const flags = pruning.map(flagName).join(', ');
    throw new UsageError(`cache ${name}: ${flags} belongs to cache prune`);
  }
  const db = openDatabase(cache, { mustExist: true });
  try {
    return await action(db, invocation, json);
  } finally {
    db.close();
  }
}

function stats(db: Database, _: Invocation, json: boolean): number {
  const found = cacheStats(db);
  console.log(json ? JSON.stringify(found) : describe(found));
  return 0;
}

function verify(db: Database, _: Invocation, json: boolean): number {
  const found = verifyDatabase(db);
  if (json) console.log(JSON.stringify(found));
  else {
    for (const problem of found.problems) console.log(problem);
    process.stderr.write(
      `${found.crops} crops and ${found.targets} targets checked, ${found.problems.length} problems\n`,
    );
  }
  return found.problems.length > 0 ? 1 : 0;
}

async function prune(db: Database, { flags }: Invocation, json: boolean): Promise<number> {
  const text = flags['maxBytes'] as string | undefined;
  const isDryRun = flags['dryRun'] === true;
  const maxBytes = text === undefined ? undefined : byteCount('--max-bytes', text);
  // Without a bound, what is superseded goes; with one, only as much as the bound asks for.
  const superseded = flags['superseded'] === true || maxBytes === undefined;
  const evicted = await retryBusy(() => evictTargets(db, { superseded, maxBytes, isDryRun }));
  if (json) console.log(JSON.stringify(evicted));
  else {
    const verb = isDryRun ? 'would be evicted' : 'evicted';
    console.log(`${evicted.targets} targets of ${bytesText(evicted.bytes)} ${verb}`);
  }
  return 0;
}

async function compact(db: Database, _: Invocation, json: boolean): Promise<number> {
  const before = cacheStats(db).file.bytes;
  await retryBusy(() => {
    vacuum(db);
  });
  const after = cacheStats(db).file.bytes;
  if (json) console.log(JSON.stringify({ before, after }));
  else console.log(`${bytesText(before)} before, ${bytesText(after)} after`);
  return 0;
}

function describe({
  pictures,
  paths,
  people,
  boxes,
  crops,
  targets,
  runs,
  quarantined,
  file,
}: CacheStats) {
  return [
    `${pictures} pictures at ${paths} paths, ${people} people, ${runs} runs, ${quarantined} in quarantine`,
    ...boxes.map(
      ({ source, madeBy, people: count, pictures: among }) =>
        `${count} people in ${countOf(among, 'picture')} by boxes of ${boxOrigin(source, madeBy)}`,
    ),
    `${crops.count} crops of ${bytesText(crops.bytes)}`,
    ...targets.map(
      ({ teacher, step, bn, view, codec, shape, count, bytes, timesUsed, peak }) =>
        `${count} targets of ${bytesText(bytes)} by teacher ${teacher.slice(0, 12)} (step ${step}, ${bn} statistics, ${view} view, ${codec} ${shape}): used ${timesUsed} times, mean peak ${peak.toFixed(3)}`,
    ),
    `file of ${bytesText(file.bytes)}, ${bytesText(file.free)} of it free`,
  ].join('\n');
}
