// A small residual network for CPUs: 5x5 stem, stages of 24, 48 and 96 channels, two up-convolutions; heatmaps at a quarter of the input.
// 558,486 parameters with 14 joints. Names and order are those of the PyTorch network it is measured against.
import { batchNorm, conv, relu, sequence, upConv, type Layer } from './layer.ts';
import { residual } from './residual.ts';

const WIDTH = 24;
const BLOCKS = 2;
const UP_CHANNELS = 64;

export function tiny(joints: number): Layer {
  const layers = [conv('stem.0', [3, WIDTH], 5, { stride: 2 }), batchNorm('stem.1', WIDTH), relu];
  let from = WIDTH;
  let index = 0;
  for (const to of [WIDTH, 2 * WIDTH, 4 * WIDTH]) {
    for (let block = 0; block < BLOCKS; block++) {
      layers.push(tinyBlock(`body.${index++}`, from, to, block === 0 ? 2 : 1));
      from = to;
    }
  }
  for (let up = 0; up < 2; up++) {
    layers.push(
      upConv(`up.${3 * up}`, [from, UP_CHANNELS], { std: 0.02 }),
      batchNorm(`up.${3 * up + 1}`, UP_CHANNELS),
      relu,
    );
    from = UP_CHANNELS;
  }
  layers.push(conv('head', [from, joints], 1, { bias: { constant: 0 }, init: { std: 0.001 } }));
  return sequence(layers);
}

function tinyBlock(name: string, from: number, to: number, stride: number): Layer {
  const branch = sequence([
    conv(`${name}.a`, [from, to], 3, { stride }),
    batchNorm(`${name}.na`, to),
    relu,
    conv(`${name}.b`, [to, to], 3),
    batchNorm(`${name}.nb`, to),
  ]);
  const shortcut =
    stride === 1 && from === to
      ? sequence([])
      : sequence([conv(`${name}.sc.0`, [from, to], 1, { stride }), batchNorm(`${name}.sc.1`, to)]);
  return residual(branch, shortcut);
}
