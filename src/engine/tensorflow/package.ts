// Finds the package that binds TensorFlow to Node: the GPU one first, where the user installed it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

export const BINDINGS = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;
export type BindingName = (typeof BINDINGS)[number];

/** The version that the declarations in `include` and the list of symbols belong to. */
export const BINDING_VERSION = '4.22.0';

export interface BindingPackage {
  readonly name: BindingName;
  readonly version: string;
  readonly folder: string;
  /** The compiled part; need not exist. */
  readonly addon: string;
}

/**
 * Looks in the folder that HEATSTREAM_TENSORFLOW names, beside heatstream, and in the working folder, in this order.
 * @param names in order of preference
 */
export function findBinding(
  names: readonly BindingName[] = BINDINGS,
  environment: NodeJS.ProcessEnv = process.env,
): BindingPackage | undefined {
  const chosen = environment['HEATSTREAM_TENSORFLOW'];
  const starts = chosen
    ? [join(resolve(chosen), 'package.json')]
    : [import.meta.url, join(process.cwd(), 'package.json')];
  for (const start of starts) {
    for (const name of names) {
      const file = resolved(start, `${name}/package.json`);
      if (file === undefined) continue;
      const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
      const folder = dirname(file);
      const addon = join(folder, 'lib/napi-v8/tfjs_binding.node');
      return { name, version, folder, addon };
    }
  }
  return undefined;
}

function resolved(from: string, what: string): string | undefined {
  try {
    return createRequire(from).resolve(what);
  } catch {
    return undefined; // not installed there
  }
}
