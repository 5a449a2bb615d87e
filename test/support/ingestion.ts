// A small ingestion for tests: what was admitted, what was set aside, what was counted.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from '../../db/open.ts';
import {
  ingest$,
  type IngestContext,
  type Person,
  type Picture,
} from '../../src/pipeline/ingest.ts';
import type { CropSpec } from '../../src/pose/types.ts';
import type { SampleError } from '../../src/stages/sample-error.ts';
import { noiseJpeg } from './pictures.ts';
import { collect, iterate } from './streams.ts';

export const spec: CropSpec = {
  input: { width: 24, height: 32 },
  boxScale: 1.25,
  margin: { width: 1, height: 1 },
  stored: { width: 24, height: 32 },
  padding: 'zero',
  origin: 'centres',
  fill: [1, 2, 3],
};
/** Of the pictures that `plant` makes. */
export const size = { width: 60, height: 44 };
export const whole: Person<string> = { box: null, source: 'whole-image', tag: '' };
/** In a picture of `size`. */
export const person = (x: number): Person<string> => ({
  box: { x, y: 5, width: 20, height: 30 },
  source: 'given',
  tag: `at ${x}`,
});

/** Runs the stream to its end; a bare path is a picture of one person who fills it. */
export async function ingest(
  db: Database,
  pictures: readonly (Picture<string> | string)[],
  context: Partial<IngestContext> = {},
) {
  const counts: Record<string, number> = {};
  const rejected: SampleError[] = [];
  const source = pictures.map((picture) =>
    typeof picture === 'string' ? { path: picture, people: [whole] } : picture,
  );
  const admitted = await collect(
    ingest$(iterate(source), {
      db,
      spec,
      counters: (name: string, by: number) => {
        counts[name] = (counts[name] ?? 0) + by;
      },
      onReject: (error) => rejected.push(error),
      ...context,
    }),
  );
  return { admitted, rejected, counts };
}

/** Writes `0.jpg`, `1.jpg`, … of noise, no two alike. */
export async function plant(folder: string, count: number): Promise<string[]> {
  const paths: string[] = [];
  for (let i = 0; i < count; i++) {
    paths.push(join(folder, `${i}.jpg`));
    writeFileSync(paths[i]!, await noiseJpeg(size, i));
  }
  return paths;
}
