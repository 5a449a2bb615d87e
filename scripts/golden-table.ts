// Runs the golden tests and prints every golden file with its measured deviation and tolerance, as a Markdown table.
// Arguments go to vitest: `npm run golden:table -- test/golden-tests/models.test.ts` runs these alone; `--write` renews docs/golden.md.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, sep } from 'node:path';
import { goldenRoot as golden } from '../test/support/golden-root.ts';
import { kindOf } from '../test/support/golden-kinds.ts';

const root = join(import.meta.dirname, '..');
const filters = process.argv.slice(2).filter((argument) => argument !== '--write');
const isWritten = process.argv.includes('--write');
const rounded = (value: string | undefined) => String(Number(Number(value).toPrecision(2)));
const byName = (a: readonly string[], b: readonly string[]) =>
  a.join('\t') < b.join('\t') ? -1 : 1;

const HEAD = `# Golden files

Every file of \`test/golden\`, numbers recorded from public reference implementations ([where from](../test/golden/README.md)), with the largest deviation of ours and the tolerance: the file's own, or its README's. 0 of 0 is equality; a file that is refused must be refused. Written by

\`\`\`sh
npm run golden:table -- --write
\`\`\`

\`HEATSTREAM_GOLDEN=FOLDER npm run golden:table\` prints the same of another folder.
`;

const folder = mkdtempSync(join(tmpdir(), 'heatstream-golden-'));
const file = join(folder, 'deviations.tsv');
try {
  const { status } = spawnSync(
    process.execPath,
    [
      join(root, 'scripts/tool.cjs'),
      ...['vitest', 'run', '--silent', '--root', root],
      ...(filters.length > 0 ? filters : ['test/golden-tests']),
    ],
    // The tests' own report goes to stderr, so that stdout holds the table alone.
    { stdio: ['ignore', 2, 2], env: { ...process.env, HEATSTREAM_DEVIATIONS: file } },
  );
  const table = tableOf(existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []);
  console.log(table);
  // A table of tests that failed is no record.
  if (isWritten && status === 0) writeFileSync(join(root, 'docs/golden.md'), `${HEAD}\n${table}\n`);
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function tableOf(lines: readonly string[]): string {
  const rows = lines.map((line) => line.split('\t'));
  const measured = new Set(rows.map(([name]) => name));
  const rest = filters.length > 0 ? [] : goldenNames().filter((name) => !measured.has(name));
  return [
    '| golden file | what | measured | tolerance |\n|---|---|---|---|',
    ...rows
      .sort(byName)
      .map(([name, what, off, allowed]) => `| ${name} | ${what} | ${rounded(off)} | ${allowed} |`),
    ...rest.map((name) => `| ${name} | ${roleOf(name)} | | |`),
  ].join('\n');
}

/** What a file without a deviation of its own is for. */
function roleOf(name: string): string {
  const folder = dirname(name);
  const is = kindOf(folder, basename(name), new Set(readdirSync(join(golden, folder))));
  if (is && 'beside' in is) {
    return is.beside === basename(name) ? 'says what the others hold' : `read with ${is.beside}`;
  }
  return 'not checked';
}

/** Every golden file but the sidecars that only describe an array beside them. */
function goldenNames(): string[] {
  const names = readdirSync(golden, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'README.md')
    .map((entry) => join(relative(golden, entry.parentPath), entry.name).replaceAll(sep, '/'))
    .sort();
  const all = new Set(names);
  const isSidecar = (name: string) =>
    name.endsWith('.json') &&
    ['.f32', '.u8', '.i32'].some((ending) => all.has(name.replace(/\.json$/, ending)));
  return names.filter((name) => !isSidecar(name));
}
