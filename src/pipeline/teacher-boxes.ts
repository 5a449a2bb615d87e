// Boxes of unlabelled people from the run's teacher: its finder, another one whenever the run publishes another teacher.
import type { Engine } from '../engine/types.ts';
import type { Checkpoint } from '../stages/checkpoint.ts';
import type { Finder } from '../stages/picture.ts';
import { teacherFile } from '../stages/publish.ts';
import type { Teacher } from '../stages/teach.ts';
import { teacherFinder } from '../stages/teacher-finder.ts';
import { openPredicting, type ExternalOptions } from './open-predicting.ts';
import type { Pool } from './pool.ts';

export interface TeacherBoxes {
  /** The teacher of the moment. A picture that is being looked at stays with the one that it began with. */
  readonly finder: () => Finder;
  /** From now on this one looks. @param where run folder or model file; of the first, whatever `--teacher` takes */
  take(where: string): Promise<void>;
  dispose(): Promise<void>;
}

interface Eyes {
  readonly finder: Finder;
  /** Waits until nobody is being looked at. */
  close(): Promise<void>;
}

export async function openTeacherBoxes(
  first: string,
  engine: Engine,
  { teacherSpec, skeletonMap, threads }: ExternalOptions,
): Promise<TeacherBoxes> {
  let eyes = await openEyes(first, engine, { teacherSpec, skeletonMap, threads });
  return {
    finder: () => eyes.finder,
    async take(where) {
      const before = eyes;
      eyes = await openEyes(where, engine, {});
      await before.close();
    },
    dispose: () => eyes.close(),
  };
}

async function openEyes(where: string, engine: Engine, options: ExternalOptions): Promise<Eyes> {
  // A finder is given a picture at a time.
  const model = await openPredicting(where, engine, { ...options, batch: 1 });
  const finder = teacherFinder(model.predictor, model);
  const looking = new Set<Promise<unknown>>();
  return {
    finder: {
      ...finder,
      find(picture) {
        const look = finder.find(picture);
        looking.add(look);
        const end = () => looking.delete(look);
        look.then(end, end);
        return look;
      },
    },
    async close() {
      await Promise.allSettled(looking);
      await model.predictor.dispose();
    },
  };
}

/** Whose boxes a run begins with: its first teacher's, or those of the one that it had at its checkpoint. */
export function teacherOf(
  { run, teacher }: { readonly run: string; readonly teacher?: string | undefined },
  saved: Checkpoint | undefined,
): string {
  const published = saved?.teacher;
  return published && published.step > 0 ? teacherFile(run, published.digest) : teacher!;
}

/** Whether this teacher was published, and has not looked at the pictures to the end. */
export function isPoolOlderThan(teacher: Teacher | undefined, pool: Pool): boolean {
  if (!teacher || teacher.step === 0) return false;
  return !pool.logged().some(({ replaces, step }) => replaces && step === teacher.step + 1);
}

export interface LookAgain {
  readonly boxes: TeacherBoxes;
  readonly pool: Pool;
  /** Folder. */
  readonly run: string;
  /** Lists all pictures anew. */
  readonly again: () => Promise<void>;
}

/** A teacher that was published looks at every picture; from the next step on the pool holds its boxes. Once: a run that goes on has them in its log. */
export async function lookAgain(
  teacher: Teacher,
  { boxes, pool, run, again }: LookAgain,
): Promise<void> {
  await boxes.take(teacherFile(run, teacher.digest));
  if (!isPoolOlderThan(teacher, pool)) return;
  pool.renew();
  await again();
}
