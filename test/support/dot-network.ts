// A network that anyone can check by eye, as an ONNX file: the redder a place, the surer it is of the left hand; green is the right.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OnnxGraph } from '../../src/engine/compiled/onnx/graph.ts';
import { writeModel } from '../../src/engine/compiled/onnx/write.ts';
import type { Point, Size } from '../../src/pose/types.ts';

export interface DotNetwork {
  readonly input: Size;
  readonly layout: 'NCHW' | 'NHWC';
  readonly channels: 'RGB' | 'BGR';
  readonly type: 'float32' | 'uint8' | 'int32';
  /** A fixed batch; free where it is left out. */
  readonly batch?: number;
  /** @default 'quarter' */
  readonly decode?: 'none' | 'quarter';
}

/** Heatmaps are means of blocks of so many pixels. */
export const STRIDE = 4;

/**
 * Writes the file and its description: heatmaps [n, 3, h / 4, w / 4] of the means of red, green and blue over blocks, 0–1.
 * @returns path of the ONNX file
 */
export async function writeDotNetwork(folder: string, network: DotNetwork): Promise<string> {
  const { input, layout, channels, type, batch, decode = 'quarter' } = network;
  const { width, height } = input;
  const count = batch ?? 'n';
  const graph = new OnnxGraph();
  const isFirst = layout === 'NCHW';
  const shape = isFirst ? [count, 3, height, width] : [count, height, width, 3];
  const given = graph.input('picture', shape, type);
  const numbers = graph.op('Cast', [given], { to: 1 });
  const planes = isFirst ? numbers : graph.transpose(numbers, [0, 3, 1, 2]);
  const order = graph.ints(channels === 'RGB' ? [0, 1, 2] : [2, 1, 0]);
  const rgb = graph.op('Gather', [planes, order], { axis: 1 });
  const blocks = { kernel_shape: [STRIDE, STRIDE], strides: [STRIDE, STRIDE] };
  const means = graph.op('AveragePool', [rgb], blocks);
  const maps = graph.op('Mul', [means, graph.scalar(type === 'float32' ? 1 : 1 / 255)]);
  const size = [height / STRIDE, width / STRIDE];
  if (isFirst) graph.output('maps', maps, [count, 3, ...size]);
  else graph.output('maps', graph.transpose(maps, [0, 2, 3, 1]), [count, ...size, 3]);
  const file = join(folder, `dots-${layout}-${channels}-${type}.onnx`);
  await writeFile(file, writeModel(graph));
  const scaled = type === 'float32' ? { scale: 1 / 255 } : {};
  const description = {
    input: { layout, channels, type, width, height, ...scaled },
    output: { layout },
    joints: ['left_hand', 'right_hand', 'head'],
    origin: 'edges',
    boxScale: 1.2,
    decode,
  };
  await writeFile(`${file}.json`, JSON.stringify(description));
  return file;
}

/** A black picture with a soft dot of 8 px (standard deviation) for each colour. @returns [height, width, 3] */
export function dots({ width, height }: Size, places: readonly Point[], spread = 8): Uint8Array {
  const pixels = new Uint8Array(width * height * 3);
  places.forEach((place, channel) => {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const squared = (x - place.x) ** 2 + (y - place.y) ** 2;
        pixels[(y * width + x) * 3 + channel] = Math.round(
          255 * Math.exp(-squared / (2 * spread ** 2)),
        );
      }
    }
  });
  return pixels;
}
