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
