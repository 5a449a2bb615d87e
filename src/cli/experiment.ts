// heatstream experiment paper-table
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../config/resolve.ts';
import { renderFigures } from '../demo/figures.ts';
import { PAPER_ROWS, type PaperRow } from '../demo/paper-rows.ts';
import { chooseRows, runExperiment } from '../demo/run-experiment.ts';
import { EXPERIMENT_OPTIONS, type Invocation } from './commands.ts';
import { runSelf } from './run-self.ts';
import { optionsOf } from './session.ts';
import { showcase } from './showcase.ts';

/** Rows on figures of our own, which the peer has not seen. */
const DEMO_ROWS = ['supervised', 'naive', 'single'];
const DEMO_FIGURES = { seed: 0, labelled: 100, unlabelled: 1000, test: 300 };

export async function run(invocation: Invocation): Promise<number> {
  const { flags, positional, version } = invocation;
  const options = optionsOf(EXPERIMENT_OPTIONS, {
    ...invocation,
    flags: { model: 'tiny', recipe: 'peer', ...flags },
  });
  const own = (name: string) => flags[name] as string | undefined;
  if (positional[0] !== 'paper-table') {
    throw new UsageError(`experiment ${positional.join(' ')}: expected paper-table`);
  }
  const dir = String(flags['dir']);
  const [labels, test] = [own('labels'), own('test')];
  const isDemo = labels === undefined;
  if (!isDemo && (test === undefined || own('images') === undefined)) {
    throw new UsageError(
      '--labels needs --images and --test COCO: where pictures and test set are',
    );
  }
  if (isDemo) await renderFigures({ out: dir, ...DEMO_FIGURES });
  const images = own('images') ?? join(dir, 'images');
  const data = {
    labels: labels ?? join(dir, 'labeled.coco.json'),
    unlabeled: isDemo ? [join(dir, 'images', 'unlabeled')] : options.unlabeled,
    boxes: isDemo ? [join(dir, 'unlabeled.coco.json')] : options.boxes,
    test: test ?? join(dir, 'test.coco.json'),
  };
  const repeated = (flag: string, values: readonly string[]) => values.flatMap((v) => [flag, v]);
  const given = (flag: string, value: number | string | undefined) =>
    value === undefined ? [] : [flag, String(value)];
  const threads = options.threads ?? 1;
  await runExperiment(
    {
      rows: rowsOf(own('rows'), isDemo),
      seeds: String(flags['seeds']).split(',').map(seedOf),
      shared: [
        ...['--recipe', options.recipe, '--model', options.model],
        ...['--steps', String(options.steps)],
        ...given('--ramp', options.ramp),
        ...(options.padding === 'zero' ? [] : ['--padding', options.padding]),
        ...given('--limit-labels', options.limitLabels),
      ],
      trainData: [
        ...['--labels', data.labels, '--images', images],
        ...repeated('--unlabeled', data.unlabeled),
        ...repeated('--boxes', data.boxes),
        ...repeated('--exclude', options.exclude),
      ],
      testData: ['--labels', data.test, '--images', images],
      dir,
      out: String(flags['out']),
      lanes:
        flags['finished'] === true ? 0 : Math.max(1, Math.floor(availableParallelism() / threads)),
      engineFlags: [
        ...['--engine', options.engine, '--provider', options.provider],
        ...['--threads', String(threads)],
      ],
      protocol: [
        'PCK@0.2 of left shoulder to right hip in labelled boxes, no flip, the weights of the last step',
        'peak: mean heatmap maximum on 256 pictures of the pool, batch statistics',
        `heatstream ${version}, ${threads} thread a run on ${cpus()[0]?.model ?? 'an unknown CPU'}, several runs side by side`,
      ],
      comparesToPeer: flags['peer'] === true,
    },
    {
      command: runSelf,
      say: (line) => {
        console.log(line);
      },
      now: () => performance.now(),
      showcase: (folder) =>
        showcase(folder, join(dir, 'cache.sqlite'), { ...options, threads, seed: 0 }),
    },
  );
  return 0;
}

function rowsOf(names: string | undefined, isDemo: boolean): readonly PaperRow[] {
  if (names === undefined && !isDemo) return PAPER_ROWS;
  try {
    return chooseRows(PAPER_ROWS, names?.split(',') ?? DEMO_ROWS);
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function seedOf(text: string): number {
  const seed = Number(text);
  if (text !== '' && Number.isSafeInteger(seed) && seed >= 0) return seed;
  throw new UsageError(`--seeds ${text}: expected whole numbers from 0 up, such as 0,1,2`);
}
