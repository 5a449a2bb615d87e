// heatstream model list|info NAME: what the networks cost.
import { UsageError } from '../config/resolve.ts';
import { networkCost, type NetworkCost } from '../models/cost.ts';
import { createNetwork, MODEL_NAMES, type ModelName, type Network } from '../models/network.ts';
import type { Column } from '../monitor/column.ts';
import { formatTable } from '../monitor/table.ts';
import type { Invocation } from './commands.ts';
import { optionsOf } from './session.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

interface Description extends NetworkCost {
  readonly model: ModelName;
  readonly joints: number;
  readonly stride: number;
  readonly input: Size;
  readonly heatmap: Size;
}

export function run(invocation: Invocation): Promise<number> {
  const { json } = optionsOf(['json'], invocation);
  const size = sizeFlag(String(invocation.flags['size']));
  const joints = jointsFlag(String(invocation.flags['joints']));
  const [action, name, ...rest] = invocation.positional;
  if (action === 'list' && name === undefined) {
    const all = MODEL_NAMES.map((each) => describe(each, joints, size));
    console.log(json ? JSON.stringify(all) : table(all));
  } else if (action === 'info' && name !== undefined && rest.length === 0) {
    const one = describe(modelNamed(name), joints, size);
    console.log(json ? JSON.stringify(one) : sheet(one));
  } else {
    const given = invocation.positional.join(' ');
    throw new UsageError(`model ${given}: expected \`model list\` or \`model info NAME\``);
  }
  return Promise.resolve(0);
}

function describe(model: ModelName, joints: number, input: Size): Description {
  const network = createNetwork(model, joints);
  checkSize(network, input);
  return {
    ...{ model, joints, stride: network.stride, input },
    heatmap: { width: input.width / 4, height: input.height / 4 },
    ...networkCost(network, input),
  };
}

function table(all: readonly Description[]): string {
  const columns: Column[] = [
    { key: 'model', title: 'model' },
    { key: 'parameters', title: 'parameters M', digits: 2 },
    { key: 'actual', title: 'multiply-adds G', digits: 2 },
    { key: 'published', title: 'published GFLOPs', digits: 2 },
    { key: 'layers', title: 'convolutions', digits: 0 },
    { key: 'weights', title: 'weights MB', digits: 1 },
    { key: 'maps', title: 'maps MB', digits: 1 },
    { key: 'stride', title: 'stride', digits: 0 },
  ];
  const rows = all.map(({ model, parameters, multiplyAdds, layers, memory, stride }) => ({
    ...{ model, stride, parameters: parameters / 1e6 },
    ...{ actual: multiplyAdds.actual / 1e9, published: multiplyAdds.publishedGflops },
    layers: layers.convolutions + layers.upConvolutions,
    ...{ weights: memory.weights / 1e6, maps: memory.maps / 1e6 },
  }));
  return formatTable(columns, rows);
}

function sheet({ multiplyAdds, layers, memory, ...about }: Description): string {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const { input, heatmap } = about;
  const lines: readonly (readonly [string, string])[] = [
    ['model', `${about.model}, ${about.joints} joints`],
    ['input', `${input.width}x${input.height}, any multiple of ${about.stride}`],
    ['heatmaps', `${heatmap.width}x${heatmap.height}`],
    ['parameters', `${about.parameters} (${(about.parameters / 1e6).toFixed(1)} M)`],
    ['running statistics', String(about.statistics)],
    ['convolutions', String(layers.convolutions)],
    ['up-convolutions', String(layers.upConvolutions)],
    ['batch normalisations', String(layers.batchNorms)],
    ['multiply-adds', `${multiplyAdds.actual} (${(multiplyAdds.actual / 1e9).toFixed(2)} G)`],
    [
      'as published',
      `${multiplyAdds.publishedGflops.toFixed(2)} "GFLOPs": up-convolutions at output size, divided by 1024^3`,
    ],
    ['weights', megabytes(memory.weights)],
    ['weights in training', `${megabytes(memory.training)}: with Adam's slots and gradients`],
    [
      'maps a picture',
      `${megabytes(memory.maps)}: results of convolutions, pooling and resizes; training keeps about twice as much`,
    ],
  ];
  return lines.map(([title, text]) => `${title.padEnd(22)}${text}`).join('\n');
}

function modelNamed(name: string): ModelName {
  const found = MODEL_NAMES.find((each) => each === name);
  if (found) return found;
  throw new UsageError(`model info ${name}: expected one of ${MODEL_NAMES.join(', ')}`);
}

function sizeFlag(text: string): Size {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  if (width && height) return { width: Number(width), height: Number(height) };
  throw new UsageError(`--size ${text}: expected WIDTHxHEIGHT in pixels, such as 192x256`);
}

function jointsFlag(text: string): number {
  const joints = Number(text);
  if (Number.isInteger(joints) && joints > 0) return joints;
  throw new UsageError(`--joints ${text}: expected a whole number from 1 up`);
}

function checkSize({ name, stride }: Network, { width, height }: Size): void {
  if (width > 0 && height > 0 && width % stride === 0 && height % stride === 0) return;
  throw new UsageError(
    `--size ${width}x${height}: expected multiples of ${stride} pixels for ${name}`,
  );
}
