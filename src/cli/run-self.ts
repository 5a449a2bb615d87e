// Runs this program again as a child.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/**
 * Progress goes to our stderr.
 * @param prefix in front of each line of it, for children that run side by side
 * @returns the JSON that it printed
 */
export async function runSelf(args: readonly string[], prefix?: string): Promise<unknown> {
  const main = fileURLToPath(
    new URL(import.meta.url.endsWith('.ts') ? 'main.ts' : 'main.js', import.meta.url),
  );
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', prefix === undefined ? 'inherit' : 'pipe'],
  });
  const closed = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  // A pipe, for it was asked for above.
  const output = text(child.stdout!);
  if (child.stderr) await passOn(child.stderr, prefix ?? '');
  const code = await closed;
  if (code !== 0)
    throw new Error(`heatstream ${args.join(' ')} ended with exit code ${String(code)}`);
  return JSON.parse(await output) as unknown;
}

async function passOn(lines: Readable, prefix: string): Promise<void> {
  for await (const line of createInterface(lines)) process.stderr.write(`${prefix}${line}\n`);
}
