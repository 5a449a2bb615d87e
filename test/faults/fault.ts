// A fault: something that goes wrong on purpose, a number of times, and what must hold afterwards.
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '../../db/open.ts';
import { verifyDatabase } from '../../db/verify.ts';
import { renderFigures } from '../../src/demo/figures.ts';
import { FIGURE_EDGES, FIGURE_JOINTS } from '../../src/demo/skeleton.ts';
import { createNetwork, initialWeights } from '../../src/models/network.ts';
import { buildSkeleton } from '../../src/pose/skeleton.ts';
import { saveModel } from '../../src/stages/model-file.ts';

export interface Fault {
  /** For the table. */
  readonly name: string;
  /** Times of the full count, and of the slice that the normal tests run. */
  readonly times: number;
  readonly slice: number;
  /** @returns what was seen, for the table. @throws where what must hold does not. */
  readonly run: (scene: Scene, times: number) => Promise<string>;
}

export interface Scene {
  /** Empty, and the fault's own. Readable by other users. */
  readonly folder: string;
  readonly seed: number;
}

export interface Figures {
  /** Folder of the unlabelled pictures. */
  readonly pictures: string;
  readonly count: number;
  /** Arguments of `train` that name the data. */
  readonly training: readonly string[];
  /** An untrained model: its targets are as good as any. */
  readonly teacher: string;
}

/** Pictures of figures, COCO files and a teacher under `folder`. */
export async function renderData({ folder, seed }: Scene, count: number): Promise<Figures> {
  const out = join(folder, 'data');
  await mkdir(out);
  await chmod(out, 0o755);
  await renderFigures({ out, seed, labelled: 8, unlabelled: count, test: 0 });
  const skeleton = buildSkeleton('figure', FIGURE_JOINTS, FIGURE_EDGES);
  const card = { model: 'tiny', skeleton, recipe: 'peer', padding: 'zero', step: 0 } as const;
  const teacher = join(out, 'teacher.safetensors');
  await saveModel(
    teacher,
    card,
    initialWeights(createNetwork('tiny', skeleton.joints.length), seed),
  );
  const pictures = join(out, 'images', 'unlabeled');
  return {
    pictures,
    count,
    teacher,
    training: [
      ...['--labels', join(out, 'labeled.coco.json'), '--images', join(out, 'images')],
      ...['--unlabeled', pictures, '--model', 'tiny', '--recipe', 'peer', '--threads', '1'],
      ...['--labelled-batch', '4', '--unlabelled-batch', '8', '--steps-per-call', '2'],
    ],
  };
}

export function labelling({ pictures, teacher }: Figures, cache: string): string[] {
  const engine = ['--threads', '1', '--quiet', '--json'];
  return ['label', pictures, '--teacher', teacher, '--cache', cache, '--lease', '1', ...engine];
}

/** @throws Error with `what` and the evidence, where it does not hold */
export function must(holds: boolean, what: string, evidence: unknown = ''): asserts holds {
  if (holds) return;
  const told = typeof evidence === 'string' ? evidence : JSON.stringify(evidence);
  throw new Error(`this must hold, and did not: ${what}\n${told}`);
}

/** What `cache verify` does, here and now. */
export function mustBeWhole(cache: string): void {
  const db = openDatabase(cache, { mustExist: true });
  try {
    const { problems } = verifyDatabase(db);
    must(problems.length === 0, 'cache verify finds nothing wrong', problems.join('\n'));
  } finally {
    db.close();
  }
}

export function countOf(cache: string, table: string): number {
  const db = openDatabase(cache, { mustExist: true });
  try {
    return db.prepare<number>(`SELECT count(*) FROM ${table}`).pluck().get()!;
  } finally {
    db.close();
  }
}
