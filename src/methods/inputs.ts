// Typed access to the inputs of a step.
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Tensors } from '../engine/types.ts';

export const input4d = (inputs: Tensors, name: string): Tensor4D => inputs[name] as Tensor4D;
export const input2d = (inputs: Tensors, name: string): Tensor2D => inputs[name] as Tensor2D;
