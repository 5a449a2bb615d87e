// The webgpu engine: tfjs's WebGPU backend on Dawn, both of which the user installs.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { eagerEngine } from '../eager.ts';
import { findPackage } from '../optional-package.ts';
import { tf } from '../tf.ts';
import type { Engine } from '../types.ts';

const BACKEND = '@tensorflow/tfjs-backend-webgpu';
const DAWN = 'webgpu';

let prepared: Promise<string> | undefined;

/** @throws an Error that says what is missing and what to do */
export async function webgpuEngine(): Promise<Engine> {
  return eagerEngine('webgpu', await (prepared ??= prepare()));
}

/** @returns what steps run on */
async function prepare(): Promise<string> {
  const chosen = process.env['HEATSTREAM_WEBGPU'];
  const [backend, dawn] = [findPackage([BACKEND], chosen), findPackage([DAWN], chosen)];
  if (!backend || !dawn) {
    const missing = backend ? DAWN : BACKEND;
    throw new Error(
      `${missing} is not installed: \`npm install --ignore-scripts ${BACKEND}@4.22.0 ${DAWN}@0.6.2\``,
    );
  }
  const { create, globals } = (await import(entryOf(dawn.folder))) as Dawn;
  Object.assign(globalThis, globals);
  const gpu = create([]);
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
  const adapter = await gpu.requestAdapter();
  if (!adapter) {
    throw new Error(
      'Dawn finds no graphics adapter: install a Vulkan driver (libvulkan1 and that of the card; in containers NVIDIA_DRIVER_CAPABILITIES=graphics)',
    );
  }
  createRequire(join(backend.folder, 'package.json'))(backend.folder);
  // Small tensors would be computed in JavaScript, and hide what the card does.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  if (!(await tf.setBackend('webgpu')))
    throw new Error('tfjs cannot start its webgpu backend here');
  const { description, vendor } = adapter.info;
  return `tfjs ${backend.version} webgpu, ${description || vendor || 'unnamed adapter'} (Dawn ${dawn.version})`;
}

/** The part of the package `webgpu` that is used. */
interface Dawn {
  readonly create: (flags: readonly string[]) => {
    requestAdapter: () => Promise<{ info: { description: string; vendor: string } } | null>;
  };
  readonly globals: Readonly<Record<string, unknown>>;
}

const entryOf = (folder: string): string => pathToFileURL(join(folder, 'index.js')).href;
