// Wraps a step graph into an ONNX Loop: several steps a call, the state stays inside the runtime between them.
import type { Port } from './graph.ts';
import { OnnxGraph } from './graph.ts';

/** Names of the loop's own ports. */
export const countName = 'count';
export const firstName = (entry: string): string => `first:${entry}`;
export const lastName = (entry: string): string => `last:${entry}`;
export const allName = (port: string): string => `all:${port}`;

/**
 * @param step graph with inputs `in:*` and `state:*`, outputs `next:*` and `out:*`
 * @param carried entries that the step writes, read or not: their `state:*` of one step is their `next:*` of the one before
 * @returns inputs `count`, `all:in:*` (a leading axis of steps), `first:ENTRY`, and `state:*` of entries that are only read;
 *   outputs `last:ENTRY` and `all:out:*`
 */
export function asLoop(step: OnnxGraph, carried: readonly string[]): OnnxGraph {
  const [main, body] = [new OnnxGraph(), new OnnxGraph()];
  const iteration = 'iteration';
  const port = (ports: readonly Port[], name: string) => ports.find((p) => p.name === name)!;
  const entries = carried.map((name) => ({
    name,
    ...withoutName(port(step.outputs, `next:${name}`)),
  }));
  const fed = step.inputs.filter(({ name }) => name.startsWith('in:'));
  const results = step.outputs.filter(({ name }) => name.startsWith('out:'));

  body.input(iteration, [], 'int64');
  body.input('go', [], 'bool');
  for (const { name, dims, type } of entries) body.input(`state:${name}`, dims, type);
  const taken = fed.map(({ name }) => ({
    type: 'Gather',
    domain: '',
    inputs: [allName(name), iteration],
    outputs: [name],
    attributes: { axis: 0 },
  }));
  const goOn = { type: 'Identity', domain: '', inputs: ['go'], outputs: ['goOn'], attributes: {} };
  body.nodes = [...taken, ...step.nodes, goOn];
  body.initializers = step.initializers;
  body.outputs.push({ name: 'goOn', dims: [], type: 'bool' });
  body.outputs.push(...entries.map(({ name }) => port(step.outputs, `next:${name}`)), ...results);

  const inputs = [main.input(countName, [], 'int64'), ''];
  for (const { name, dims, type } of fed) main.input(allName(name), ['steps', ...dims], type);
  for (const { name, dims, type } of entries) inputs.push(main.input(firstName(name), dims, type));
  for (const { name, dims, type } of step.inputs) {
    const isRead = name.startsWith('state:') && !carried.includes(name.slice('state:'.length));
    if (isRead) main.input(name, dims, type);
  }
  main.nodes.push({
    type: 'Loop',
    domain: '',
    inputs,
    outputs: [...carried.map(lastName), ...results.map(({ name }) => allName(name))],
    attributes: { body },
  });
  main.outputs.push(
    ...entries.map(({ name, dims, type }) => ({ name: lastName(name), dims, type })),
  );
  main.outputs.push(
    ...results.map(({ name, dims, type }) => ({
      name: allName(name),
      dims: ['steps', ...dims],
      type,
    })),
  );
  return main;
}

const withoutName = ({ dims, type }: Port): Omit<Port, 'name'> => ({ dims, type });
