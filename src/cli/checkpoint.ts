// heatstream checkpoint FILE: what is in it, and which network it fills.
import { readFile } from 'node:fs/promises';
import { UsageError } from '../config/resolve.ts';
import { networksIn } from '../models/checkpoint/networks-in.ts';
import { printable } from '../models/checkpoint/problem.ts';
import { readWeights } from '../models/checkpoint/read-weights.ts';
import { recogniseNetworks } from '../models/checkpoint/recognise.ts';
import { formatTable } from '../monitor/table.ts';
import { modelFile } from '../stages/model-file.ts';
import type { Invocation } from './commands.ts';
import { optionsOf } from './session.ts';

export async function run(invocation: Invocation): Promise<number> {
  const { json } = optionsOf(['json'], invocation);
  const [where] = invocation.positional;
  if (where === undefined) throw new UsageError('name the checkpoint');
  const file = await modelFile(where);
  const { format, path, beside, tensors } = readWeights(await readFile(file), file);
  const networks = networksIn(tensors).map((network) => {
    // Heads come last, one channel a joint.
    const joints = Object.values(network).at(-1)?.shape[0] ?? 0;
    return {
      tensors: Object.keys(network).length,
      fills: recogniseNetworks(network, joints),
      joints,
    };
  });
  const rows = Object.entries(tensors).map(([name, { type, shape }]) => ({
    ...{ name: printable(name), type },
    shape: `[${shape.join(', ')}]`,
  }));
  if (json) {
    console.log(JSON.stringify({ format, path, beside, networks, tensors: rows }));
    return 0;
  }
  const columns = ['name', 'type', 'shape'].map((key) => ({ key, title: key }));
  console.log(formatTable(columns, rows));
  const under = path.length > 0 ? `, weights under ${printable(path.join(' / '))}` : '';
  console.log(`\n${format}${under}`);
  if (beside.length > 0) console.log(`beside them: ${printable(beside.join(', '))}`);
  for (const { tensors: count, joints, fills } of networks) {
    const what = fills.map(({ model, isTrunk }) =>
      isTrunk ? `the trunk of ${model}` : `${model} with ${joints} joints`,
    );
    console.log(`${count} tensors that fill ${what.join(', ') || 'no network of heatstream'}`);
  }
  return 0;
}
