// The recorded step as data: a node is one logical operation (NHWC, HWIO, no layouts, no runtime), immutable, made once.

export type NodeType = 'float32' | 'int32' | 'bool' | 'uint8';

export type UnaryType =
  | 'Abs'
  | 'Ceil'
  | 'Cos'
  | 'Erf'
  | 'Exp'
  | 'Floor'
  | 'Log'
  | 'Neg'
  | 'Not'
  | 'Reciprocal'
  | 'Relu'
  | 'Round'
  | 'Sigmoid'
  | 'Sign'
  | 'Sin'
  | 'Sqrt'
  | 'Tanh';
export type ArithmeticType = 'Add' | 'Sub' | 'Mul' | 'Div' | 'Pow' | 'Max' | 'Min';
export type CompareType =
  'Equal' | 'Greater' | 'GreaterOrEqual' | 'Less' | 'LessOrEqual' | 'And' | 'Or';
export type BinaryType = ArithmeticType | CompareType;
export type ReduceType = 'Sum' | 'Mean' | 'Max' | 'Min' | 'Prod';

/** Sliding window over height and width; pads are top, left, bottom, right in pixels, never negative. */
export interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
}

export type Op =
  | { readonly kind: 'input'; readonly name: string }
  | { readonly kind: 'state'; readonly name: string }
  /** A scalar. */
  | { readonly kind: 'fill'; readonly value: number }
  /** `digest` stands for the values when two constants are compared. */
  | {
      readonly kind: 'constant';
      readonly values: Float32Array | Int32Array;
      readonly digest: string;
    }
  /** Repeats along axes of length 1 and new leading axes. */
  | { readonly kind: 'expand' }
  | { readonly kind: 'unary'; readonly type: UnaryType }
  | { readonly kind: 'binary'; readonly type: BinaryType }
  /** condition, then, else. */
  | { readonly kind: 'select' }
  | { readonly kind: 'cast' }
  /** Reduced axes stay, with length 1. */
  | { readonly kind: 'reduce'; readonly type: ReduceType; readonly axes: readonly number[] }
  | { readonly kind: 'reshape' }
  | { readonly kind: 'transpose'; readonly perm: readonly number[] }
  | { readonly kind: 'slice'; readonly begin: readonly number[]; readonly steps: readonly number[] }
  | { readonly kind: 'pad'; readonly before: readonly number[]; readonly value: number }
  | { readonly kind: 'concat'; readonly axis: number }
  | { readonly kind: 'tile' }
  | { readonly kind: 'reverse'; readonly axes: readonly number[] }
  /** x, int32 indices of rank 1. */
  | { readonly kind: 'gather'; readonly axis: number }
  /** updates [n, …], int32 row numbers [n]: sums rows into zeros of this node's shape. */
  | { readonly kind: 'scatterAdd' }
  /** x [N,H,W,C], filter [kh,kw,in,out]. */
  | { readonly kind: 'conv'; readonly window: Window }
  /** dy, filter; also the transposed convolution. */
  | { readonly kind: 'convInputGrad'; readonly window: Window }
  /** x, dy. */
  | { readonly kind: 'convFilterGrad'; readonly window: Window }
  | { readonly kind: 'maxPool'; readonly window: Window }
  /** dy, x. */
  | { readonly kind: 'maxPoolGrad'; readonly window: Window }
  /** [batch,m,k] x [batch,k,n]. */
  | { readonly kind: 'matmul'; readonly transposeA: boolean; readonly transposeB: boolean }
  /** int32 position of the first largest (smallest); the axis goes away. */
  | { readonly kind: 'argmax'; readonly axis: number; readonly largest: boolean }
  /** Entries of the state one after the other, each in the layout in which the session keeps it. */
  | { readonly kind: 'pack' }
  /** One of them back; `shapes` are those of all. */
  | {
      readonly kind: 'unpack';
      readonly index: number;
      readonly shapes: readonly (readonly number[])[];
    }
  /** x [N,H,W,C]: every row and column k times. */
  | { readonly kind: 'repeatPixels'; readonly factors: readonly [number, number] }
  /** dy [N,H,W,C]: the gradient of repeatPixels, sums of so many rows and columns. */
  | { readonly kind: 'sumPixels'; readonly factors: readonly [number, number] }
  /** x [N,H,W,C], rows [H',H], columns [W',W]: y[n,i,j,c] is the sum over k, l of rows[i,k] columns[j,l] x[n,k,l,c]. */
  | { readonly kind: 'resample' }
  /** image [N,H,W,C], transforms [N or 1, 8] that map output pixels to input pixels. */
  | {
      readonly kind: 'warp';
      readonly interpolation: 'bilinear' | 'nearest';
      readonly border: 'zero' | 'edge';
    };

export interface Node {
  readonly id: number;
  readonly op: Op;
  readonly inputs: readonly Node[];
  readonly shape: readonly number[];
  readonly dtype: NodeType;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i]);
