// heatstream quarantine list|retry|export
import { listQuarantine, releaseQuarantine, type QuarantineRow } from '../../db/quarantine.ts';
import { openDatabase } from '../../db/open.ts';
import { retryBusy } from '../../db/retry.ts';
import { resolve } from 'node:path';
import { exportQuarantine } from '../stages/export-quarantine.ts';
import { UsageError } from '../config/resolve.ts';
import { countOf } from '../monitor/count-of.ts';
import type { Invocation } from './commands.ts';
import { optionsOf } from './session.ts';
import { shown, unshown } from './shown.ts';

export async function run(invocation: Invocation): Promise<number> {
  const options = optionsOf(['cache', 'json'], invocation);
  const [action, ...paths] = invocation.positional;
  const db = openDatabase(options.cache, { mustExist: true });
  try {
    if (action === 'list' && paths.length === 0) {
      const items = listQuarantine(db);
      if (options.json) console.log(JSON.stringify(items));
      else {
        for (const { path, stage, reason, attempts } of items) {
          console.log([shown(path), stage, shown(reason), countOf(attempts, 'attempt')].join('\t'));
        }
        process.stderr.write(`${countOf(items.length, 'item')} in quarantine\n`);
      }
    } else if (action === 'retry') {
      const named = paths.length > 0 ? heldAmong(paths, listQuarantine(db)) : undefined;
      const released = await retryBusy(() => releaseQuarantine(db, named?.held));
      process.stderr.write(
        `${countOf(released, 'item')} released, to be tried again by the next command that meets them\n`,
      );
      for (const path of named?.unknown ?? [])
        process.stderr.write(`${shown(path)} does not stand in quarantine\n`);
      if (named && named.unknown.length > 0) return 1;
    } else if (action === 'export') {
      const [folder, ...others] = paths;
      if (folder === undefined || others.length > 0)
        throw new UsageError('quarantine export: expected one folder to write to');
      const { files, missing } = await exportQuarantine(listQuarantine(db), folder);
      process.stderr.write(
        `${countOf(files, 'file')} copied to ${folder}, reasons in quarantine.json there; ${countOf(missing, 'item')} without a file to copy\n`,
      );
    } else {
      throw new UsageError(
        `quarantine ${invocation.positional.join(' ')}: expected list, retry [PATH…] or export FOLDER`,
      );
    }
  } finally {
    db.close();
  }
  return 0;
}

/** By its path, or as `list` shows it: no command line can spell a name that is no UTF-8. */
function heldAmong(
  paths: readonly string[],
  rows: readonly QuarantineRow[],
): { readonly held: readonly string[]; readonly unknown: readonly string[] } {
  const all = new Set(rows.map(({ path }) => path));
  const found = paths.map((path) =>
    [resolve(path), resolve(unshown(path))].find((one) => all.has(one)),
  );
  return {
    held: found.filter((path) => path !== undefined),
    unknown: paths.filter((_, i) => found[i] === undefined),
  };
}
