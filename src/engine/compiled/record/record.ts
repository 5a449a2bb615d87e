// Runs a step once on the recording backend: tfjs's own automatic differentiation leaves its kernels behind as a program.
import type * as TF from '@tensorflow/tfjs';
import { tf } from '../../tf.ts';
import type { Shapes, Step, Tensors } from '../../types.ts';
import { packEntries } from '../program/pack.ts';
import { cast } from '../program/elementwise.ts';
import type { Node } from '../program/node.ts';
import { sameShape } from '../program/node.ts';
import { Program } from '../program/program.ts';
import { recorderName, theRecorder } from './recorder.ts';

export interface Recording {
  /** Entries of the state that the step changes. */
  readonly state: Readonly<Record<string, Node>>;
  /** float32. */
  readonly outputs: Readonly<Record<string, Node>>;
}

/** @param entries shapes of all entries of the state; only those that are read or written end up in the recording. */
export function record(
  step: Step,
  shapes: Shapes,
  entries: Readonly<Record<string, readonly number[]>>,
): Recording {
  const recorder = theRecorder();
  const program = new Program();
  const before = tf.getBackend() as string | undefined;
  void tf.setBackend(recorderName); // takes effect at once: the backend is made synchronously
  recorder.program = program;
  try {
    return tf.tidy(() => {
      const tensor = (node: Node) =>
        tf.engine().makeTensorFromTensorInfo(recorder.infoOf(node), recorder);
      const inputs = mapValues(shapes, ({ shape, dtype }, name) =>
        tensor(cast(program, program.make({ kind: 'input', name }, [], shape, dtype), 'float32')),
      );
      const current = mapValues(entries, (shape, name) =>
        tensor(program.make({ kind: 'state', name }, [], shape, 'float32')),
      );
      const result = step.run(current, inputs);
      const nodes = (tensors: Tensors) => mapValues(tensors, (t: TF.Tensor) => recorder.nodeOf(t));
      const written = nodes(result.state);
      for (const [name, node] of Object.entries(written))
        checkEntry(step, name, node, entries[name]);
      const outputs = mapValues(nodes(result.outputs), (n) => cast(program, n, 'float32'));
      const state = packEntries(program, written, Object.values(outputs));
      return { state, outputs } as Recording & TF.TensorContainer;
    });
  } finally {
    recorder.program = undefined;
    void tf.setBackend(before && before !== recorderName ? before : 'cpu');
  }
}

function checkEntry(
  step: Step,
  name: string,
  node: Node,
  shape: readonly number[] | undefined,
): void {
  if (!shape)
    throw new Error(
      `step ${step.name} returns state entry ${name}, which the session does not have`,
    );
  if (sameShape(shape, node.shape)) return;
  throw new Error(
    `step ${step.name} returns state entry ${name} as [${node.shape.join()}], expected [${shape.join()}]`,
  );
}

function mapValues<A, B>(
  record: Readonly<Record<string, A>>,
  map: (value: A, name: string) => B,
): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([k, v]) => [k, map(v, k)]));
}
