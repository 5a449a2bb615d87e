// npm run test:tensorflow: the tests of engines and of the golden networks on a real TensorFlow, which pip downloads, through
// both packages that bind it. Everything lies under node_modules/.cache. Where the wheel or a package cannot be had it says
// "skipped: …"; whatever else goes wrong is a failure.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InstallError } from '../src/engine/tensorflow/install/install-error.ts';
import { installTensorflow } from '../src/engine/tensorflow/install/install.ts';
import {
  BINDING_VERSION,
  findBinding,
  type BindingName,
} from '../src/engine/tensorflow/package.ts';

class OutOfReach extends Error {}

const home = resolve('node_modules/.cache/tensorflow');
const log = (line: string) => void process.stderr.write(`${line}\n`);

for (const name of ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'] as const) {
  const folder = join(home, name.slice(name.indexOf('/') + 1));
  process.env['HEATSTREAM_TENSORFLOW'] = folder;
  try {
    installPackage(name, folder);
    const library = { gpu: false, from: 'pip', dir: join(home, 'library') } as const;
    const { version } = await installTensorflow({ ...library, package: name, log });
    log(`testing TensorFlow ${version} through ${name}`);
  } catch (error) {
    const { message } = error as Error;
    log(`${isOutOfReach(error) ? 'skipped' : 'failed'}: TensorFlow through ${name} (${message})`);
    if (!isOutOfReach(error)) process.exitCode = 1;
    continue;
  }
  const tests = ['test/engine', 'test/golden-tests/models', 'test/golden-tests/train'];
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...tests, '-t', 'tensorflow'];
  // An engine that does not load would leave no test to fail.
  const env = { ...process.env, HEATSTREAM_TEST_ENGINE: 'tensorflow' };
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit', env });
  if (status !== 0) process.exitCode = 1;
}

/** No network, or no wheel for this Python and this system. */
function isOutOfReach(error: unknown): boolean {
  if (error instanceof OutOfReach) return true;
  if (!(error instanceof InstallError)) return false;
  return error.isRetryable || /^pip finds no wheel|^there is no Python/.test(error.message);
}

function installPackage(name: BindingName, folder: string): void {
  if (findBinding([name])?.version === BINDING_VERSION) return;
  mkdirSync(folder, { recursive: true });
  const flags = ['--ignore-scripts', '--no-save', '--no-audit', '--no-fund', '--prefix', folder];
  const args = ['install', ...flags, `${name}@${BINDING_VERSION}`];
  const { status, stderr } = spawnSync('npm', args, { encoding: 'utf8' });
  if (status !== 0)
    throw new OutOfReach(`npm cannot install it: ${stderr.trim().split('\n').at(-1) ?? ''}`);
}
