import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildSkeleton } from '../../src/pose/skeleton.ts';
import { withSigmas } from '../../src/stages/sigmas.ts';
import { temporaryFolder } from '../support/folder.ts';

const paw = buildSkeleton('paw', ['toe', 'heel'], []);

describe('sigmas that are given', () => {
  it('come as numbers, as a list in a file, or by name, and say where from', async () => {
    const folder = temporaryFolder();
    const file = async (name: string, value: unknown) => {
      await writeFile(join(folder, name), JSON.stringify(value));
      return join(folder, name);
    };
    expect(paw.sigmasSource).toContain('default 0.079 for toe, heel');
    expect(await withSigmas(paw, '0.05, 1e-1')).toMatchObject({
      sigmas: [0.05, 0.1],
      sigmasSource: 'given (0.05, 1e-1)',
    });
    const list = await file('list.json', [0.02, 0.03]);
    expect((await withSigmas(paw, list)).sigmas).toEqual([0.02, 0.03]);
    const named = await file('named.json', { heel: 0.04, toe: 0.06 });
    expect(await withSigmas(paw, named)).toMatchObject({
      sigmas: [0.06, 0.04],
      sigmasSource: named,
    });
    const other = await file('other.json', { hoof: 0.04, toe: 0.06 });
    await expect(withSigmas(paw, other)).rejects.toThrow('missing heel, unknown hoof');
  });

  it.each(['0.05', '0.05,0.1,0.2', '0.05,', '0.05,0', '-1,1'])('refuses %s', async (given) => {
    await expect(withSigmas(paw, given)).rejects.toThrow(`--sigmas ${given}: expected`);
  });
});
