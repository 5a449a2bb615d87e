// `npm run paper:examples` writes examples/paper: a configuration a row of the paper's table, under `//` its command, and what
// the runs in docs/results/figures reached with it.
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { summarise, type PaperResult } from '../src/demo/paper-result.ts';
import { PAPER_ROWS, type PaperRow } from '../src/demo/paper-rows.ts';

const results = new URL('../docs/results/figures/', import.meta.url);
const examples = new URL('../examples/paper/', import.meta.url);

const measured = readdirSync(results)
  .filter((file) => file.endsWith('.json'))
  .sort()
  .map((file) => JSON.parse(readFileSync(new URL(file, results), 'utf8')) as PaperResult);

for (const row of PAPER_ROWS) {
  const example = {
    '//': notes(row),
    ...optionsOf(row),
    recipe: 'peer',
    model: 'tiny',
    steps: 1500,
  };
  await writeFile(new URL(`${row.name}.json`, examples), `${JSON.stringify(example, null, 2)}\n`);
}

function notes({ name, title, teacher, peer }: PaperRow): string[] {
  const data =
    '--labels figures/labeled.coco.json --images figures/images --unlabeled figures/images --boxes figures/unlabeled.coco.json';
  const labeller = teacher === undefined ? '' : ` --teacher runs/${teacher}`;
  return [
    title,
    `heatstream train --config examples/paper/${name}.json ${data} --run runs/${name}${labeller}`,
    reached(measured.filter(({ row }) => row === name)),
    ...(peer
      ? [
          `the PyTorch peer, a seed each: PCK@0.2 ${peer.pck.join(', ')}; peak ${peer.peak.join(', ')}`,
        ]
      : []),
  ];
}

function reached(runs: readonly PaperResult[]): string {
  if (runs.length === 0) {
    return 'wall time and PCK@0.2: not measured yet; heatstream experiment paper-table measures every row';
  }
  const each = (value: (run: PaperResult) => string) => runs.map(value).join(', ');
  const minutes = summarise(runs.map((run) => run.minutes)).mean.toFixed(0);
  const alarms = runs.map(({ collapse }) => (collapse === null ? 'none' : `step ${collapse}`));
  return `reached with seeds ${each(({ seed }) => String(seed))}: PCK@0.2 ${each(({ pck }) => pck.toFixed(1))}; peak ${each(({ peak }) => peak?.toFixed(3) ?? 'unknown')}; alarm of the collapse monitor ${alarms.join(', ')}; ${minutes} minutes a seed on one thread of a busy machine`;
}

/** `--max-teacher-age 25 --force` as `{ maxTeacherAge: 25, force: true }`. */
function optionsOf({ flags }: PaperRow): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const [i, flag] of flags.entries()) {
    if (!flag.startsWith('--')) continue;
    const name = flag.slice(2).replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    const value = flags[i + 1];
    const isSwitch = value === undefined || value.startsWith('--');
    options[name] = isSwitch ? true : /^[\d.]+$/.test(value) ? Number(value) : value;
  }
  return options;
}
