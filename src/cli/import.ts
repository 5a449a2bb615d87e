// heatstream import FILE --out model.safetensors
import { UsageError } from '../config/resolve.ts';
import { MODEL_NAMES, type ModelName } from '../models/network.ts';
import { importModel } from '../pipeline/import-model.ts';
import { SKELETONS } from '../pose/skeleton.ts';
import type { Skeleton } from '../pose/types.ts';
import type { Invocation } from './commands.ts';
import { optionsOf } from './session.ts';

export async function run(invocation: Invocation): Promise<number> {
  const { recipe, padding, json } = optionsOf(['recipe', 'padding', 'json'], invocation);
  const [file] = invocation.positional;
  const flags = invocation.flags as Readonly<Record<string, string | undefined>>;
  const out = flags['out'];
  if (file === undefined || out === undefined) {
    throw new UsageError(
      'name the checkpoint and the model: heatstream import pose.pth --out model.safetensors',
    );
  }
  const summary = await importModel({
    ...{ file, out, recipe, padding },
    model: modelOf(flags['model']),
    skeleton: skeletonOf(flags['skeleton']!),
  });
  const { model, networks } = summary;
  const what = networks === 1 ? model : `${networks} networks ${model}`;
  console.log(json ? JSON.stringify(summary) : `${what} to ${out}`);
  return 0;
}

function modelOf(name: string | undefined): ModelName | undefined {
  const found = MODEL_NAMES.find((model) => model === name);
  if (found || name === undefined) return found;
  throw new UsageError(`--model ${name}: expected one of ${MODEL_NAMES.join(', ')}`);
}

function skeletonOf(name: string): Skeleton {
  const known = Object.values(SKELETONS);
  const found = known.find((skeleton) => skeleton.name === name);
  if (found) return found;
  throw new UsageError(
    `--skeleton ${name}: expected one of ${known.map((skeleton) => skeleton.name).join(', ')}`,
  );
}
