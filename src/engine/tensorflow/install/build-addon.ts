// Compiles tfjs-node's own binding against a TensorFlow library, with declarations of our own instead of the library's headers.
import { existsSync, realpathSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BindingPackage } from '../package.ts';
import { InstallError } from './install-error.ts';
import { lastLine, runProgram } from './run-program.ts';

export interface BuildOptions {
  readonly binding: BindingPackage;
  /** Absolute; the addon finds its library there at run time. */
  readonly libraries: string;
  /** Names of the files to link. */
  readonly names: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

const DECLARATIONS = fileURLToPath(new URL('../include', import.meta.url));

/** Takes some seconds. An earlier addon is replaced at the end, or not at all. @throws InstallError */
export async function buildAddon({
  binding,
  libraries,
  names,
  signal,
}: BuildOptions): Promise<void> {
  const compiler = await findCompiler();
  const nodeHeaders = join(dirname(dirname(realpathSync(process.execPath))), 'include/node');
  if (!existsSync(join(nodeHeaders, 'node_api.h'))) {
    throw new InstallError(
      `Node's headers are not in ${nodeHeaders}: use a Node that brings them (nodejs.org, the npm packages node-linux-*)`,
    );
  }
  const unfinished = `${binding.addon}.${process.pid}.part`;
  await mkdir(dirname(binding.addon), { recursive: true });
  const includes = [DECLARATIONS, binding.folder, nodeHeaders].map((folder) => `-I${folder}`);
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) =>
    join(binding.folder, 'binding', file),
  );
  const args = [
    '-std=c++17',
    '-O2',
    '-fPIC',
    '-shared',
    '-DNAPI_VERSION=8',
    ...includes,
    ...sources,
  ];
  const link = [`-L${libraries}`, ...names.map((name) => `-l:${name}`), `-Wl,-rpath,${libraries}`];
  try {
    const done = (await runProgram(compiler, [...args, '-o', unfinished, ...link], { signal }))!;
    if (done.code !== 0) {
      const error = /error: .*/.exec(done.stderr)?.[0] ?? lastLine(done.stderr);
      throw new InstallError(`${compiler} cannot build the binding of ${binding.name}: ${error}`);
    }
    await rename(unfinished, binding.addon);
  } finally {
    await rm(unfinished, { force: true });
  }
}

export async function findCompiler(): Promise<string> {
  const chosen = process.env['CXX'];
  for (const program of chosen ? [chosen] : ['g++', 'c++', 'clang++']) {
    if ((await runProgram(program, ['--version']))?.code === 0) return program;
  }
  throw new InstallError(
    `there is no C++ compiler${chosen ? ` ${chosen} (CXX)` : ''}: install g++; this engine alone needs one`,
  );
}
