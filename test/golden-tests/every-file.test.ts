// Every golden file is of a kind that some test checks, or is read with one that is; what nobody knows is skipped by name.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { everyGoldenFile, expectGoldenFiles } from '../support/golden.ts';
import { GOLDEN_KINDS } from '../support/golden-kinds.ts';

expectGoldenFiles();

const unknown = everyGoldenFile().filter(({ is }) => is === undefined);
for (const { family, name } of unknown) {
  process.stderr.write(`nothing checks the golden file ${family}/${name}\n`);
  it.skip(`${family}/${name} is of no kind that a test here knows`, () => undefined);
}

it('every kind is checked by a test', () => {
  const sources = readdirSync(import.meta.dirname)
    .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
    .join('\n');
  for (const [family, kinds] of Object.entries(GOLDEN_KINDS)) {
    for (const kind of Object.keys(kinds)) {
      expect(sources).toContain(`describeGolden('${family}', '${kind}', `);
    }
  }
});
