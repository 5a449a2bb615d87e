// Runs the command line as a user does: a child process, its output, exit code and peak memory.
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const LAUNCHER = fileURLToPath(new URL('../../bin/heatstream.cjs', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Highest resident memory that was seen, MiB. */
  readonly peakMiB: number;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
}

const running = new Set<ChildProcess>();

/** Ends every command that is still at work: for what failed halfway. */
export function killRunning(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** How the child differs from this process. */
export interface Circumstances {
  /** A user without privileges. */
  readonly uid?: number;
  /** A command that runs the one behind it, such as `nice`. */
  readonly under?: readonly string[];
}

export function start(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { uid, under = [] }: Circumstances = {},
): Running {
  const [command, ...rest] = [...under, process.execPath, LAUNCHER, ...args] as [
    string,
    ...string[],
  ];
  const child = spawn(command, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    ...(uid !== undefined && { uid, gid: uid }),
  });
  running.add(child);
  const output = { stdout: '', stderr: '' };
  let peakMiB = 0;
  const poll = setInterval(() => {
    peakMiB = Math.max(peakMiB, residentPeak(child.pid));
  }, 100);
  child.stdout.on('data', (data: Buffer) => (output.stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output.stderr += data.toString()));
  const finished = new Promise<Finished>((resolve) => {
    child.on('close', (code, signal) => {
      clearInterval(poll);
      running.delete(child);
      resolve({ code, signal, ...output, peakMiB });
    });
  });
  return { child, finished };
}

export const run = (
  args: readonly string[],
  env?: Readonly<Record<string, string>>,
  circumstances?: Circumstances,
) => start(args, env, circumstances).finished;

/** VmHWM of a Linux process; 0 where it cannot be read. */
function residentPeak(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    // It has just ended, or this is no Linux.
    return 0;
  }
}
