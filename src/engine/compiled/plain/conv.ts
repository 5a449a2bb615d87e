// Convolutions and their gradients in standard ONNX, in the forms that measured best on the CPU.
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

/** onnxruntime's WebGPU provider (1.30) convolves some numbers of channels wrongly; multiples of this one come out right. */
const WEBGPU_CHANNELS = 4;

/** @param channels of the picture */
function convolved(
  { graph, provider }: Lowering,
  operands: readonly [picture: string, filter: string],
  channels: number,
  window: Window,
): string {
  const missing = -channels & (WEBGPU_CHANNELS - 1);
  const isWidened = provider === 'webgpu' && channels > WEBGPU_CHANNELS && missing > 0;
  const widened = (name: string) =>
    graph.op('Pad', [name, graph.ints([0, 0, 0, 0, 0, missing, 0, 0])]);
  return graph.op('Conv', isWidened ? operands.map(widened) : operands, attributes(window));
}

export const conv: Lower<'conv'> = (to, node, { window }) => {
  const [x, f] = node.inputs;
  const operands = [to.named(x!, nchw), to.named(f!, oihw)] as const;
  return map(node, convolved(to, operands, x!.shape[3]!, window));
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
      const operands = [d, turned(to.graph, w, f!.shape)] as const;
      const kernel = [kh, kw] as const;
      return map(node, convolved(to, operands, dy!.shape[3]!, { kernel, strides: [1, 1], pads }));
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
