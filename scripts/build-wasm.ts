// Compiles assembly/resample.ts into src/image/resample-wasm.ts: `npm run build:wasm`. With --check it says whether that is up to date.
// The compiler runs as a program: its types would change those of our arrays.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const from = 'assembly/resample.ts';
const to = 'src/image/resample-wasm.ts';
const flags = ['-O3', '--runtime', 'stub', '--noAssert', '--enable', 'simd', '--importMemory'];

const folder = await mkdtemp(join(tmpdir(), 'heatstream-wasm-'));
const kernel = join(folder, 'kernel.wasm');
const compiler = 'node_modules/assemblyscript/bin/asc.js';
await promisify(execFile)(process.execPath, [compiler, from, '--outFile', kernel, ...flags]);
const base64 = await readFile(kernel, 'base64');
await rm(folder, { recursive: true });
const text = `// Compiled from ${from} by npm run build:wasm.\nexport const RESAMPLE_WASM =\n  '${base64}';\n`;
if (!process.argv.includes('--check')) await writeFile(to, text);
else if ((await readFile(to, 'utf8')) !== text) {
  throw new Error(`${to} is not what ${from} compiles to: run npm run build:wasm`);
}
