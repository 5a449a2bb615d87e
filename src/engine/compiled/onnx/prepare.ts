// Divides the graph of a step that leaves the state alone: what depends on the state only is computed once a state, not once a call.
import { OnnxGraph, type OnnxNode } from './graph.ts';
import { tidy } from './tidy.ts';

/** Operators whose results are float32 where their inputs are. Only these are computed ahead. */
const FLOATS = new Set(
  'Add Concat Div Gather Identity Mul Neg Pad Reciprocal ReorderInput Reshape Slice Split Sqrt Sub Transpose'.split(
    ' ',
  ),
);

export interface Prepared {
  /** Inputs `state:*`, outputs whatever `rest` takes from it. */
  readonly prepare: OnnxGraph;
  /** The step, with the outputs of `prepare` as inputs of their names, and only those `state:*` that it still reads. */
  readonly rest: OnnxGraph;
}

/** @returns undefined where nothing can be computed ahead */
export function prepared(step: OnnxGraph): Prepared | undefined {
  const fixed = new Set(step.initializers.map(({ name }) => name));
  const ahead = new Set(step.inputs.flatMap(({ name }) => (isState(name) ? [name] : [])));
  const [early, late]: [OnnxNode[], OnnxNode[]] = [[], []];
  const constants: OnnxNode[] = [];
  for (const node of step.nodes) {
    const inputs = node.inputs.filter((name) => name !== '');
    const known = (names: readonly Set<string>[]) =>
      inputs.every((name) => names.some((set) => set.has(name)));
    const isConstant = known([fixed]);
    const isAhead = !isConstant && FLOATS.has(node.type) && known([fixed, ahead]);
    (isConstant ? constants : isAhead ? early : late).push(node);
    for (const name of node.outputs)
      if (isConstant || isAhead) (isConstant ? fixed : ahead).add(name);
  }
  const made = new Set(early.flatMap(({ outputs }) => outputs));
  const outputs = new Set(step.outputs.map(({ name }) => name));
  const taken = [...new Set(late.flatMap(({ inputs }) => inputs)), ...outputs].filter((name) => made.has(name)); // prettier-ignore
  if (taken.length === 0 || taken.some((name) => outputs.has(name))) return undefined;
  const prepare = part(step, [...constants, ...early], () => false);
  for (const name of taken) prepare.outputs.push({ name, dims: undefined, type: 'float32' });
  tidy(prepare);
  const rest = part(step, [...constants, ...late], (name) => !isState(name));
  for (const name of taken) rest.inputs.push({ name, dims: undefined, type: 'float32' });
  rest.outputs.push(...step.outputs);
  tidy(rest);
  return { prepare, rest };
}

const isState = (name: string): boolean => name.startsWith('state:');

function part(step: OnnxGraph, nodes: readonly OnnxNode[], isInput: (name: string) => boolean) {
  const graph = new OnnxGraph();
  const names = new Set(nodes.flatMap(({ inputs }) => inputs));
  graph.nodes = [...nodes];
  graph.initializers = step.initializers;
  graph.inputs.push(...step.inputs.filter(({ name }) => isInput(name) || (isState(name) && names.has(name)))); // prettier-ignore
  return graph;
}
