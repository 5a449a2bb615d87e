// Kernels that move values, as nodes.
import type * as TF from '@tensorflow/tfjs';
import { tf } from '../../tf.ts';
import { concat, pad, reshape, slice, transpose } from '../program/layout.ts';
import type { Node } from '../program/node.ts';
import type { Program } from '../program/program.ts';
import { axesOf } from './kernel.ts';
import type { Kernel, KernelInputs, Kernels } from './kernel.ts';

function sliced(p: Program, { x }: KernelInputs, { begin, size }: TF.SliceAttrs): Node {
  const from = x!.shape.map((_, i) => [begin].flat()[i] ?? 0);
  const sizes = [size].flat();
  const to = x!.shape.map((d, i) =>
    sizes[i] === undefined || sizes[i] === -1 ? d - from[i]! : sizes[i],
  );
  return slice(p, x!, from, to);
}

const stridedSlice: Kernel<TF.StridedSliceAttrs> = (p, { x }, attrs) => {
  const { finalShapeSparse, begin, end, strides, finalShape } = tf.slice_util.sliceInfo(
    x!.shape as number[],
    attrs.begin,
    attrs.end,
    attrs.strides,
    attrs.beginMask,
    attrs.endMask,
    attrs.ellipsisMask,
    attrs.newAxisMask,
    attrs.shrinkAxisMask,
  );
  if (strides.some((s) => s < 1)) throw new Error('negative strides: reverse the tensor instead');
  const sizes = begin.map((b, i) => Math.max(0, Math.ceil((end[i]! - b) / strides[i]!)));
  const part = slice(p, x!, begin, sizes.length > 0 ? sizes : finalShapeSparse, strides);
  return reshape(p, part, finalShape);
};

const splitV: Kernel<TF.SplitVAttrs> = (p, { x }, { numOrSizeSplits, axis }) => {
  const [at] = axesOf(axis, x!.shape.length);
  const sizes = tf.backend_util.prepareSplitSize(x as unknown as TF.Tensor, numOrSizeSplits, at);
  let start = 0;
  return sizes.map((length) => {
    const begin = x!.shape.map((_, i) => (i === at ? start : 0));
    start += length;
    return slice(
      p,
      x!,
      begin,
      x!.shape.map((d, i) => (i === at ? length : d)),
    );
  });
};

const unpack: Kernel<TF.UnpackAttrs> = (p, { value }, { axis }) => {
  const x = value!;
  const [at] = axesOf(axis, x.shape.length);
  const rest = x.shape.filter((_, i) => i !== at);
  return Array.from({ length: x.shape[at!]! }, (_, k) => {
    const begin = x.shape.map((_, i) => (i === at ? k : 0));
    return reshape(
      p,
      slice(
        p,
        x,
        begin,
        x.shape.map((d, i) => (i === at ? 1 : d)),
      ),
      rest,
    );
  });
};

const pack: Kernel<TF.PackAttrs> = (p, inputs, { axis }) => {
  const parts = Object.values(inputs);
  const [at] = axesOf(axis, parts[0]!.shape.length + 1);
  return concat(
    p,
    parts.map((x) => reshape(p, x, x.shape.toSpliced(at!, 0, 1))),
    at!,
  );
};

const gather: Kernel<TF.GatherV2Attrs> = (p, { x, indices }, { axis, batchDims }) => {
  if (batchDims) throw new Error('batchDims above 0: flatten the batch into the indices instead');
  const [at] = axesOf(axis, x!.shape.length);
  const flat = reshape(p, indices!, [-1]);
  const shape = x!.shape.toSpliced(at!, 1, flat.shape[0]!);
  const taken = p.make({ kind: 'gather', axis: at! }, [x!, flat], shape, x!.dtype);
  return reshape(p, taken, x!.shape.toSpliced(at!, 1, ...indices!.shape));
};

const unsortedSegmentSum: Kernel<TF.UnsortedSegmentSumAttrs> = (
  p,
  { x, segmentIds },
  { numSegments },
) => {
  const rows = segmentIds!.shape.length;
  const rest = x!.shape.slice(rows);
  const updates = reshape(p, x!, [-1, ...rest]);
  const ids = reshape(p, segmentIds!, [-1]);
  return p.make({ kind: 'scatterAdd' }, [updates, ids], [numSegments, ...rest], x!.dtype);
};

const tile: Kernel<TF.TileAttrs> = (p, { x }, { reps }) =>
  reps.every((n) => n === 1)
    ? x!
    : p.make(
        { kind: 'tile' },
        [x!],
        x!.shape.map((d, i) => d * reps[i]!),
        x!.dtype,
      );

const expandDims: Kernel<TF.ExpandDimsAttrs> = (p, { input }, { dim }) => {
  const at = dim < 0 ? dim + input!.shape.length + 1 : dim;
  return reshape(p, input!, input!.shape.toSpliced(at, 0, 1));
};

const concatenated: Kernel<TF.ConcatAttrs> = (p, inputs, { axis }) => {
  const parts = Object.values(inputs);
  return concat(p, parts, axesOf(axis, parts[0]!.shape.length)[0]!);
};

const padV2: Kernel<TF.PadV2Attrs> = (p, { x }, { paddings, constantValue }) => {
  const [before, after] = [paddings.map((side) => side[0]), paddings.map((side) => side[1])];
  return pad(p, x!, before, after, constantValue);
};

const reverse: Kernel<TF.ReverseAttrs> = (p, { x }, { dims }) => {
  const axes = axesOf(dims, x!.shape.length).filter((a) => x!.shape[a]! > 1);
  return axes.length === 0 ? x! : p.make({ kind: 'reverse', axes }, [x!], x!.shape, x!.dtype);
};

export const layouts: Kernels = {
  Reshape: (p, { x }, { shape }: TF.ReshapeAttrs) => reshape(p, x!, shape),
  Transpose: (p, { x }, { perm }: TF.TransposeAttrs) => transpose(p, x!, perm),
  ExpandDims: expandDims,
  Slice: sliced,
  StridedSlice: stridedSlice,
  SplitV: splitV,
  Unpack: unpack,
  Pack: pack,
  Concat: concatenated,
  PadV2: padV2,
  Tile: tile,
  Reverse: reverse,
  GatherV2: gather,
  UnsortedSegmentSum: unsortedSegmentSum,
} satisfies Record<string, Kernel>;
