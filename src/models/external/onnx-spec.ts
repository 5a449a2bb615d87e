// What an ONNX file does not say about itself: how pictures go in and which joints come out. Stands in FILE.onnx.json.
import { z } from 'zod';
import { REFINEMENTS } from '../../pose/decode.ts';
import { buildSkeleton } from '../../pose/skeleton.ts';
import type { Skeleton } from '../../pose/types.ts';

const side = z.int().min(1);
const triple = z.tuple([z.number(), z.number(), z.number()]);
const layout = z.enum(['NCHW', 'NHWC']);

const onnxSpecSchema = z.strictObject({
  input: z.strictObject({
    /** @default the file's only input */
    name: z.string().optional(),
    layout: layout.default('NCHW'),
    width: side,
    height: side,
    type: z.enum(['float32', 'uint8', 'int32']).default('float32'),
    channels: z.enum(['RGB', 'BGR']).default('RGB'),
    /** A number goes in as (value of 0–255 x scale - mean) / std; mean and std in the order of `channels`. */
    scale: z.number().positive().default(1),
    mean: triple.default([0, 0, 0]),
    std: triple.default([1, 1, 1]),
  }),
  output: z
    .strictObject({
      /** @default the file's only output */
      name: z.string().optional(),
      layout: layout.default('NCHW'),
    })
    .default({ layout: 'NCHW' }),
  /** In the order of the heatmaps' channels. */
  joints: z.array(z.string()).min(1),
  /** Limbs as pairs of 0-based joints, for drawings. */
  edges: z.array(z.tuple([z.int().min(0), z.int().min(0)])).default([]),
  /** How input pixels lie on those of the picture: `centres` x' = k x, `edges` x' + 0.5 = k (x + 0.5). */
  origin: z.enum(['centres', 'edges']).default('centres'),
  /** How heatmap pixels lie on input pixels: see HeatmapAlign. @default the origin */
  align: z.enum(['centres', 'edges', 'cells', 'corners']).optional(),
  /** The person box, grown to the input's aspect, times this is what the network is shown. */
  boxScale: z.number().positive().default(1.25),
  decode: z.enum(REFINEMENTS).default('quarter'),
  /** Of the Gaussians that it was trained with, heatmap px: decides the blur of `dark`, `udp` and `mspn`. */
  sigma: z.number().positive().default(2),
  /**
   * How targets for training are made: `resample` takes the network's heatmaps into the size of the run's,
   * `encode` draws the run's own at its joints, as high as its peaks.
   */
  targets: z.enum(['resample', 'encode']).default('resample'),
  /** Pictures a call, where the file leaves that free. */
  batch: z.int().min(1).max(256).default(16),
});

/** As the file has it: what has a default may be left out. */
export type OnnxDescription = z.input<typeof onnxSpecSchema>;

export type OnnxSpec = z.output<typeof onnxSpecSchema>;

/** @throws Error naming the file and each field that does not fit */
export function parseOnnxSpec(data: unknown, file: string): OnnxSpec {
  const result = onnxSpecSchema.safeParse(data);
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`${file} does not describe a network:\n  ${lines.join('\n  ')}`);
}

export function skeletonOf({ joints, edges }: OnnxSpec): Skeleton {
  return buildSkeleton(`external-${joints.length}`, joints, edges);
}
