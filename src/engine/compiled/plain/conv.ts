// Convolutions, their gradients and max-pooling in standard ONNX, in the forms that measured best on the CPU.
import type { OnnxGraph } from '../onnx/graph.ts';
import type { Node, Window } from '../program/node.ts';
import { sizeOf } from '../program/node.ts';
import type { Lower, Lowering } from './lowering.ts';
import type { Stored } from './stored.ts';
import { nchw, oihw } from './stored.ts';

const map = (node: Node, name: string): Stored => ({
  name,
  order: nchw,
  shape: node.shape,
  dtype: 'float32',
});
const filter = (node: Node, name: string): Stored => ({
  name,
  order: oihw,
  shape: node.shape,
  dtype: 'float32',
});
const attributes = ({ kernel, strides, pads }: Window) => ({ kernel_shape: kernel, strides, pads });

export const conv: Lower<'conv'> = (to, node, { window }) => {
  const [x, f] = node.inputs;
  return map(
    node,
    to.graph.op('Conv', [to.named(x!, nchw), to.named(f!, oihw)], attributes(window)),
  );
};

export const convInputGrad: Lower<'convInputGrad'> = (to, node, { window }) => {
  const [dy, f] = node.inputs;
  const [d, w] = [to.named(dy!, nchw), to.named(f!, oihw)];
  const [, height, width] = node.shape;
  const {
    kernel: [kh, kw],
    strides: [sh, sw],
    pads: [top, left, bottom, right],
  } = window;
  const [oh, ow] = [dy!.shape[1]!, dy!.shape[2]!];
  const isFlippable = sh === 1 && sw === 1 && top < kh && left < kw;
  if (isFlippable && sizeOf(node.shape) > sizeOf(f!.shape)) {
    const pads = [kh - 1 - top, kw - 1 - left, height! - oh + top, width! - ow + left] as const;
    if (pads.every((n) => n >= 0)) {
      return map(
        node,
        to.graph.op(
          'Conv',
          [d, turned(to.graph, w, f!.shape)],
          attributes({ kernel: [kh, kw], strides: [1, 1], pads }),
        ),
      );
    }
  }
  const rest = [
    height! - ((oh - 1) * sh - top - bottom + kh),
    width! - ((ow - 1) * sw - left - right + kw),
  ];
  return map(
    node,
    to.graph.op('ConvTranspose', [d, w], { ...attributes(window), output_padding: rest }),
  );
};

/** [out,in,h,w] → [in,out,h,w] with rows and columns reversed. */
function turned(graph: OnnxGraph, w: string, [kh, kw, ins, outs]: readonly number[]): string {
  const swapped = graph.transpose(w, [1, 0, 2, 3]);
  const taps = kh! * kw!;
  if (taps === 1) return swapped;
  const reversed = Array.from({ length: taps }, (_, i) => taps - 1 - i);
  const flat = graph.reshape(swapped, [ins! * outs!, taps]);
  return graph.reshape(graph.op('Gather', [flat, graph.ints(reversed)], { axis: 1 }), [
    ins!,
    outs!,
    kh!,
    kw!,
  ]);
}

export const convFilterGrad: Lower<'convFilterGrad'> = (to, node, { window }) => {
  const [x, dy] = node.inputs;
  const { graph } = to;
  const [kh, kw, ins, outs] = node.shape as [number, number, number, number];
  const positions = sizeOf(dy!.shape.slice(0, 3));
  const d = graph.reshape(graph.transpose(to.named(dy!, nchw), [1, 0, 2, 3]), [outs, positions]);
  const taps = tapsOf(to, x!, dy!, window).map((t) => graph.reshape(t, [ins, positions]));
  const columns = taps.length > 1 ? graph.op('Concat', taps, { axis: 0 }) : taps[0]!;
  const product = graph.op('Gemm', [d, columns], { transB: 1 }); // [out, taps * in]
  if (taps.length === 1) return filter(node, graph.reshape(product, [outs, ins, 1, 1]));
  return filter(node, graph.transpose(graph.reshape(product, [outs, kh, kw, ins]), [0, 3, 1, 2]));
};

/** What each tap of the window sees of x: [channels, batch, height', width'] a tap. */
function tapsOf(to: Lowering, x: Node, dy: Node, { kernel, strides, pads }: Window): string[] {
  const { graph } = to;
  const [kh, kw] = kernel;
  const [oh, ow] = [dy.shape[1]!, dy.shape[2]!];
  const [top, left, bottom, right] = pads;
  const plane = to.named(x, nchw);
  const isBordered = pads.some((n) => n > 0);
  const bordered = isBordered
    ? graph.op('Pad', [plane, graph.ints([0, 0, top, left, 0, 0, bottom, right])])
    : plane;
  const channels = graph.transpose(bordered, [1, 0, 2, 3]);
  const isWhole = kh === 1 && kw === 1 && !isBordered && oh === x.shape[1] && ow === x.shape[2];
  if (isWhole) return [channels];
  const taps: string[] = [];
  for (let i = 0; i < kh; i++) {
    for (let j = 0; j < kw; j++) {
      const ends = [i + (oh - 1) * strides[0] + 1, j + (ow - 1) * strides[1] + 1];
      taps.push(
        graph.op('Slice', [channels, ...[[i, j], ends, [2, 3], strides].map((v) => graph.ints(v))]),
      );
    }
  }
  return taps;
}

/** One MaxPool with positions when the gradient will want them. */
function pooled(to: Lowering, x: Node, window: Window): readonly string[] {
  const key = JSON.stringify(window);
  const isDifferentiated = to
    .readers(x)
    .some(
      ({ op, inputs }) =>
        op.kind === 'maxPoolGrad' && inputs[1] === x && JSON.stringify(op.window) === key,
    );
  return to.graph.ops('MaxPool', [to.named(x, nchw)], attributes(window), isDifferentiated ? 2 : 1);
}

export const maxPool: Lower<'maxPool'> = (to, node, { window }) =>
  map(node, pooled(to, node.inputs[0]!, window)[0]!);

/** Each window sends its gradient to its first maximum. */
export const maxPoolGrad: Lower<'maxPoolGrad'> = (to, node, { window }) => {
  const [dy, x] = node.inputs;
  const { graph } = to;
  const positions = graph.reshape(pooled(to, x!, window)[1]!, [-1]);
  const zeros = graph.op('ConstantOfShape', [graph.ints([sizeOf(node.shape)])]);
  const flat = graph.op(
    'ScatterElements',
    [zeros, positions, graph.reshape(to.named(dy!, nchw), [-1])],
    {
      axis: 0,
      reduction: 'add',
    },
  );
  return map(
    node,
    graph.reshape(
      flat,
      nchw.map((axis) => node.shape[axis]!),
    ),
  );
};
