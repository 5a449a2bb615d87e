// A stand-in for tfjs-node and for the TensorFlow library: it has every function, all of which give its version.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SYMBOLS } from '../../../src/engine/tensorflow/install/symbols.ts';

export const hasCompiler = spawnSync('g++', ['--version']).status === 0;

/** A folder with the package installed, its compiled part not. @returns the package's own folder */
export function makePackage(root: string, name = 'tfjs-node', version = '4.22.0'): string {
  const scope = join(root, 'node_modules/@tensorflow');
  const folder = join(scope, name);
  mkdirSync(join(folder, 'binding'), { recursive: true });
  symlinkSync(resolve('node_modules/@tensorflow/tfjs'), join(scope, 'tfjs'));
  const stub = resolve('test/engine/tensorflow/stub');
  cpSync(join(stub, 'index.cjs'), join(folder, 'index.cjs'));
  cpSync(join(stub, 'tfjs_binding.cc'), join(folder, 'binding/tfjs_binding.cc'));
  writeFileSync(join(folder, 'binding/tfjs_backend.cc'), '');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ version, main: 'index.cjs' }));
  return folder;
}

/** An archive as the makers of TensorFlow publish it. @param symbols that the library has */
export function makeArchive(root: string, symbols: readonly string[] = SYMBOLS): string {
  const lib = join(root, 'lib');
  mkdirSync(lib, { recursive: true });
  const functions = symbols.map((name) => `const char* ${name}(void) { return "9.8.7"; }`);
  // Numbers that do not compress, so that the archive takes several pieces to send.
  let word = 1;
  const noise = Array.from({ length: 60_000 }, () => (word = Math.imul(word, 48271) >>> 0));
  const padding = `extern const unsigned padding[] = {${noise.join('u,')}u};`;
  writeFileSync(join(root, 'main.cc'), `extern "C" {\n${functions.join('\n')}\n${padding}\n}`);
  writeFileSync(join(root, 'framework.cc'), '');
  const library = (source: string, name: string) => {
    run('g++', [
      '-shared',
      '-fPIC',
      `-Wl,-soname,${name}`,
      join(root, source),
      '-o',
      join(lib, name),
    ]);
  };
  library('main.cc', 'libtensorflow.so.2');
  library('framework.cc', 'libtensorflow_framework.so.2');
  const archive = join(root, 'archive.tar.gz');
  run('tar', ['-czf', archive, '-C', root, './lib']);
  return archive;
}

function run(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} failed: ${stderr}`);
}
