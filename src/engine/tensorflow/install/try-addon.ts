// Loads a binding in a process of its own, where a library that does not fit this machine can do no harm.
import { rm } from 'node:fs/promises';
import type { BindingPackage } from '../package.ts';
import { InstallError } from './install-error.ts';
import { lastLine, runProgram } from './run-program.ts';

export interface Tried {
  readonly version: string;
  readonly isOnGpu: boolean;
}

const load = new URL(
  import.meta.url.endsWith('.ts') ? '../load.ts' : '../load.js',
  import.meta.url,
);

/** An addon that does not load is removed. @throws InstallError with the loader's reason */
export async function tryAddon(binding: BindingPackage, signal?: AbortSignal): Promise<Tried> {
  const script = `
    import { loadTensorflow } from ${JSON.stringify(load.href)};
    const { version, isOnGpu } = loadTensorflow(undefined, ${JSON.stringify(binding)});
    console.log(JSON.stringify({ version, isOnGpu }));`;
  const args = ['--input-type=module', '--eval', script];
  const done = (await runProgram(process.execPath, args, { signal }))!;
  if (done.code === 0) return JSON.parse(lastLine(done.stdout)) as Tried;
  await rm(binding.addon, { force: true });
  const error = /Error: (.*)/.exec(done.stderr)?.[1] ?? lastLine(done.stderr);
  throw new InstallError(`the library does not run here (${error || `exit code ${done.code}`})`);
}
