// Max-pooling and its gradient in standard ONNX: with the positions that MaxPool itself gives, or, for a provider whose MaxPool
// gives none, by comparing every tap of a window with its maximum.
import type { Node, Window } from '../program/node.ts';
import { sizeOf } from '../program/node.ts';
import type { Lower, Lowering } from './lowering.ts';
import { identity, nchw, type Stored } from './stored.ts';

const map = (node: Node, name: string): Stored => ({
  ...{ name, order: nchw, shape: node.shape, dtype: 'float32' },
});
const attributes = ({ kernel, strides, pads }: Window) => ({ kernel_shape: kernel, strides, pads });
const lowest = -3.4e38;
/** ONNX's number for float32. */
const FLOAT = 1;

/** onnxruntime's WebGPU provider gives none. */
const hasPositions = ({ provider }: Lowering): boolean => provider !== 'webgpu';

/** One MaxPool with positions when the gradient will want them. */
function pooled(to: Lowering, x: Node, window: Window): readonly string[] {
  const key = JSON.stringify(window);
  const isDifferentiated = to
    .readers(x)
    .some(
      ({ op, inputs }) =>
        op.kind === 'maxPoolGrad' && inputs[1] === x && JSON.stringify(op.window) === key,
    );
  const outputs = isDifferentiated && hasPositions(to) ? 2 : 1;
  return to.graph.ops('MaxPool', [to.named(x, nchw)], attributes(window), outputs);
}

export const maxPool: Lower<'maxPool'> = (to, node, { window }) =>
  map(node, pooled(to, node.inputs[0]!, window)[0]!);

/** Each window sends its gradient to its first maximum. */
export const maxPoolGrad: Lower<'maxPoolGrad'> = (to, node, op) =>
  (hasPositions(to) ? byPositions : byComparing)(to, node, op);

const byPositions: Lower<'maxPoolGrad'> = (to, node, { window }) => {
  const [dy, x] = node.inputs;
  const positions = to.graph.reshape(pooled(to, x!, window)[1]!, [-1]);
  const { graph } = to;
  const zeros = graph.op('ConstantOfShape', [graph.ints([sizeOf(node.shape)])]);
  const updates = graph.reshape(to.named(dy!, nchw), [-1]);
  const flat = graph.op('ScatterElements', [zeros, positions, updates], {
    axis: 0,
    reduction: 'add',
  });
  return map(
    node,
    graph.reshape(
      flat,
      nchw.map((axis) => node.shape[axis]!),
    ),
  );
};

/** The same without positions from MaxPool: a tap gets what it is the first to equal the maximum for. */
const byComparing: Lower<'maxPoolGrad'> = (to, node, { window }) => {
  const [dy, x] = node.inputs;
  const { graph } = to;
  const [n, height, width, c] = node.shape as [number, number, number, number];
  const [, oh, ow] = dy!.shape as [number, number, number, number];
  const [top, left, bottom, right] = window.pads;
  const [kh, kw] = window.kernel;
  const [sh, sw] = window.strides;
  const maxima = pooled(to, x!, window)[0]!;
  const pads = graph.ints([0, 0, top, left, 0, 0, bottom, right]);
  const seen = graph.op('Pad', [to.named(x!, nchw), pads, graph.scalar(lowest)]);
  let rest = to.named(dy!, nchw);
  const parts = identity(kh * kw).map((tap) => {
    const [i, j] = [Math.floor(tap / kw), tap % kw];
    const end = [i + (oh - 1) * sh + 1, j + (ow - 1) * sw + 1];
    const part = [[i, j], end, [2, 3], [sh, sw]].map((v) => graph.ints(v));
    const isMaximum = graph.op('Equal', [graph.op('Slice', [seen, ...part]), maxima]);
    const got = graph.op('Mul', [rest, graph.op('Cast', [isMaximum], { to: FLOAT })]);
    rest = graph.op('Sub', [rest, got]);
    // Zeros between, then to the tap's place in the picture; what this cuts off is border.
    const cells = graph.reshape(got, [n, c, oh, 1, ow, 1]);
    const room = graph.ints([0, 0, 0, 0, 0, 0, 0, 0, 0, sh - 1, 0, sw - 1]);
    const apart = graph.reshape(graph.op('Pad', [cells, room]), [n, c, oh * sh, ow * sw]);
    const [down, across] = [i - top, j - left];
    const place = [0, 0, down, across, 0, 0, height - oh * sh - down, width - ow * sw - across];
    return graph.op('Pad', [apart, graph.ints(place)]);
  });
  return map(
    node,
    parts.reduce((sum, part) => graph.op('Add', [sum, part])),
  );
};
