// Resizing and warping as nodes. A resize is linear along each axis, so it and its gradient are products with two small matrices.
import type * as TF from '@tensorflow/tfjs';
import { reshape, transpose } from '../program/layout.ts';
import { constant } from '../program/constant.ts';
import type { Node } from '../program/node.ts';
import type { Program } from '../program/program.ts';
import { reduce } from './reduce.ts';
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

/** Applies [height', height] and [width', width] to every channel of x [N,H,W,C]. */
function separable(p: Program, x: Node, rows: Node, columns: Node, isTransposed: boolean): Node {
  const [n, h, w, c] = x.shape as [number, number, number, number];
  const planes = reshape(p, transpose(p, x, [0, 3, 1, 2]), [n * c, h, w]);
  const wide = columns.shape[isTransposed ? 2 : 1]!;
  const high = rows.shape[isTransposed ? 2 : 1]!;
  const across = p.make(
    { kind: 'matmul', transposeA: false, transposeB: !isTransposed },
    [planes, columns],
    [n * c, h, wide],
    'float32',
  );
  const both = p.make(
    { kind: 'matmul', transposeA: isTransposed, transposeB: false },
    [rows, across],
    [n * c, high, wide],
    'float32',
  );
  return transpose(p, reshape(p, both, [n, c, high, wide]), [0, 2, 3, 1]);
}

type ResizeAttributes = Sampling & { readonly size: [number, number] };

function axisPair(
  p: Program,
  weights: AxisWeights,
  from: readonly number[],
  to: readonly number[],
  s: Sampling,
): [Node, Node] {
  const matrix = (f: number, t: number) => constant(p, weights(f, t, s), [1, t, f], 'float32');
  return [matrix(from[1]!, to[0]!), matrix(from[2]!, to[1]!)];
}

const forward =
  (weights: AxisWeights): Kernel<ResizeAttributes> =>
  (p, { images }, { size, ...sampling }) => {
    const factors = [size[0] / images!.shape[1]!, size[1] / images!.shape[2]!] as const;
    if (weights === nearest && isRepeat(factors, sampling)) {
      const [n, , , c] = images!.shape;
      return p.make({ kind: 'repeatPixels', factors }, [images!], [n!, ...size, c!], images!.dtype);
    }
    return separable(p, images!, ...axisPair(p, weights, images!.shape, size, sampling), false);
  };

const backward =
  (weights: AxisWeights): Kernel<Sampling> =>
  (p, { images, dy }, sampling) => {
    const [n, h, w, c] = images!.shape as [number, number, number, number];
    const [high, wide] = [dy!.shape[1]!, dy!.shape[2]!];
    const factors = [high / h, wide / w] as const;
    if (weights === nearest && isRepeat(factors, sampling)) {
      const blocks = reshape(p, dy!, [n, h, factors[0], w, factors[1] * c]);
      const columns = reshape(p, reduce(p, 'Sum', blocks, [2]), [n, h, w, factors[1], c]);
      return reshape(p, reduce(p, 'Sum', columns, [3]), images!.shape);
    }
    return separable(p, dy!, ...axisPair(p, weights, images!.shape, [high, wide], sampling), true);
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
