// `npm run test:fuzz`: 1,000 mutated pictures and label files. HEATSTREAM_FUZZ=1000 inputs, HEATSTREAM_FUZZ_SEED=1.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const tool = fileURLToPath(new URL('tool.cjs', import.meta.url));
const child = spawn(process.execPath, [tool, 'vitest', 'run', 'test/fuzz'], {
  env: { HEATSTREAM_FUZZ: '1000', ...process.env },
  stdio: ['ignore', 'pipe', 'inherit'],
});
let output = '';
child.stdout.on('data', (data: Buffer) => {
  output += data.toString();
  process.stdout.write(data);
});
const [code] = (await once(child, 'close')) as [number | null];
console.log(/fuzz: .*/.exec(output)?.[0] ?? 'fuzz: it ended before it could count');
process.exitCode = code ?? 1;
