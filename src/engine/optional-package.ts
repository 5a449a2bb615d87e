// Finds a package that the user may have installed, for the engines that do not come with heatstream.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

export interface OptionalPackage<N extends string = string> {
  readonly name: N;
  readonly version: string;
  readonly folder: string;
}

/**
 * Looks in `chosen` where that is given, or else beside heatstream and in the working folder, in this order.
 * @param names in order of preference
 */
export function findPackage<N extends string>(
  names: readonly N[],
  chosen: string | undefined,
): OptionalPackage<N> | undefined {
  const starts = chosen
    ? [join(resolve(chosen), 'package.json')]
    : [import.meta.url, join(process.cwd(), 'package.json')];
  for (const start of starts) {
    for (const name of names) {
      const folder = folderOf(start, name);
      if (folder === undefined) continue;
      const manifest = readFileSync(join(folder, 'package.json'), 'utf8');
      const { version } = JSON.parse(manifest) as { version: string };
      return { name, version, folder };
    }
  }
  return undefined;
}

/** Not by resolving its entry: a package may export none to `require`. */
function folderOf(start: string, name: string): string | undefined {
  const searched = createRequire(start).resolve.paths(name) ?? [];
  const found = searched.find((modules) => existsSync(join(modules, name, 'package.json')));
  return found === undefined ? undefined : dirname(join(found, name, 'package.json'));
}
