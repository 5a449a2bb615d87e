// The package that binds TensorFlow to Node: the GPU one first, where the user installed it.
import { join } from 'node:path';
import { findPackage, type OptionalPackage } from '../optional-package.ts';

const BINDINGS = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;
export type BindingName = (typeof BINDINGS)[number];

/** The version that the declarations in `include` and the list of symbols belong to. */
export const BINDING_VERSION = '4.22.0';

export interface BindingPackage extends OptionalPackage<BindingName> {
  /** The compiled part; need not exist. */
  readonly addon: string;
}

/** In the folder that HEATSTREAM_TENSORFLOW names, or where packages are looked for. */
export function findBinding(names: readonly BindingName[] = BINDINGS): BindingPackage | undefined {
  const found = findPackage(names, process.env['HEATSTREAM_TENSORFLOW']);
  return found && { ...found, addon: join(found.folder, 'lib/napi-v8/tfjs_binding.node') };
}
