// Runs this program again as a child.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** Progress goes to our stderr. @returns the JSON that it printed */
export async function runSelf(args: readonly string[]): Promise<unknown> {
  const main = fileURLToPath(
    new URL(import.meta.url.endsWith('.ts') ? 'main.ts' : 'main.js', import.meta.url),
  );
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  const output = await text(child.stdout);
  const code = await closed;
  if (code !== 0)
    throw new Error(`heatstream ${args.join(' ')} ended with exit code ${String(code)}`);
  return JSON.parse(output) as unknown;
}
