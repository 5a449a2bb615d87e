// libtensorflow as its makers publish it: one archive for Linux on x86-64, with or without CUDA.
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { download } from './download.ts';
import { InstallError } from './install-error.ts';
import type { FetchOptions, Library } from './library.ts';
import { lastLine, runProgram } from './run-program.ts';

const VERSION = '2.18.1';
const HOST = 'https://storage.googleapis.com/tensorflow';

/** @returns what lies in `folder` now. @throws InstallError */
export async function fetchOfficial({
  folder,
  downloads,
  gpu,
  sha256,
  mirror,
  log,
  signal,
}: FetchOptions): Promise<Library> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new InstallError(
      `the official library is for linux-x64, and this is ${process.platform}-${process.arch}: use --from pip on Linux, or the install script of @tensorflow/tfjs-node`,
    );
  }
  const name = `libtensorflow-${gpu ? 'gpu' : 'cpu'}-linux-x86_64.tar.gz`;
  const url = `${(mirror ?? HOST).replace(/\/$/, '')}/versions/${VERSION}/${name}`;
  const file = join(downloads, `${VERSION}-${name}`);
  log(`downloading ${url}`);
  const digest = await download({ url, file, sha256, signal });
  if (sha256 === undefined) {
    log(
      `warning: its makers publish no checksum, so ${name} is unchecked (sha256 ${digest}); --sha256 pins it`,
    );
  }
  log(`unpacking ${basename(file)}`);
  await mkdir(folder, { recursive: true });
  const tar = await runProgram('tar', ['-xzf', file, '-C', folder, '--no-same-owner', './lib'], {
    signal,
  });
  if (!tar) throw new InstallError('there is no program tar: install it');
  if (tar.code !== 0) {
    await rm(file, { force: true });
    throw new InstallError(
      `${name} does not unpack (${lastLine(tar.stderr)}): it is damaged and was removed; run the command again`,
      { isRetryable: true },
    );
  }
  await rm(file, { force: true });
  return {
    version: VERSION,
    sha256: digest,
    folder: 'lib',
    main: 'libtensorflow.so.2',
    framework: 'libtensorflow_framework.so.2',
  };
}
