// heatstream engine list|bench|install tensorflow
import { UsageError } from '../config/resolve.ts';
import { engineStatuses } from '../engine/choose.ts';
import { InstallError } from '../engine/tensorflow/install/install-error.ts';
import { installTensorflow } from '../engine/tensorflow/install/install.ts';
import { formatTable } from '../monitor/table.ts';
import type { Invocation } from './commands.ts';
import { bench } from './engine-bench.ts';
import { listenForSignals, optionsOf } from './session.ts';

export async function run(invocation: Invocation): Promise<number> {
  const asked = invocation.positional.join(' ');
  if (asked === 'list') return list(invocation);
  if (asked === 'bench') return bench(invocation);
  if (asked === 'install tensorflow') return install(invocation);
  throw new UsageError(`engine ${asked}: expected list, bench or install tensorflow`);
}

async function list(invocation: Invocation): Promise<number> {
  const { json } = optionsOf(['json'], invocation);
  const statuses = await engineStatuses();
  if (json) console.log(JSON.stringify(statuses));
  else {
    const columns = [
      { key: 'name', title: 'engine' },
      { key: 'provider', title: 'on' },
      { key: 'state', title: 'state' },
      { key: 'detail', title: 'device, or why not' },
    ];
    const rows = statuses.map(({ name, provider = '', available, detail }) => ({
      ...{ name, provider, detail },
      state: available ? 'available' : 'not available',
    }));
    console.log(formatTable(columns, rows));
  }
  return 0;
}

async function install(invocation: Invocation): Promise<number> {
  const { json } = optionsOf(['json'], invocation);
  const { flags } = invocation;
  const text = (name: string) => flags[name] as string | undefined;
  const signals = listenForSignals(() => process.stderr.write('stopping\n'));
  try {
    const { binding, isNew, ...installed } = await installTensorflow({
      gpu: flags['gpu'] === true,
      from: flags['from'] as 'official' | 'pip',
      ...{ dir: text('dir'), sha256: text('sha256'), mirror: text('mirror') },
      log: (line) => process.stderr.write(`${line}\n`),
      signal: signals.drain,
    });
    const { version, device, libraries } = installed;
    const state = isNew ? 'installed' : 'was there already';
    console.log(
      json
        ? JSON.stringify({ ...installed, binding: binding.name, isNew })
        : `tensorflow ${version} (${device}) through ${binding.name} ${binding.version} ${state}; the library is in ${libraries}`,
    );
    return 0;
  } catch (error) {
    if (signals.exitCode !== undefined) return signals.exitCode;
    if (!(error instanceof InstallError)) throw error;
    console.error(`engine install: ${error.message}`);
    return error.isRetryable ? 4 : 2;
  }
}
