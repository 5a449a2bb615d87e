// heatstream eval RUN
import { UsageError } from '../config/resolve.ts';
import { formatTable } from '../monitor/table.ts';
import { evaluate, type Evaluation } from '../pipeline/evaluate.ts';
import { EVAL_OPTIONS, type Invocation } from './commands.ts';
import { createRejectList, engineOf, optionsOf } from './session.ts';

export async function run(invocation: Invocation): Promise<number> {
  const options = optionsOf(EVAL_OPTIONS, invocation);
  const [model] = invocation.positional;
  if (model === undefined) throw new UsageError('name the run to score');
  const result = await evaluate(
    { ...options, run: model },
    await engineOf(options),
    createRejectList(options.quiet),
  );
  if (result.inPool > 0) {
    process.stderr.write(
      `${result.inPool} pictures of ${options.labels} are in the unlabelled pool of ${model}: train with --exclude ${options.labels}\n`,
    );
  }
  console.log(options.json ? JSON.stringify(result) : describe(result));
  return 0;
}

function describe(result: Evaluation): string {
  const joints = formatTable(
    [
      { key: 'joint', title: 'joint' },
      { key: 'pck', title: 'PCK@0.2', digits: 1 },
    ],
    result.perJoint.map(({ joint, pck }) => ({ joint, pck })),
  );
  return [
    `PCK@0.2 ${result.pck?.toFixed(1) ?? '–'}  (${result.pckProtocol})`,
    `OKS-AP ${(100 * result.ap).toFixed(1)}  AP50 ${(100 * result.ap50).toFixed(1)}  AP75 ${(100 * result.ap75).toFixed(1)}  AR ${(100 * result.ar).toFixed(1)}  (${result.apProtocol})`,
    `mean peak ${result.peak.toFixed(3)}, ${result.people} people, weights of step ${result.step}`,
    '',
    joints,
  ].join('\n');
}
