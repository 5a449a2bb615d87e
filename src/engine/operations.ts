// What a step does, without doing it: its operations with their shapes.
import { inOrder } from './compiled/program/program.ts';
import type { Op } from './compiled/program/node.ts';
import { record } from './compiled/record/record.ts';
import type { Shapes, Step } from './types.ts';

export interface Operation {
  readonly kind: Op['kind'];
  readonly inputs: readonly (readonly number[])[];
  readonly shape: readonly number[];
}

/**
 * Operations that the step's outputs and its new state need, in order.
 * @param entries shapes of the state
 */
export function operationsOf(
  step: Step,
  shapes: Shapes,
  entries: Readonly<Record<string, readonly number[]>>,
): readonly Operation[] {
  const { state, outputs } = record(step, shapes, entries);
  const nodes = inOrder([...Object.values(state), ...Object.values(outputs)]);
  return nodes.map(({ op, inputs, shape }) => ({
    kind: op.kind,
    inputs: inputs.map((x) => x.shape),
    shape,
  }));
}
