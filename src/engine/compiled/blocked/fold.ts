// Arithmetic a channel behind a convolution, done by the convolution itself: its filter is scaled, the rest comes with the same pass.
// Worth it only where filters are scaled once a state (onnx/prepare.ts): in a training step it would be as much work as it saves.
import type { BlockedMap, Blocks, Fold, Foldable } from './map.ts';

/** Makes the map as it is, and remembers how it is made with something folded in. */
export function foldable(blocks: Blocks, make: Foldable): BlockedMap {
  const plain = make()!;
  blocks.folds.set(plain.name, make);
  return plain;
}

/** Filter [out / B, …, B out] times a number for each output channel. */
export function scaledFilter(
  blocks: Blocks,
  filter: string,
  [outs, ...rest]: readonly [number, number, number, number],
  scale: string | undefined,
): string {
  if (scale === undefined) return filter;
  const { graph, size } = blocks;
  const tiles = graph.reshape(filter, [outs / size, rest.reduce((n, d) => n * d, 1), size]);
  const factors = graph.reshape(scale, [outs / size, 1, size]);
  return graph.reshape(graph.op('Mul', [tiles, factors]), [outs, ...rest]);
}

/** What comes behind map and filter in the inputs of a convolution, and its attributes. */
export function behind({ shift, sum, isRectified }: Omit<Fold, 'scale'>) {
  return {
    inputs: sum !== undefined ? [shift ?? '', sum] : shift !== undefined ? [shift] : [],
    attributes: isRectified ? { activation: 'Relu' } : {},
  };
}
