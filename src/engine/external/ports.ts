// What goes into a network from an ONNX file and comes out of it.

/** An input or output; a string in its shape is a free dimension, an empty shape is unknown. */
export interface OnnxPort {
  readonly name: string;
  /** `float32`, `uint8`, `int32` … */
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

export interface OnnxPorts {
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
}

export interface OnnxArray {
  readonly data: Float32Array | Uint8Array | Int32Array;
  readonly shape: readonly number[];
}
