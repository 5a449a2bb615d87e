// Tells failures of one file from failures of the machine.
import { SampleError } from './sample-error.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  ELOOP: 'symbolic links lead round in a circle',
  ENAMETOOLONG: 'the name is too long',
  EIO: 'the disk could not read it',
  ESTALE: 'the network file system lost it',
  ENXIO: 'it is not a regular file',
  ERR_INVALID_ARG_VALUE: 'its name holds a NUL',
};

/** A `SampleError` for what is wrong with this file alone; any other error (no file handles, no memory) as it came. */
export function fileError(error: unknown, path: string, stage: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = REASONS[code];
  return reason === undefined
    ? error
    : new SampleError({ stage, path, reason: `${reason} (${code})`, cause: error });
}
