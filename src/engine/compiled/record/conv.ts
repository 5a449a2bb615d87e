// Convolutions and max-pooling as nodes; zero borders made with tf.pad become pads of the window.
import type * as TF from '@tensorflow/tfjs';
import { tf } from '../../tf.ts';
import { absorbPad } from '../program/layout.ts';
import type { Node, Window } from '../program/node.ts';
import type { Program } from '../program/program.ts';
import type { Kernel, KernelInputs, Kernels } from './kernel.ts';

interface ConvAttributes extends Pick<
  TF.Conv2DAttrs,
  'strides' | 'pad' | 'dataFormat' | 'dimRoundingMode'
> {
  /** @default 1 */
  readonly dilations?: TF.Conv2DAttrs['dilations'];
}

interface Convolution {
  readonly window: Window;
  readonly outShape: readonly number[];
}

function convolution(
  x: readonly number[],
  filter: readonly number[],
  attrs: ConvAttributes,
): Convolution {
  const { strides, pad, dataFormat, dilations = 1, dimRoundingMode } = attrs;
  if (dataFormat === 'NCHW') throw new Error('dataFormat NCHW: use NHWC');
  const info = tf.backend_util.computeConv2DInfo(
    x as [number, number, number, number],
    filter as [number, number, number, number],
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
  if (info.dilationHeight !== 1 || info.dilationWidth !== 1) throw new Error('dilations above 1');
  return { window: windowOf(info), outShape: info.outShape };
}

type WindowInfo = Pick<
  TF.backend_util.Conv2DInfo,
  'filterHeight' | 'filterWidth' | 'strideHeight' | 'strideWidth' | 'padInfo'
>;

const windowOf = ({
  filterHeight,
  filterWidth,
  strideHeight,
  strideWidth,
  padInfo,
}: WindowInfo): Window => ({
  kernel: [filterHeight, filterWidth],
  strides: [strideHeight, strideWidth],
  pads: [padInfo.top, padInfo.left, padInfo.bottom, padInfo.right],
});

function conv(p: Program, inputs: KernelInputs, attrs: TF.Conv2DAttrs): Node {
  const { window, outShape } = convolution(inputs['x']!.shape, inputs['filter']!.shape, attrs);
  const inner = absorbPad(inputs['x']!, window, false);
  const op = { kind: 'conv', window: inner.window } as const;
  return p.make(op, [inner.x, inputs['filter']!], outShape, 'float32');
}

const inputGrad: Kernel<TF.Conv2DBackpropInputAttrs> = (p, { dy, filter }, attrs) => {
  const { window } = convolution(attrs.inputShape, filter!.shape, attrs);
  return p.make({ kind: 'convInputGrad', window }, [dy!, filter!], attrs.inputShape, 'float32');
};

const filterGrad: Kernel<TF.Conv2DBackpropFilterAttrs> = (p, { x, dy }, attrs) => {
  const { window } = convolution(x!.shape, attrs.filterShape, attrs);
  const inner = absorbPad(x!, window, false);
  const op = { kind: 'convFilterGrad', window: inner.window } as const;
  return p.make(op, [inner.x, dy!], attrs.filterShape, 'float32');
};

function pooling(
  x: Node,
  { filterSize, strides, pad, dimRoundingMode }: TF.MaxPoolAttrs,
): Convolution {
  const shape = x.shape as [number, number, number, number];
  const info = tf.backend_util.computePool2DInfo(
    shape,
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  return { window: windowOf(info), outShape: info.outShape };
}

const maxPool: Kernel<TF.MaxPoolAttrs> = (p, { x }, attrs) => {
  const { window, outShape } = pooling(x!, attrs);
  const inner = absorbPad(x!, window, true);
  return p.make({ kind: 'maxPool', window: inner.window }, [inner.x], outShape, 'float32');
};

const maxPoolGrad: Kernel<TF.MaxPoolGradAttrs> = (p, { dy, input }, attrs) => {
  const { window } = pooling(input!, attrs);
  return p.make({ kind: 'maxPoolGrad', window }, [dy!, input!], input!.shape, 'float32');
};

export const convolutions: Kernels = {
  Conv2D: conv,
  Conv2DBackpropInput: inputGrad,
  Conv2DBackpropFilter: filterGrad,
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGrad,
};
