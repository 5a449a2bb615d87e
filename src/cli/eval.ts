// heatstream eval RUN
import { UsageError } from '../config/resolve.ts';
import { formatTable } from '../monitor/table.ts';
import { evaluateNetworks, type NetworksEvaluation } from '../pipeline/evaluate-networks.ts';
import { EVAL_OPTIONS, type Invocation } from './commands.ts';
import { createRejectList, engineOf, optionsOf } from './session.ts';

export async function run(invocation: Invocation): Promise<number> {
  const options = optionsOf(EVAL_OPTIONS, invocation);
  const [model] = invocation.positional;
  if (model === undefined) throw new UsageError('name the run to score');
  const result = await evaluateNetworks(
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

function describe(result: NetworksEvaluation): string {
  const withJoints = result.metrics.filter(({ perJoint }) => perJoint);
  const joints = formatTable(
    [
      { key: 'joint', title: 'joint' },
      { key: 'count', title: 'labelled', digits: 0 },
      ...withJoints.map(({ name, unit }) => ({ key: name, title: `${name} ${unit}`, digits: 1 })),
    ],
    result.perJoint.map(({ joint, count }, i) => ({
      ...{ joint, count },
      ...Object.fromEntries(withJoints.map(({ name, perJoint }) => [name, perJoint![i]])),
    })),
  );
  const byProtocol = [...Map.groupBy(result.metrics, ({ protocol }) => protocol)];
  return [
    ...byProtocol.map(
      ([protocol, metrics]) =>
        `${metrics.map(({ name, value, unit }) => `${name} ${value?.toFixed(1) ?? '–'} ${unit}`).join('  ')}\n  ${protocol}`,
    ),
    `mean peak ${result.peak.toFixed(3)}, ${result.people} people, weights of step ${result.step}`,
    ...(result.networks ? ['', networkTable(result.networks)] : []),
    '',
    joints,
  ].join('\n');
}

const networkTable = (networks: NonNullable<NetworksEvaluation['networks']>): string =>
  formatTable(
    [
      { key: 'network', title: 'network' },
      { key: 'pck', title: 'PCK@0.2', digits: 1 },
      { key: 'ap', title: 'OKS-AP', digits: 1 },
    ],
    networks.map(({ network, pck, ap }) => ({ network, pck: pck ?? null, ap: 100 * ap })),
  );
