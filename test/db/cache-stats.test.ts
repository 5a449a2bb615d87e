import { expect, it } from 'vitest';
import { cacheStats } from '../../db/cache-stats.ts';
import { temporaryDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ingest, person, plant, whole } from '../support/ingestion.ts';

it('counts people and pictures by where their boxes came from', async () => {
  const db = temporaryDatabase();
  const [a, b, c] = (await plant(temporaryFolder(), 3)) as [string, string, string];
  const given = [person(1), person(20)].map((one) => ({ ...one, madeBy: 'people.json' }));
  await ingest(db, [
    { path: a, people: given },
    { path: b, people: given.slice(1) },
    { path: c, people: [whole] },
  ]);
  const { people, boxes } = cacheStats(db);
  expect(people).toBe(4);
  expect(boxes).toEqual([
    { source: 'given', madeBy: 'people.json', people: 3, pictures: 2 },
    { source: 'whole-image', madeBy: '', people: 1, pictures: 1 },
  ]);
});
