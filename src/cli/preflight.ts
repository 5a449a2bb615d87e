// heatstream preflight RUN
import { UsageError } from '../config/resolve.ts';
import { formatTable } from '../monitor/table.ts';
import { POSTER_PAIRS, preflight, type Preflight } from '../pipeline/preflight.ts';
import { PREFLIGHT_OPTIONS, type Invocation } from './commands.ts';
import { createRejectList, engineOf, optionsOf } from './session.ts';

export async function run(invocation: Invocation): Promise<number> {
  const options = optionsOf(PREFLIGHT_OPTIONS, invocation);
  const [model] = invocation.positional;
  if (model === undefined) throw new UsageError('name the run of a supervised model');
  const { easy, hard } = options;
  if ((easy === undefined) !== (hard === undefined)) {
    throw new UsageError('--easy and --hard make a pair: name both, or neither for the usual ones');
  }
  const pairs = easy !== undefined && hard !== undefined ? [[easy, hard] as const] : POSTER_PAIRS;
  const result = await preflight(
    { ...options, run: model, pairs },
    await engineOf(options),
    createRejectList(options.quiet),
  );
  console.log(options.json ? JSON.stringify(result) : describe(result));
  return result.pairs.length === 1 && result.pairs[0]!.verdict !== 'easy to hard' ? 1 : 0;
}

const MEANING = {
  'easy to hard': 'ok',
  equal: 'equal: will collapse',
  'hard to easy': 'hard to easy: will collapse',
  unclear: 'unclear: a weak model, or too few people',
} as const;

function describe({ people, views, pairs }: Preflight): string {
  return [
    formatTable(
      [
        { key: 'view', title: 'view, easy to hard' },
        { key: 'accuracy', title: 'PCK@0.2', digits: 1 },
        { key: 'drop', title: 'drop', digits: 1 },
        { key: 'error', title: '±', digits: 1 },
      ],
      views,
    ),
    '',
    formatTable(
      [
        { key: 'easyView', title: 'teacher' },
        { key: 'hardView', title: 'student' },
        { key: 'gap', title: 'drop', digits: 1 },
        { key: 'error', title: '±', digits: 1 },
        { key: 'meaning', title: 'verdict' },
      ],
      pairs.map(({ easyView, hardView, gap, error, verdict }) => ({
        ...{ easyView, hardView, gap, error },
        meaning: MEANING[verdict],
      })),
    ),
    '',
    `${people} labelled people; joints outside a view do not count; ± is the standard error over people`,
  ].join('\n');
}
