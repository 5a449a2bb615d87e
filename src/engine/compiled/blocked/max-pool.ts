// Max-pooling of stride 2 on blocked maps, and its gradient.
import { identity } from '../plain/stored.ts';
import type { Window } from '../program/node.ts';
import type { BlockedMap, Blocks } from './map.ts';
import { nchwc } from './map.ts';

const lowest = -3.4e38;

/** Square windows of stride 2 on even sizes, half as many outputs. */
export function isPoolable(
  { kernel, strides, pads }: Window,
  [height, width]: readonly [number, number],
  [oh, ow]: readonly [number, number],
): boolean {
  const isSquare =
    kernel[0] === kernel[1] && strides[0] === 2 && strides[1] === 2 && pads[0] === pads[1];
  return isSquare && height === 2 * oh && width === 2 * ow;
}

export function blockedMaxPool(
  blocks: Blocks,
  map: BlockedMap,
  { kernel: [k], pads: [top, left, bottom] }: Window,
): BlockedMap {
  const { graph } = blocks;
  const [height, width] = [map.height / 2, map.width / 2];
  const down = graph.op(
    'MaxPool',
    [map.name],
    { kernel_shape: [k, 1], strides: [2, 1], dilations: [1, 1], pads: [top, 0, bottom, 0] },
    nchwc,
  );
  const lines = { ...map, height, name: down };
  // Then along the width: every tap sees columns of one parity.
  const taps = identity(k).map((j) => {
    const parity = (j - left) & 1;
    const offset = (j - left - parity) / 2;
    const part = blocks.columns(lines, parity, 2, width);
    return blocks.pad(part, [0, -offset, 0, offset], lowest).name;
  });
  return { ...map, height, width, name: graph.op('Max', taps) };
}

/** Each window sends its gradient to its first maximum (row by row), one phase of the input after the other. */
export function blockedMaxPoolGrad(
  blocks: Blocks,
  dy: BlockedMap,
  [x, y]: readonly [BlockedMap, BlockedMap],
  { kernel: [k], pads: [top, left] }: Window,
): BlockedMap {
  const { graph } = blocks;
  const phases = [0, 1].flatMap((q) => [0, 1].map((r) => blocks.phase(x, q, r)));
  const sums: (string | undefined)[] = phases.map(() => undefined);
  let rest = dy.name;
  for (const [i, j] of identity(k * k).map((n) => [Math.floor(n / k), n % k] as const)) {
    const [q, r] = [(i - top) & 1, (j - left) & 1];
    const [e, c] = [(i - top - q) / 2, (j - left - r) / 2];
    const seen = blocks.pad(phases[2 * q + r]!, [-e, -c, e, c], lowest);
    const hit = graph.op('Cast', [graph.op('Equal', [seen.name, y.name])], { to: 1 });
    const got = graph.op('Mul', [rest, hit]);
    rest = graph.op('Sub', [rest, got]);
    const back = blocks.pad({ ...dy, name: got }, [e, c, -e, -c]).name;
    const before = sums[2 * q + r];
    sums[2 * q + r] = before === undefined ? back : graph.op('Add', [before, back]);
  }
  const zeros = () => graph.op('ConstantOfShape', [graph.ints(blocks.dims(dy))]);
  return blocks.interleave(
    sums.map((s) => s ?? zeros()),
    { ...dy },
  );
}
