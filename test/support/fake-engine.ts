// An engine that computes nothing: every output is a constant, and every call is told to the test.
import type { Engine, Inputs, NamedArray, Session } from '../../src/engine/types.ts';

export interface FakeEngineOptions {
  /** Milliseconds a call takes. */
  readonly callMs?: number;
  /** Awaited before a call of a training step returns. */
  readonly onTrain?: (batches: readonly Inputs[]) => Promise<void> | void;
  /** Mean peak of the student on unlabelled pictures, by the count of steps. @default 0.5 */
  readonly peak?: (step: number) => number;
  /** Told of every other call. */
  readonly onPredict?: (stepName: string) => void;
}

const scalar = (value: number): NamedArray => ({ shape: [], data: Float32Array.of(value) });

export function fakeEngine({
  callMs = 0,
  onTrain,
  onPredict,
  peak = () => 0.5,
}: FakeEngineOptions): Engine {
  let steps = 0;
  return {
    name: 'cpu',
    device: 'fake',
    open(initial) {
      const state = { ...initial };
      const session: Session = {
        compile(step, shapes) {
          return Promise.resolve({
            async run(inputs) {
              if (callMs > 0) await new Promise((resolve) => setTimeout(resolve, callMs));
              if (step.name.startsWith('train')) {
                await onTrain?.(inputs);
                const names = [
                  ...['loss', 'supervised', 'consistency', 'studentPeak', 'teacherPeak'],
                  ...['labelledPeak', 'studentBackground', 'teacherBackground'],
                ];
                const outputs = Object.fromEntries(names.map((name) => [name, scalar(0.5)]));
                return inputs.map(() => {
                  steps += 1;
                  return { ...outputs, studentPeak: scalar(peak(steps)) };
                }) as never;
              }
              onPredict?.(step.name);
              const specs = shapes as Record<string, { shape: readonly number[] }>;
              const [batch] = (specs['views'] ?? specs['easyViews'])!.shape;
              const heatmaps = {
                shape: [batch!, 16, 16, 14],
                data: new Float32Array(batch! * 16 * 16 * 14).fill(0.5),
              };
              const outputs = { heatmaps, peak: scalar(0.5), easy: heatmaps, hard: heatmaps };
              return inputs.map(() => outputs) as never;
            },
          });
        },
        read: (names = Object.keys(state)) =>
          Promise.resolve(Object.fromEntries(names.map((name) => [name, state[name]!]))),
        write(entries) {
          Object.assign(state, entries);
          return Promise.resolve();
        },
        dispose: () => Promise.resolve(),
      };
      return Promise.resolve(session);
    },
  };
}
