// Resizing and warping as nodes. A resize is linear along each axis: it and its gradient are products with two small matrices.
import type * as TF from '@tensorflow/tfjs';
import { constant } from '../program/constant.ts';
import type { Node } from '../program/node.ts';
import type { Program } from '../program/program.ts';
import type { Kernel, Kernels } from './kernel.ts';

interface Sampling {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** [to, from] weights of one axis, row-major: output i = sum over j of weight[i][j] * input j. */
type AxisWeights = (from: number, to: number, sampling: Sampling) => Float32Array;

const position = (
  i: number,
  from: number,
  to: number,
  { alignCorners, halfPixelCenters }: Sampling,
): number => {
  const scale = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
  return halfPixelCenters ? (i + 0.5) * scale - 0.5 : i * scale;
};

const bilinear: AxisWeights = (from, to, sampling) => {
  const weights = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const at = Math.max(0, position(i, from, to, sampling));
    const low = Math.min(from - 1, Math.floor(at));
    const high = Math.min(from - 1, low + 1);
    const part = at - low;
    weights[i * from + low]! += 1 - part;
    weights[i * from + high]! += part;
  }
  return weights;
};

const nearest: AxisWeights = (from, to, sampling) => {
  const weights = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    // tfjs: half-pixel centres sample at (i + 0.5) * scale, floored; aligned corners round.
    const scale = sampling.alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
    const at = sampling.halfPixelCenters ? (i + 0.5) * scale : i * scale;
    const j = Math.min(from - 1, sampling.alignCorners ? Math.round(at) : Math.floor(at));
    weights[i * from + j] = 1;
  }
  return weights;
};

/** @param isTransposed for the way back: from the size `to` to the size `from` */
function resample(
  p: Program,
  x: Node,
  weights: AxisWeights,
  [from, to]: readonly [from: readonly number[], to: readonly number[]],
  { sampling, isTransposed }: { readonly sampling: Sampling; readonly isTransposed: boolean },
): Node {
  const matrices = [1, 2].map((axis) => {
    const [f, t] = [from[axis]!, to[axis]!];
    const matrix = weights(f, t, sampling);
    return isTransposed
      ? constant(p, transposed(matrix, t, f), [f, t], 'float32')
      : constant(p, matrix, [t, f], 'float32');
  });
  const [, height, width] = isTransposed ? from : to;
  const shape = [x.shape[0]!, height!, width!, x.shape[3]!];
  return p.make({ kind: 'resample' }, [x, ...matrices], shape, 'float32');
}

const transposed = (matrix: Float32Array, rows: number, columns: number): Float32Array =>
  matrix.map((_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]!);

type ResizeAttributes = Sampling & { readonly size: [number, number] };

const forward =
  (weights: AxisWeights): Kernel<ResizeAttributes> =>
  (p, { images }, { size, ...sampling }) => {
    const from = images!.shape;
    const to = [from[0]!, ...size, from[3]!];
    const factors = [size[0] / from[1]!, size[1] / from[2]!] as const;
    if (weights === nearest && isRepeat(factors, sampling))
      return p.make({ kind: 'repeatPixels', factors }, [images!], to, images!.dtype);
    return resample(p, images!, weights, [from, to], { sampling, isTransposed: false });
  };

const backward =
  (weights: AxisWeights): Kernel<Sampling> =>
  (p, { images, dy }, sampling) => {
    const [from, to] = [images!.shape, dy!.shape];
    const factors = [to[1]! / from[1]!, to[2]! / from[2]!] as const;
    if (weights === nearest && isRepeat(factors, sampling))
      return p.make({ kind: 'sumPixels', factors }, [dy!], from, 'float32');
    return resample(p, dy!, weights, [from, to], { sampling, isTransposed: true });
  };

const isRepeat = (factors: readonly number[], { alignCorners }: Sampling): boolean =>
  !alignCorners && factors.every((f) => Number.isInteger(f) && f >= 1);

const warp: Kernel<TF.TransformAttrs> = (p, { image, transforms }, attrs) => {
  const { interpolation, fillMode, fillValue, outputShape } = attrs;
  if (fillMode !== 'constant' && fillMode !== 'nearest') {
    throw new Error(`expected fillMode constant or nearest, got ${fillMode}`);
  }
  if (fillMode === 'constant' && fillValue !== 0)
    throw new Error(`expected fillValue 0, got ${fillValue}`);
  const [n, h, w, c] = image!.shape as [number, number, number, number];
  const [high, wide] = outputShape ?? [h, w];
  const op = {
    kind: 'warp',
    interpolation,
    border: fillMode === 'nearest' ? 'edge' : 'zero',
  } as const;
  return p.make(op, [image!, transforms!], [n, high, wide, c], 'float32');
};

export const resizes: Kernels = {
  ResizeBilinear: forward(bilinear),
  ResizeBilinearGrad: backward(bilinear),
  ResizeNearestNeighbor: forward(nearest),
  ResizeNearestNeighborGrad: backward(nearest),
  Transform: warp,
};
