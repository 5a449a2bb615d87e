// A step graph as a whole model: an ONNX Loop of several steps a call, in which the state stays inside the runtime, or one step a call.
import type { OnnxNode, Port } from './graph.ts';
import { OnnxGraph } from './graph.ts';
import { tidy } from './tidy.ts';

/** Names of the loop's own ports. */
export const countName = 'count';
export const firstName = (entry: string): string => `first:${entry}`;
export const lastName = (entry: string): string => `last:${entry}`;
export const allName = (port: string): string => `all:${port}`;

/** A value that goes from step to step: one entry of the state, or several as one vector. */
export interface CarriedEntries {
  /** In the step: `state:NAME` of one step is `next:NAME` of the one before. */
  readonly name: string;
  readonly entries: readonly { readonly name: string; readonly dims: readonly number[] }[];
}

/**
 * @param step graph with inputs `in:*`, `state:*` and others that are the same for all steps, outputs `next:*` and `out:*`
 * @param carried all that the step writes, read or not
 * @returns inputs `count`, `all:in:*` (a leading axis of steps), `first:ENTRY`, `state:*` of entries that are only read, and
 *   the others; outputs `last:ENTRY` and `all:out:*`
 */
export function asLoop(step: OnnxGraph, carried: readonly CarriedEntries[]): OnnxGraph {
  const { mostParts } = step;
  const [main, body] = [new OnnxGraph({ prefix: 'outer.', mostParts }), new OnnxGraph()];
  const next = carried.map(({ name }) => step.outputs.find((p) => p.name === `next:${name}`)!);
  const fed = step.inputs.filter(({ name }) => name.startsWith('in:'));
  const results = step.outputs.filter(({ name }) => name.startsWith('out:'));

  body.input('iteration', [], 'int64');
  body.input('go', [], 'bool');
  for (const [i, { name }] of carried.entries())
    body.inputs.push({ ...next[i]!, name: `state:${name}` });
  const goOn = node('Identity', ['go'], ['goOn']);
  const taken = fed.map(({ name }) =>
    node('Gather', [allName(name), 'iteration'], [name], { axis: 0 }),
  );
  body.nodes = [...taken, ...step.nodes, goOn];
  body.initializers = step.initializers;
  body.outputs.push({ name: 'goOn', dims: [], type: 'bool' }, ...next, ...results);

  main.input(countName, [], 'int64');
  for (const port of fed) main.inputs.push(stacked(port));
  const firsts = carried.map(({ entries }) => joined(main, entries));
  const names = new Set(carried.map(({ name }) => `state:${name}`));
  const others = step.inputs.filter(({ name }) => !name.startsWith('in:') && !names.has(name));
  main.inputs.push(...others);

  const lasts = carried.map(({ name }) => `carried:${name}`);
  const all = results.map(stacked);
  main.nodes.push(
    node('Loop', [countName, '', ...firsts], [...lasts, ...all.map(({ name }) => name)], {
      body,
    }),
  );
  for (const [i, { entries }] of carried.entries()) apart(main, lasts[i]!, entries);
  main.outputs.push(...all);
  tidy(main);
  return main;
}

/**
 * One step a call, for a provider that would carry the state of a Loop through the memory of the CPU.
 * @returns inputs `in:*`, `first:ENTRY`, `state:*` of entries that are only read; outputs `last:ENTRY` and `out:*`
 */
export function asSingle(step: OnnxGraph, carried: readonly CarriedEntries[]): OnnxGraph {
  const main = new OnnxGraph({ prefix: 'outer.', mostParts: step.mostParts });
  const names = new Set(carried.map(({ name }) => `state:${name}`));
  main.inputs.push(...step.inputs.filter(({ name }) => !names.has(name)));
  for (const { name, entries } of carried)
    main.nodes.push(node('Identity', [joined(main, entries)], [`state:${name}`]));
  main.nodes.push(...step.nodes);
  main.outputs.push(...step.outputs.filter(({ name }) => name.startsWith('out:')));
  for (const { name, entries } of carried) apart(main, `next:${name}`, entries);
  main.initializers.push(...step.initializers);
  tidy(main);
  return main;
}

/** With a leading axis of steps. */
const stacked = ({ name, dims, type }: Port): Port => ({
  name: allName(name),
  dims: ['steps', ...(dims ?? [])],
  type,
});

/** Entries as they come from the session: as they are, or end to end. */
function joined(main: OnnxGraph, entries: CarriedEntries['entries']): string {
  const ports = entries.map(({ name, dims }) => main.input(firstName(name), dims));
  if (ports.length === 1) return ports[0]!;
  return main.op(
    'Concat',
    ports.map((port) => main.reshape(port, [-1])),
    { axis: 0 },
  );
}

function apart(main: OnnxGraph, value: string, entries: CarriedEntries['entries']): void {
  const [first] = entries;
  if (entries.length === 1) {
    main.output(lastName(first!.name), value, first!.dims);
    return;
  }
  const sizes = entries.map(({ dims }) => dims.reduce((n, d) => n * d, 1));
  const parts = main.split(value, sizes);
  for (const [i, { name, dims }] of entries.entries())
    main.output(lastName(name), main.reshape(parts[i]!, dims), dims);
}

const node = (
  type: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: OnnxNode['attributes'] = {},
): OnnxNode => ({ type, domain: '', inputs, outputs, attributes });
