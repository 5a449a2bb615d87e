// heatstream why IMAGE: every target of a picture and where it came from
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { findImage, pathsOf } from '../../db/catalog.ts';
import { openDatabase } from '../../db/open.ts';
import {
  digestAt,
  provenanceOf,
  type PersonProvenance,
  type TargetProvenance,
} from '../../db/provenance.ts';
import { UsageError } from '../config/resolve.ts';
import { countOf } from '../monitor/count-of.ts';
import { durationText } from '../monitor/duration.ts';
import { boxOrigin } from './box-origin.ts';
import type { Invocation } from './commands.ts';
import { optionsOf } from './session.ts';
import { shown, unshown } from './shown.ts';

export async function run(invocation: Invocation): Promise<number> {
  const { cache, json } = optionsOf(['cache', 'json'], invocation);
  const path = invocation.positional[0]!;
  const db = openDatabase(cache, { mustExist: true });
  try {
    // By its path where it was seen, also as a list shows it (no command line can spell a name that is no UTF-8);
    // else by its bytes, so that a copy is known too.
    const digest =
      digestAt(db, resolve(path)) ?? digestAt(db, resolve(unshown(path))) ?? (await digestOf(path));
    const image = findImage(db, digest);
    if (!image) throw new UsageError(`${path}: ${db.path} has never seen this picture`);
    const people = provenanceOf(db, image.id);
    const paths = pathsOf(db, image.id);
    if (json) {
      const { sha256, size, format } = image;
      console.log(JSON.stringify({ sha256, size, format, paths, people }));
      return 0;
    }
    console.log(`${image.sha256} ${image.format} ${image.size.width}×${image.size.height}`);
    for (const known of paths) console.log(`  at ${shown(known)}`);
    for (const person of people) console.log(describe(person, Date.now()));
    if (people.length === 0) console.log('no person of it was cropped');
    return 0;
  } finally {
    db.close();
  }
}

function describe({ cropId, box, source, madeBy, targets }: PersonProvenance, now: number): string {
  const { x, y, width, height } = box;
  const [left, top, wide, high] = [x, y, width, height].map((pixels) => +pixels.toFixed(2));
  const head = `crop ${cropId}: box ${left},${top} ${wide}×${high} (${boxOrigin(source, madeBy)}), ${countOf(targets.length, 'target')}`;
  return [head, ...targets.map((target) => describeTarget(target, now))].join('\n');
}

function describeTarget(target: TargetProvenance, now: number): string {
  const { id, teacher, run, file, step, bn, viewMode, view, flip, codec, shape } = target;
  const { peaks, taughtAt, timesUsed, supersededBy, damage } = target;
  const origin = run ?? file ?? 'origin unknown';
  const lines = [
    `  target ${id}: teacher ${teacher.slice(0, 12)} (${origin}), step ${step}, ${bn} statistics`,
    `    ${viewMode} view${view ? ` [${view.map((value) => +value.toFixed(4)).join(' ')}]` : ''}${flip ? ', mirrored' : ''}; ${codec} ${shape.join('×')}`,
    // A calendar that was set back makes no target younger than now.
    `    taught ${durationText(Math.max(0, now - taughtAt))} ago, used ${countOf(timesUsed, 'time')}`,
  ];
  if (peaks) lines.push(`    peaks ${peaks.map((peak) => peak.toFixed(3)).join(' ')}`);
  if (damage !== undefined) lines.push(`    damaged: ${damage}`);
  if (supersededBy !== null) lines.push(`    superseded by target ${supersededBy}`);
  return lines.join('\n');
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch (error) {
    throw new UsageError(`${path}: it cannot be read (${(error as Error).message})`, {
      cause: error,
    });
  }
  return hash.digest('hex');
}
