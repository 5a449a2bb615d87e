// Writes a network as an ONNX file, and keeps it only when onnxruntime computes from it what tfjs computes from the weights.
import { rename, rm } from 'node:fs/promises';
import { openEngine } from '../engine/choose.ts';
import { encodeOnnx } from '../engine/compiled/export/encode-onnx.ts';
import { openOnnxFile } from '../engine/external/onnx-file.ts';
import type { StateArrays } from '../engine/types.ts';
import { bareInputs, bareStep } from '../models/bare-step.ts';
import type { Network } from '../models/network.ts';
import { rng } from '../pose/random.ts';
import type { Size } from '../pose/types.ts';
import { writeFileAtomic } from './atomic-file.ts';

/** Largest difference of two heatmaps over their largest value. */
const TOLERANCE = 1e-4;
/** Pictures that both compute: another batch than those that were traced. */
const BATCH = 2;

export interface OnnxExportOptions {
  readonly network: Network;
  /** By the network's own names, logical layout. */
  readonly weights: StateArrays;
  /** Of the pictures that it takes; fixed in the file. */
  readonly input: Size;
  readonly metadata: Readonly<Record<string, string>>;
}

/** @returns the largest difference from tfjs's heatmaps over their largest value */
export async function exportOnnx(file: string, options: OnnxExportOptions): Promise<number> {
  const { network, weights, input, metadata } = options;
  const bytes = encodeOnnx({
    step: bareStep(network),
    shapes: (batch) => bareInputs(batch, input),
    state: weights,
    metadata,
  });
  const unverified = `${file}.unverified`;
  await writeFileAtomic(unverified, bytes);
  try {
    const deviation = await deviationOf(unverified, options);
    if (!(deviation <= TOLERANCE)) {
      throw new Error(
        `the ONNX file gives other heatmaps than the network, by ${deviation.toExponential(1)} of their maximum (at most ${TOLERANCE} is allowed): please report this`,
      );
    }
    await rename(unverified, file);
    return deviation;
  } finally {
    await rm(unverified, { force: true });
  }
}

async function deviationOf(
  file: string,
  { network, weights, input }: OnnxExportOptions,
): Promise<number> {
  const engine = await openEngine({ name: 'wasm' });
  const session = await engine.open(weights);
  const onnx = await openOnnxFile(file);
  try {
    const shapes = bareInputs(BATCH, input);
    const data = noise(BATCH * 3 * input.height * input.width);
    const runner = await session.compile(bareStep(network), shapes);
    const [expected] = await runner.run([{ input: data }]);
    const { heatmaps } = await onnx.run({ input: { data, shape: shapes.input.shape } });
    return difference(heatmaps!.data, expected!.heatmaps.data);
  } finally {
    await onnx.dispose();
    await session.dispose();
  }
}

/** Pictures of normalised noise. */
function noise(length: number): Float32Array {
  const random = rng(0, 'export', 0, 0);
  return Float32Array.from({ length }, () => random.normal());
}

/** NaN where lengths differ or a number is none. */
function difference(got: Float32Array, expected: Float32Array): number {
  let [worst, largest] = [got.length === expected.length ? 0 : NaN, 0];
  for (let i = 0; i < expected.length; i++) {
    worst = Math.max(worst, Math.abs(got[i]! - expected[i]!));
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return worst === 0 ? 0 : worst / largest;
}
