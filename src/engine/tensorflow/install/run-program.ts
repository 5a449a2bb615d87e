// Runs another program to its end and gives what it printed.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export interface Finished {
  /** null where a signal ended it */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @returns undefined where there is no such program */
export async function runProgram(
  program: string,
  args: readonly string[],
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Finished | undefined> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], signal });
  const ended = new Promise<number | null | undefined>((resolve, reject) => {
    child.on('close', resolve);
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve(undefined);
      else reject(error);
    });
  });
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return code === undefined ? undefined : { code, stdout, stderr };
}

/** The last line that is not blank: where most programs say what went wrong. */
export const lastLine = (output: string): string => output.trim().split('\n').at(-1)?.trim() ?? '';
