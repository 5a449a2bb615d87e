// heatstream engine bench: what a training step takes on every engine that works here.
import { UsageError } from '../config/resolve.ts';
import { engineStatuses, openEngine } from '../engine/choose.ts';
import type { EngineStatus } from '../engine/types.ts';
import { MODEL_NAMES, type ModelName } from '../models/network.ts';
import { formatTable } from '../monitor/table.ts';
import { timeSteps, type TimedSteps } from '../stages/time-steps.ts';
import type { Invocation } from './commands.ts';
import { listenForSignals, optionsOf } from './session.ts';

interface Measured extends EngineStatus, Partial<TimedSteps> {
  /** To the fastest engine. */
  readonly ratio?: number;
}

export async function bench(invocation: Invocation): Promise<number> {
  const { threads, json } = optionsOf(['threads', 'json'], invocation);
  const model = modelNamed(invocation.flags['model'] as string);
  const signals = listenForSignals(() => process.stderr.write('stopping\n'));
  const measured: Measured[] = [];
  for (const status of await engineStatuses()) {
    measured.push(await measure(status, model, threads, signals.drain));
    if (signals.exitCode !== undefined) return signals.exitCode;
  }
  const best = Math.min(...measured.map(({ milliseconds = Infinity }) => milliseconds));
  const engines = measured.map((each) =>
    each.milliseconds === undefined ? each : { ...each, ratio: each.milliseconds / best },
  );
  if (json) console.log(JSON.stringify({ model, engines }));
  else {
    const columns = [
      { key: 'name', title: 'engine' },
      { key: 'provider', title: 'on' },
      { key: 'milliseconds', title: 'ms a step', digits: 1 },
      { key: 'ratio', title: 'to the best', digits: 2 },
      { key: 'detail', title: 'device, or why not' },
    ];
    console.log(
      formatTable(
        columns,
        engines.map(({ name, provider = '', milliseconds, ratio, detail }) => ({
          name,
          provider,
          milliseconds,
          ratio,
          detail,
        })),
      ),
    );
  }
  return best === Infinity ? 1 : 0;
}

async function measure(
  status: EngineStatus,
  model: ModelName,
  threads: number | undefined,
  signal: AbortSignal,
): Promise<Measured> {
  const { name, provider, available } = status;
  if (!available) return status;
  if (name === 'cpu')
    return { ...status, available: false, detail: 'not measured: for tests only' };
  process.stderr.write(`${[name, provider].filter(Boolean).join(' on ')}: training ${model} …\n`);
  try {
    const engine = await openEngine({
      name,
      ...(provider && { provider }),
      ...(threads !== undefined && { threads }),
    });
    return { ...status, detail: engine.device, ...(await timeSteps(engine, model, { signal })) };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { ...status, available: false, detail };
  }
}

function modelNamed(name: string): ModelName {
  const found = MODEL_NAMES.find((model) => model === name);
  if (found) return found;
  throw new UsageError(`--model ${name}: expected one of ${MODEL_NAMES.join(', ')}`);
}
