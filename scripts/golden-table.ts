// Runs the golden tests and prints every golden file with its measured deviation and tolerance, as a Markdown table.
// Arguments go to vitest: `npm run golden:table -- test/golden-tests/models.test.ts` runs these alone.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';

const root = join(import.meta.dirname, '..');
const golden = process.env['HEATSTREAM_GOLDEN'] ?? join(root, 'test/golden');
const filters = process.argv.slice(2);
const rounded = (value: string | undefined) => String(Number(Number(value).toPrecision(2)));
const byName = (a: readonly string[], b: readonly string[]) =>
  a.join('\t') < b.join('\t') ? -1 : 1;

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
  print(existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []);
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function print(lines: readonly string[]): void {
  const rows = lines.map((line) => line.split('\t'));
  const measured = new Set(rows.map(([name]) => name));
  const rest = filters.length > 0 ? [] : goldenNames().filter((name) => !measured.has(name));
  console.log('| golden file | what | measured | tolerance |\n|---|---|---|---|');
  for (const [name, what, deviation, tolerance] of rows.sort(byName)) {
    console.log(`| ${name} | ${what} | ${rounded(deviation)} | ${tolerance} |`);
  }
  for (const name of rest) console.log(`| ${name} | no deviation recorded | | |`);
}

/** Every golden file but the sidecars that only describe an array beside them. */
function goldenNames(): string[] {
  const names = readdirSync(golden, { recursive: true, encoding: 'utf8' }).sort();
  const all = new Set(names);
  const isSidecar = (name: string) =>
    ['.f32', '.u8', '.i32'].some((ending) => all.has(name.replace(/\.json$/, ending)));
  return names
    .filter((name) => name.includes(sep) && !(name.endsWith('.json') && isSidecar(name)))
    .map((name) => name.replaceAll(sep, '/'));
}
