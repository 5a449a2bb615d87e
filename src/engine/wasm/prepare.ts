// Loads tfjs's wasm backend once and replaces the kernels that training cannot use as they come.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { tf } from '../tf.ts';
import { installConvGradients } from './conv-gradients.ts';
import { installMaxPoolGradient } from './max-pool-gradient.ts';

type WasmBackend = typeof import('@tensorflow/tfjs-backend-wasm');

let prepared: Promise<void> | undefined;

export const prepareWasm = (): Promise<void> => (prepared ??= load());

async function load(): Promise<void> {
  const require = createRequire(import.meta.url);
  const wasm = require('@tensorflow/tfjs-backend-wasm') as WasmBackend;
  const home = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  wasm.setWasmPaths(join(home, 'wasm-out', '/'));
  if (!(await tf.setBackend('wasm'))) throw new Error('tfjs cannot start its wasm backend here');
  installConvGradients();
  installMaxPoolGradient();
}
