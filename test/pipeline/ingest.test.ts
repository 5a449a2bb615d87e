import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tap } from 'rxjs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { listQuarantine } from '../../db/quarantine.ts';
import { CircuitBreakerError } from '../../src/pipeline/circuit-breaker.ts';
import { ingest$ } from '../../src/pipeline/ingest.ts';
import { temporaryDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ingest, person, plant, size, spec, whole } from '../support/ingestion.ts';
import {
  animated,
  noise,
  noiseJpeg,
  rgb,
  rotatedJpeg,
  writeBadPictures,
} from '../support/pictures.ts';
import { collect, iterate } from '../support/streams.ts';

describe('ingest', () => {
  it.each([
    [
      'CMYK',
      async () => rgb(noise(size, 1), size).toColourspace('cmyk').jpeg().toBuffer(),
      'cmyk.jpg',
      size,
    ],
    [
      '16-bit',
      async () => rgb(noise(size, 1), size).toColourspace('rgb16').png().toBuffer(),
      '16.png',
      size,
    ],
    [
      'grey',
      async () => rgb(noise(size, 1), size).toColourspace('b-w').png().toBuffer(),
      'grey.png',
      size,
    ],
    ['EXIF-rotated', () => rotatedJpeg(size, 6), 'turned.jpg', size],
    ['animated GIF', () => animated(size, 'gif'), 'moving.gif', size],
    ['animated WebP', () => animated(size, 'webp'), 'moving.webp', size],
  ] as const)('admits a %s picture at its upright size', async (_, make, name, expected) => {
    const db = temporaryDatabase();
    const path = join(temporaryFolder(), name);
    writeFileSync(path, await make());
    const { admitted, rejected } = await ingest(db, [path]);
    expect(rejected).toEqual([]);
    expect(admitted).toMatchObject([{ size: expected, box: { x: 0, y: 0, ...expected } }]);
  });

  it('has no more pictures in flight than it has credits', async () => {
    const db = temporaryDatabase();
    const folder = temporaryFolder();
    await writeBadPictures(folder);
    const paths = await plant(folder, 20);
    const bad = join(folder, 'text.jpg');
    const inFlight: number[] = [];
    const { admitted } = await ingest(db, [...paths, bad, bad], {
      credits: 5,
      lanes: 3,
      onInFlight: (n) => inFlight.push(n),
    });
    expect(admitted).toHaveLength(20);
    expect(Math.max(...inFlight)).toBeLessThanOrEqual(5);
    expect(Math.max(...inFlight)).toBeGreaterThan(1);
  });

  it('stops with a clear error when more than a fifth fails', async () => {
    const db = temporaryDatabase();
    const folder = temporaryFolder();
    const paths: string[] = [];
    for (let i = 0; i < 110; i++) {
      paths.push(join(folder, `${i}.jpg`));
      writeFileSync(
        paths[i]!,
        i % 3 === 0 ? 'no picture' : await noiseJpeg({ width: 12, height: 10 }, i),
      );
    }
    await expect(ingest(db, paths)).rejects.toThrow(CircuitBreakerError);
    expect(listQuarantine(db).length).toBeGreaterThan(20);
  });

  it('drains when its signal aborts: what is in flight finishes, nothing else is asked for', async () => {
    const db = temporaryDatabase();
    const paths = await plant(temporaryFolder(), 10);
    const controller = new AbortController();
    async function* source() {
      for (const path of paths) {
        yield { path, people: [whole] };
        if (path === paths[3]) controller.abort();
        await sleep(1);
      }
    }
    const admitted = await collect(ingest$(source(), { db, spec, signal: controller.signal }));
    expect(admitted.map(({ path }) => path).sort()).toEqual(paths.slice(0, 4));
  });

  it('waits for another process that holds the write lock', async () => {
    const db = temporaryDatabase();
    const other = temporaryDatabase(db.path);
    const paths = await plant(temporaryFolder(), 3);
    other.sql.exec('BEGIN IMMEDIATE');
    setTimeout(() => other.sql.exec('COMMIT'), 300);
    expect((await ingest(db, paths)).admitted).toHaveLength(3);
  });

  it('stores nothing of a picture whose crops it could not finish', async () => {
    const db = temporaryDatabase();
    const paths = await plant(temporaryFolder(), 6);
    // Nobody listens after the second person: whatever is in flight is left.
    const pictures = paths.map((path) => ({ path, people: [person(1), person(2)] }));
    let seen = 0;
    const run = collect(
      ingest$(iterate(pictures), { db, spec, lanes: 2 }).pipe(
        tap(() => {
          if (++seen === 2) throw new Error('the consumer failed');
        }),
      ),
    );
    await expect(run).rejects.toThrow('the consumer failed');
    const count = (sql: string) => db.prepare<number>(sql).pluck().get()!;
    await sleep(50);
    const people = db
      .prepare<number>(
        'SELECT count(*) FROM crop JOIN instance ON instance.id = instance_id GROUP BY image_id',
      )
      .pluck()
      .all();
    expect(new Set(people)).toEqual(new Set([2]));
    expect(count('SELECT count(*) FROM crop') % 2).toBe(0);
  });

  it('passes an error of its source on', async () => {
    const db = temporaryDatabase();
    const source = iterate([], new Error('the list is unreadable'));
    await expect(collect(ingest$(source, { db, spec }))).rejects.toThrow('the list is unreadable');
  });
});
