// The engines that the golden files are checked on: TensorFlow and WebGPU where they are installed and named.
import type { EngineName } from '../../src/engine/types.ts';

export const GOLDEN_ENGINES: readonly EngineName[] = [
  'onnxruntime',
  'wasm',
  ...(process.env['HEATSTREAM_TENSORFLOW'] ? (['tensorflow'] as const) : []),
  ...(process.env['HEATSTREAM_WEBGPU'] ? (['webgpu'] as const) : []),
];
