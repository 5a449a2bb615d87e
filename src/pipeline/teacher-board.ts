// Where the trainer publishes teachers and the recall stage, running ahead of it, waits for the right one.
import type { Teacher } from '../stages/teach.ts';

export interface TeacherBoard {
  /** The teacher that step `step` must learn from; waits until the trainer has published it, or will not any more. */
  forStep(step: number): Promise<Teacher | undefined>;
  /** Steps after which the trainer must publish. */
  isDue(step: number): boolean;
  publish(teacher: Teacher): void;
}

/**
 * @param age steps after which targets are stale; Infinity keeps the first teacher
 * @param done steps done already, when a run goes on
 * @param drain aborted: nobody trains or publishes any more, and whoever waits gets the teacher that there is
 */
export function createTeacherBoard(
  first: Teacher | undefined,
  age: number,
  done: number,
  drain: AbortSignal,
): TeacherBoard {
  const lastDue = (step: number) => (age === Infinity ? 0 : Math.floor(step / age) * age);
  let current = first;
  let published = lastDue(done);
  let waiting: (() => void)[] = [];
  const wakeAll = () => {
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };
  drain.addEventListener('abort', wakeAll, { once: true });
  return {
    async forStep(step) {
      while (published < lastDue(step - 1) && !drain.aborted) {
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      return current;
    },
    isDue: (step) => age !== Infinity && step % age === 0,
    publish(teacher) {
      current = teacher;
      published = teacher.step;
      wakeAll();
    },
  };
}
