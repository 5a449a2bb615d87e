import { describe, expect, it } from 'vitest';
import { OnnxGraph } from '../../src/engine/compiled/onnx/graph.ts';

const operand = (name: string) => ({ name, isNumber: false });
const types = (graph: OnnxGraph) => graph.nodes.map(({ type }) => type);

describe('an elementwise operator of a graph', () => {
  it('takes a filter of 1x1 as a vector where a number stands beside it', () => {
    const graph = new OnnxGraph();
    const filter = graph.input('filter', [256, 64, 1, 1]);
    const number = { name: graph.scalar(0.9), isNumber: true };
    const scaled = graph.elementwise('Mul', [operand(filter), number], [256, 64, 1, 1]);
    expect(types(graph)).toEqual(['Reshape', 'Mul', 'Reshape']);
    expect(graph.nodes[2]!.outputs).toEqual([scaled]);
    // The next one goes on from the vector.
    graph.elementwise('Add', [number, operand(scaled)], [256, 64, 1, 1]);
    expect(types(graph)).toEqual(['Reshape', 'Mul', 'Reshape', 'Add', 'Reshape']);
    expect(graph.nodes[3]!.inputs[1]).toBe(graph.nodes[1]!.outputs[0]);
  });

  it('leaves alone what the runtime takes in long runs', () => {
    const graph = new OnnxGraph();
    const [a, b] = [graph.input('a', [8, 4, 1, 1]), graph.input('b', [8, 4, 1, 1])];
    graph.elementwise('Mul', [operand(a), operand(b)], [8, 4, 1, 1]);
    const wide = graph.input('wide', [8, 4, 3, 3]);
    const number = { name: graph.scalar(2), isNumber: true };
    graph.elementwise('Mul', [operand(wide), number], [8, 4, 3, 3]);
    expect(types(graph)).toEqual(['Mul', 'Mul']);
  });
});
