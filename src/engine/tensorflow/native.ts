// The part of tfjs-node's backend that our kernels call: any operator of TensorFlow by its name.
import type { Tensor, TensorInfo } from '@tensorflow/tfjs';

export interface OperatorAttribute {
  readonly name: string;
  /** `TF_ATTR_*` */
  readonly type: number;
  readonly value: unknown;
}

export interface NativeBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: {
    readonly TF_Version: string;
    readonly TF_FLOAT: number;
    readonly TF_ATTR_BOOL: number;
    readonly TF_ATTR_FLOAT: number;
    readonly TF_ATTR_INT: number;
    readonly TF_ATTR_STRING: number;
    readonly TF_ATTR_TYPE: number;
  };
  executeSingleOutput(
    name: string,
    attributes: readonly OperatorAttribute[],
    inputs: readonly TensorInfo[],
  ): Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: readonly OperatorAttribute[],
    inputs: readonly TensorInfo[],
    count: number,
  ): Tensor[];
}

type AttributeValue =
  | 'float32'
  | boolean
  | number
  | { readonly text: string }
  | { readonly integers: readonly number[] };

/** Attributes of an operator, from plain values: `{ T: 'float32' }` names the element type. */
export function attributesOf(
  { binding }: NativeBackend,
  values: Readonly<Record<string, AttributeValue>>,
): OperatorAttribute[] {
  return Object.entries(values).map(([name, value]) => {
    if (value === 'float32') return { name, type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
    if (typeof value === 'boolean') return { name, type: binding.TF_ATTR_BOOL, value };
    if (typeof value === 'number') return { name, type: binding.TF_ATTR_FLOAT, value };
    if ('integers' in value) return { name, type: binding.TF_ATTR_INT, value: value.integers };
    return { name, type: binding.TF_ATTR_STRING, value: value.text };
  });
}
