// Sums and means of blocked maps: a channel over batch, height and width, or over everything.
import type { Node, ReduceType } from '../program/node.ts';
import { sameShape, sizeOf } from '../program/node.ts';
import type { Stored } from '../plain/stored.ts';
import { identity } from '../plain/stored.ts';
import { channelDots, channelMeans } from './channels.ts';
import type { BlockedLowering } from './lowering.ts';

export function reduced(
  to: BlockedLowering,
  node: Node,
  { type, axes }: { readonly type: ReduceType; readonly axes: readonly number[] },
): Stored | undefined {
  const x = node.inputs[0]!;
  if ((type !== 'Sum' && type !== 'Mean') || !to.isMap(x)) return undefined;
  if (axes.join() === '0,1,2') return aChannel(to, node, x, type);
  if (axes.join() !== '0,1,2,3') return undefined;
  const { graph } = to;
  const flat = graph.reshape(to.map(x).name, [-1]);
  const sum = graph.op('ReduceSum', [flat, graph.ints([0])], { keepdims: 0 });
  const name = type === 'Sum' ? sum : graph.op('Mul', [sum, graph.scalar(1 / sizeOf(x.shape))]);
  return {
    name: graph.reshape(name, node.shape),
    shape: node.shape,
    dtype: node.dtype,
    order: identity(4),
  };
}

function aChannel(to: BlockedLowering, node: Node, x: Node, type: 'Sum' | 'Mean'): Stored {
  const { graph } = to;
  const count = sizeOf(x.shape) / x.shape[3]!;
  const times = (name: string, factor: number) => graph.op('Mul', [name, graph.scalar(factor)]);
  const [a, b] = x.inputs;
  if (x.op.kind === 'binary' && x.op.type === 'Mul' && sameShape(a!.shape, b!.shape)) {
    const dots = channelDots(to.blocks, to.map(a!), to.map(b!));
    return to.putChannels(node, type === 'Sum' ? dots : times(dots, 1 / count));
  }
  const means = channelMeans(to.blocks, to.map(x));
  return to.putChannels(node, type === 'Mean' ? means : times(means, count));
}
