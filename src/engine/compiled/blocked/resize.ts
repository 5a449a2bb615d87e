// Resizes of blocked maps. A pixel is a tile of B x B numbers that stay together, so rows and columns of pixels move and add as they lie.
import { identity } from '../plain/stored.ts';
import type { BlockedMap, Blocks } from './map.ts';

type Factors = readonly [high: number, wide: number];

/** Every row and column so many times. */
export function repeated(blocks: Blocks, map: BlockedMap, [high, wide]: Factors): BlockedMap {
  const { height, width } = map;
  const lines = blocks.tiles(map) / width;
  const maps = lines / height;
  const picked = identity(maps).flatMap((m) =>
    identity(height * high).flatMap((y) =>
      identity(width * wide).map(
        (x) => (m * height + Math.floor(y / high)) * width + Math.floor(x / wide),
      ),
    ),
  );
  const name = blocks.rows(map.name, [lines * width, blocks.size ** 2], picked);
  return resized(blocks, map, name, [height * high, width * wide]);
}

/** Sums of so many rows and columns. */
export function summed(blocks: Blocks, map: BlockedMap, [high, wide]: Factors): BlockedMap {
  const { graph } = blocks;
  const [height, width] = [map.height / high, map.width / wide];
  const lines = blocks.tiles(map) / map.width / high;
  const tile = blocks.size ** 2;
  const sums = (x: string, dims: readonly number[]) =>
    graph.op('ReduceSum', [graph.reshape(x, dims), graph.ints([1])], { keepdims: 0 });
  const rows = sums(map.name, [lines, high, map.width * tile]);
  return resized(blocks, map, sums(rows, [lines * width, wide, tile]), [height, width]);
}

/** @param rows name of [height', height]; columns of [width', width] */
export function resampled(
  blocks: Blocks,
  map: BlockedMap,
  [rows, columns]: readonly [string, string],
  [height, width]: readonly [number, number],
): BlockedMap {
  const { graph } = blocks;
  const maps = blocks.tiles(map) / map.width / map.height;
  const tile = blocks.size ** 2;
  const planes = graph.reshape(map.name, [maps, map.height, map.width * tile]);
  const down = graph.op('MatMul', [rows, planes]);
  const lines = graph.reshape(down, [maps * height, map.width, tile]);
  return resized(blocks, map, graph.op('MatMul', [columns, lines]), [height, width]);
}

function resized(
  blocks: Blocks,
  map: BlockedMap,
  name: string,
  [height, width]: readonly [number, number],
): BlockedMap {
  const to = { ...map, height, width };
  return { ...to, name: blocks.graph.reshape(name, blocks.dims(to)) };
}
