// Recipes: everything that a published setting fixes about crops, targets, batches and schedule.
import { marginFor } from '../augment/views.ts';
import { codecNamed, decodingOf, type CodecName, type Decoding } from '../pose/codec.ts';
import type { CropSpec, Padding, PixelOrigin, Size } from '../pose/types.ts';

export const RECIPE_NAMES = ['paper', 'peer'] as const;
export type RecipeName = (typeof RECIPE_NAMES)[number];

export interface Recipe {
  readonly name: RecipeName;
  readonly input: Size;
  readonly heatmap: Size;
  readonly boxScale: number;
  /** Stored field of view over the input view, per axis. */
  readonly margin: Size;
  /** Stored crop in pixels. */
  readonly stored: Size;
  readonly origin: PixelOrigin;
  /** RGB, 0–255 scale. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  /** How keypoints become heatmaps. */
  readonly codec: CodecName;
  /** Heatmap pixels. */
  readonly sigma: number;
  /** How they are read. */
  readonly decode: Decoding;
  readonly labelledBatch: number;
  readonly unlabelledBatch: number;
  readonly learningRate: number;
  /** Learning rate x0.1 after these fractions of the steps. */
  readonly milestones: readonly number[];
  /** The consistency weight grows linearly over this fraction of the steps. */
  readonly ramp: number;
}

type Published = Omit<Recipe, 'decode'>;

/** The paper's COCO-1K setting: 256x192, box x 1.25, ImageNet statistics, MSRA heatmaps of sigma 2, x0.1 after 20 and 25 of 30 epochs. */
const paper = (): Published => {
  const input = { width: 192, height: 256 };
  const margin = marginFor(input);
  return {
    name: 'paper',
    input,
    heatmap: { width: 48, height: 64 },
    boxScale: 1.25,
    margin,
    stored: {
      width: Math.round(input.width * margin.width),
      height: Math.round(input.height * margin.height),
    },
    origin: 'centres',
    mean: [123.675, 116.28, 103.53],
    std: [58.395, 57.12, 57.375],
    codec: 'msra',
    sigma: 2,
    labelledBatch: 32,
    unlabelledBatch: 32,
    learningRate: 1e-3,
    milestones: [20 / 30, 25 / 30],
    ramp: 0,
  };
};

/** A small setting for CPUs and comparisons: square 64x64 crops without margin, sub-pixel Gaussians of sigma 1. */
const peer = (): Published => ({
  name: 'peer',
  input: { width: 64, height: 64 },
  heatmap: { width: 16, height: 16 },
  boxScale: 1.1,
  margin: { width: 1, height: 1 },
  stored: { width: 96, height: 96 },
  origin: 'edges',
  mean: [114, 114, 114],
  std: [58, 58, 58],
  codec: 'gaussian',
  sigma: 1,
  labelledBatch: 32,
  unlabelledBatch: 32,
  learningRate: 1e-3,
  milestones: [0.7, 0.9],
  ramp: 0.2,
});

/** @param codec instead of the recipe's */
export function recipeNamed(name: RecipeName, codec?: CodecName): Recipe {
  const published = name === 'paper' ? paper() : peer();
  const chosen = codec ?? published.codec;
  return { ...published, codec: chosen, decode: decodingOf(codecNamed(chosen), published.sigma) };
}

export function cropSpec(recipe: Recipe, padding: Padding): CropSpec {
  const { input, boxScale, margin, stored, origin, mean } = recipe;
  const [r, g, b] = mean;
  return {
    input,
    boxScale,
    margin,
    stored,
    origin,
    padding,
    fill: [Math.round(r), Math.round(g), Math.round(b)],
  };
}
