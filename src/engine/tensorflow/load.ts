// Loads tfjs's TensorFlow backend into this process, once, and gives it what training needs.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { tf } from '../tf.ts';
import { installBatchNorm } from './batch-norm.ts';
import { installFilterGradient } from './filter-gradient.ts';
import type { NativeBackend } from './native.ts';
import { BINDING_VERSION, findBinding, type BindingPackage } from './package.ts';
import { installReluGradient } from './relu-gradient.ts';
import { installWarp } from './warp.ts';

export interface Loaded {
  readonly binding: BindingPackage;
  /** Of the TensorFlow library: `2.21.0`. */
  readonly version: string;
  readonly isOnGpu: boolean;
}

let loaded: Loaded | undefined;

/**
 * @param threads of one operator; only the first call of the process decides
 * @throws an Error that says in one sentence what is missing and what to do
 */
export function loadTensorflow(threads?: number, binding = usableBinding()): Loaded {
  if (loaded) return loaded;
  prepareEnvironment(threads);
  try {
    restoreUtil();
    createRequire(join(binding.folder, 'package.json'))(binding.folder);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const [line = reason] = reason.split('\n');
    throw new Error(
      `${binding.name} does not load (${line}): build it again with \`${installCommand(binding)}\``,
      { cause: error },
    );
  }
  const backend = tf.findBackend('tensorflow') as unknown as NativeBackend;
  installWarp(backend);
  installBatchNorm(backend);
  installReluGradient(backend);
  installFilterGradient(backend);
  loaded = { binding, version: backend.binding.TF_Version, isOnGpu: backend.isUsingGpuDevice };
  return loaded;
}

/** @throws an Error where the package or its compiled part is absent */
function usableBinding(): BindingPackage {
  const binding = findBinding();
  if (!binding) {
    throw new Error(
      `TensorFlow is not installed: \`npm install --ignore-scripts @tensorflow/tfjs-node@${BINDING_VERSION}\`, then \`heatstream engine install tensorflow\``,
    );
  }
  if (!existsSync(binding.addon)) {
    throw new Error(
      `${binding.name} ${binding.version} is there, its compiled part is not: \`${installCommand(binding)}\``,
    );
  }
  return binding;
}

const installCommand = ({ name }: BindingPackage): string =>
  `heatstream engine install tensorflow${name.endsWith('-gpu') ? ' --gpu' : ''}`;

/** What TensorFlow reads when it starts; what the user has set stays. */
function prepareEnvironment(threads: number | undefined): void {
  const env = process.env;
  env['TF_ENABLE_ONEDNN_OPTS'] ??= tellsCaches() ? '1' : '0'; // off by default on AMD
  env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true'; // or it takes the whole memory of the card
  if (threads !== undefined) env['TF_NUM_INTRAOP_THREADS'] ??= String(threads);
}

/** oneDNN divides by the sizes of the caches; on virtual machines that hide them it crashes (SIGFPE), or computes wrong gradients. */
const tellsCaches = (): boolean =>
  process.platform !== 'linux' || existsSync('/sys/devices/system/cpu/cpu0/cache/index0');

/** tfjs-node 4.22 calls two functions of `util`: Node 23 removed one, and warns of the other. */
function restoreUtil(): void {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  util['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  util['isArray'] = Array.isArray;
}
