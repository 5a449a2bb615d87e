// What a detector's ONNX file does not say itself: `FILE.onnx.json`, described in docs/boxes.md.
import { z } from 'zod';

const triple = z.tuple([z.number(), z.number(), z.number()]);

const input = z.strictObject({
  /** Only input, where the file has one. */
  name: z.string().optional(),
  width: z.int().min(1).max(8192),
  height: z.int().min(1).max(8192),
  order: z.enum(['NCHW', 'NHWC']).default('NCHW'),
  colour: z.enum(['RGB', 'BGR']).default('RGB'),
  type: z.enum(['float32', 'uint8']).default('float32'),
  /** value = (pixel − mean) / std, pixels 0–255; float32 only. */
  mean: triple.default([0, 0, 0]),
  std: z
    .tuple([z.number().positive(), z.number().positive(), z.number().positive()])
    .default([255, 255, 255]),
  /** Grey beside the picture, 0–255. */
  fill: z.int().min(0).max(255).default(114),
});

const common = {
  input,
  /** Boxes below it are dropped, 0–1. */
  score: z.number().min(0).max(1).default(0.25),
  /** Of two boxes that overlap more, the surer one stays. */
  iou: z.number().min(0).max(1).default(0.45),
  /** People kept in a picture, the surest ones. */
  most: z.int().min(1).default(50),
};

// Strict: a misspelt name would silently be its default.

/** One tensor, a candidate a row or a column: four numbers of the box, objectness where there is one, a score a class. */
const yolo = z.strictObject({
  layout: z.literal('yolo'),
  ...common,
  output: z
    .strictObject({
      name: z.string().optional(),
      /** `rows`: [1, candidates, numbers]; `columns`: [1, numbers, candidates]. */
      candidates: z.enum(['rows', 'columns']).default('columns'),
      /** In input pixels: centre and size, or two corners. */
      box: z.enum(['cxcywh', 'xyxy']).default('cxcywh'),
      objectness: z.boolean().default(false),
      /** Index of the class person. */
      person: z.int().min(0).default(0),
    })
    .prefault({}),
});

/** Tensors side by side: boxes [1, n, 4], scores [1, n] or [1, n, classes], class numbers [1, n] where scores are not by class. */
const ssd = z.strictObject({
  layout: z.literal('ssd'),
  ...common,
  output: z.strictObject({
    boxes: z.string(),
    scores: z.string(),
    classes: z.string().optional(),
    /** Tensor with the number of candidates that count. */
    count: z.string().optional(),
    box: z.enum(['yxyx', 'xyxy']).default('yxyx'),
    /** Coordinates 0–1 of the input, or its pixels. */
    unit: z.enum(['input', 'pixels']).default('input'),
    /** Class number of people; without `classes` its index among the scores. */
    person: z.int().min(0).default(1),
  }),
});

export const detectorLayout = z.discriminatedUnion('layout', [yolo, ssd]);
export type DetectorLayout = z.infer<typeof detectorLayout>;
export type YoloLayout = z.infer<typeof yolo>;
export type SsdLayout = z.infer<typeof ssd>;
