// NumPy's .npz: an archive with one .npy a name.
import type { StateArrays } from '../../engine/types.ts';
import type { TypedTensors } from './element-type.ts';
import { decodeNpy, encodeNpy } from './npy.ts';
import { refuse } from './problem.ts';
import type { ZipEntry } from './zip.ts';
import { encodeZip } from './zip-write.ts';

const SUFFIX = '.npy';

export const isNpz = (entries: ReadonlyMap<string, ZipEntry>): boolean =>
  [...entries.keys()].some((name) => name.endsWith(SUFFIX));

export function decodeNpz(entries: ReadonlyMap<string, ZipEntry>): TypedTensors {
  return Object.fromEntries(
    [...entries].map(([name, entry]) => {
      if (!name.endsWith(SUFFIX)) refuse(`its archive holds ${name}, expected .npy files`);
      const plain = name.slice(0, -SUFFIX.length);
      return [plain, decodeNpy(entry.read(), plain)];
    }),
  );
}

export const encodeNpz = (arrays: StateArrays): Uint8Array =>
  encodeZip(Object.entries(arrays).map(([name, array]) => [`${name}${SUFFIX}`, encodeNpy(array)]));
