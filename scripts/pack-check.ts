// Packs heatstream, installs the package into an empty folder as a user would, and runs a short demo there.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'heatstream-pack-'));

try {
  const file = pack();
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', file], folder);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string;
  };
  const printed = run('npx', ['heatstream', '--version'], folder).trim();
  if (printed !== version) {
    throw new Error(`Expected the package to print version ${version}, got "${printed}"`);
  }
  const report = join(folder, 'heatstream-demo', 'report.html');
  const sizes = ['--steps', '20', '--labelled', '20', '--unlabelled', '64', '--test', '20'];
  run('npx', ['heatstream', 'demo', '--dir', 'heatstream-demo', ...sizes], folder);
  if (!existsSync(report)) throw new Error(`Expected the demo to write ${report}`);
  console.log(`pack:check passed: ${file.replace(/.*[\\/]/, '')} installs, and its demo runs`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The tarball's path. Install scripts are off in a clone, so `npm pack` alone would not build. */
function pack(): string {
  run('npm', ['run', 'build'], root);
  const [packed] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', folder], root),
  ) as [{ filename: string; files: { path: string }[] }];
  const paths = packed.files.map(({ path }) => path);
  for (const expected of ['bin/heatstream.cjs', 'dist/src/cli/main.js', 'dist/src/index.d.ts']) {
    if (!paths.includes(expected)) throw new Error(`Expected ${expected} in the package`);
  }
  if (!paths.some((path) => /^dist\/db\/migrations\/.*\.sql$/.test(path))) {
    throw new Error('Expected the SQL migrations in the package');
  }
  return join(folder, packed.filename);
}

/** Stdout of a command; its stderr is shown. Throws where it fails. */
function run(command: string, args: readonly string[], cwd: string): string {
  console.error(`$ ${command} ${args.join(' ')}`);
  // npm hands its own settings to children; the empty folder must see none of the clone's.
  const env = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  const { status, stdout } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: Object.fromEntries(env),
    maxBuffer: 2 ** 26,
  });
  if (status === 0) return stdout;
  console.error(stdout);
  throw new Error(`Expected \`${command} ${args.join(' ')}\` to succeed, got exit code ${status}`);
}
