// A recorded step as an ONNX model: its bytes and what goes in and out under which name.
import type { Shapes, Step } from '../types.ts';
import { tidy } from './onnx/tidy.ts';
import { writeModel } from './onnx/write.ts';
import { plainLowerers } from './plain/lowerers.ts';
import { Lowering } from './plain/lowering.ts';
import { inOrder } from './program/program.ts';
import { record } from './record/record.ts';

export interface CompiledStep {
  readonly model: Uint8Array;
  /** Inputs that the step reads, by name. */
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** State entries that the step reads, and those it writes (as outputs called `next:NAME`). */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** Outputs are called `out:NAME`, in logical layout. */
  readonly outputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

/** @param state logical shapes of all entries of the session. */
export function compileStep(
  step: Step,
  shapes: Shapes,
  state: Readonly<Record<string, readonly number[]>>,
): CompiledStep {
  const recording = record(step, shapes, state);
  const roots = [...Object.values(recording.state), ...Object.values(recording.outputs)];
  const nodes = inOrder(roots);
  const lowering = new Lowering(plainLowerers, nodes).run();
  const { graph } = lowering;
  for (const [name, node] of Object.entries(recording.state)) {
    const entry = lowering.entry(node);
    graph.output(`next:${name}`, entry.name, entry.dims);
  }
  for (const [name, node] of Object.entries(recording.outputs)) {
    graph.output(`out:${name}`, lowering.named(node), node.shape);
  }
  tidy(graph);
  const named = (kind: 'input' | 'state') =>
    nodes.flatMap(({ op }) => (op.kind === kind ? [(op as { name: string }).name] : []));
  return {
    model: writeModel(graph),
    inputs: named('input').map((name) => ({ name, shape: shapes[name]!.shape })),
    reads: named('state'),
    writes: Object.keys(recording.state),
    outputs: Object.entries(recording.outputs).map(([name, { shape }]) => ({ name, shape })),
  };
}
