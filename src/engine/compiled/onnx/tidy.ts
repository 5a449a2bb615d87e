// Last passes over an ONNX graph before it is written: dead nodes go, outputs are written by who makes them.
import type { OnnxGraph, OnnxNode } from './graph.ts';

/** Changes `graph` in place. */
export function tidy(graph: OnnxGraph): void {
  dropDead(graph);
  nameOutputs(graph);
}

function dropDead(graph: OnnxGraph): void {
  const live = new Set(graph.outputs.map((o) => o.name));
  const kept: OnnxNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((o) => live.has(o))) continue;
    kept.push(node);
    for (const name of node.inputs) live.add(name);
  }
  graph.nodes = kept.reverse();
  graph.initializers = graph.initializers.filter((t) => live.has(t.name));
}

/** `graph.output` makes an Identity, a copy at run time; where its source is a node's own result, that node takes the name. */
function nameOutputs(graph: OnnxGraph): void {
  const makers = new Map(graph.nodes.flatMap((n) => n.outputs.map((o) => [o, n] as const)));
  const outputs = new Set(graph.outputs.map((o) => o.name));
  const renamed = new Map<string, string>();
  const rest = graph.nodes.filter(({ type, inputs, outputs: [to] }) => {
    const from = inputs[0]!;
    const maker = makers.get(from);
    const canRename =
      type === 'Identity' && outputs.has(to!) && maker && !outputs.has(from) && !renamed.has(from);
    if (!canRename || maker.type === 'Reshape') return true;
    renamed.set(from, to!);
    return false;
  });
  const to = (name: string) => renamed.get(name) ?? name;
  graph.nodes = rest.map((n) => ({ ...n, inputs: n.inputs.map(to), outputs: n.outputs.map(to) }));
}
