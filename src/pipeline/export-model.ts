// Writes a trained model for other programs: PyTorch, NumPy, or whatever runs ONNX.
import { recipeOf } from './open-predictor.ts';
import type { OnnxDescription } from '../models/external/onnx-spec.ts';
import { createNetwork } from '../models/network.ts';
import { encodeNpz } from '../models/checkpoint/npz.ts';
import { encodeTorch } from '../models/checkpoint/torch-write.ts';
import { toTorch } from '../models/torch-layout.ts';
import type { Size } from '../pose/types.ts';
import { writeFileAtomic } from '../stages/atomic-file.ts';
import { exportOnnx } from '../stages/export-onnx.ts';
import { checkWeights, loadModel, saveModel, type Model } from '../stages/model-file.ts';

export const EXPORT_FORMATS = ['safetensors', 'npz', 'pth', 'onnx'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportOptions {
  /** Run folder or model file. */
  readonly run: string;
  readonly format: ExportFormat;
  readonly out: string;
  /** Of a model that holds two. @default 'first' */
  readonly network?: 'first' | 'second' | undefined;
  /** Of an ONNX file's pictures. @default the recipe's */
  readonly size?: Size | undefined;
}

export interface ExportSummary {
  readonly out: string;
  readonly format: ExportFormat;
  readonly model: string;
  readonly tensors: number;
  /** ONNX: largest difference from tfjs's heatmaps over their largest value. */
  readonly deviation?: number;
}

/** @throws Error for a model that cannot be written, or whose ONNX file computes something else */
export async function exportModel({
  run,
  format,
  out,
  network = 'first',
  size,
}: ExportOptions): Promise<ExportSummary> {
  const model = oneOf(await loadModel(run), network);
  const summary = {
    ...{ out, format, model: model.card.model },
    tensors: Object.keys(model.weights).length,
  };
  if (format === 'onnx') return { ...summary, deviation: await writeOnnx(model, out, size) };
  if (format === 'safetensors') await saveModel(out, model.card, model.weights);
  else {
    const arrays = Object.fromEntries(
      Object.entries(model.weights).map(([name, array]) => [name, toTorch(array)]),
    );
    await writeFileAtomic(out, format === 'npz' ? encodeNpz(arrays) : encodeTorch(arrays));
  }
  return summary;
}

/** One of two networks, under bare names. */
function oneOf(model: Model, network: 'first' | 'second'): Model {
  const { second, ...rest } = model;
  const first = { ...rest, card: { ...model.card, second: undefined } };
  if (network === 'first') return first;
  if (!second) throw new Error(`${model.file} holds one network, there is no second`);
  return { ...first, weights: second };
}

/** Beside the file goes its description, with which `--teacher FILE.onnx` reads it. */
async function writeOnnx(model: Model, out: string, size: Size | undefined): Promise<number> {
  const { card, weights } = model;
  const recipe = recipeOf(model);
  const network = createNetwork(card.model, card.skeleton.joints.length);
  checkWeights(network, model);
  const input = size ?? recipe.input;
  const deviation = await exportOnnx(out, {
    network,
    weights,
    input,
    metadata: {
      heatstream: JSON.stringify(card),
      input: '[batch, 3, height, width], RGB, (value of 0 to 255 - mean) / std',
      mean: recipe.mean.join(' '),
      std: recipe.std.join(' '),
      output: '[batch, joints, height, width], heatmaps',
      joints: card.skeleton.joints.join(' '),
      box_scale: String(recipe.boxScale),
    },
  });
  const { joints, edges } = card.skeleton;
  const { mean, std, origin, boxScale, decode, sigma } = recipe;
  const description: OnnxDescription = {
    input: { name: 'input', ...input, mean: [...mean], std: [...std] },
    output: { name: 'heatmaps' },
    joints: [...joints],
    edges: edges.map(([a, b]) => [a, b]),
    ...{ origin, boxScale, decode: decode.refine ?? 'quarter', sigma },
    align: decode.align,
  };
  await writeFileAtomic(`${out}.json`, JSON.stringify(description, null, 2));
  return deviation;
}
