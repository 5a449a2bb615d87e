import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeFileAtomic } from '../../src/stages/atomic-file.ts';
import { temporaryFolder } from '../support/folder.ts';

describe('an atomic write', () => {
  it('makes the folders on the way, and leaves the file alone in its folder', async () => {
    const folder = temporaryFolder();
    await writeFileAtomic(join(folder, 'a', 'b', 'file.txt'), 'first');
    await writeFileAtomic(join(folder, 'a', 'b', 'file.txt'), Uint8Array.of(1, 2, 3));
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['file.txt']);
    expect([...readFileSync(join(folder, 'a', 'b', 'file.txt'))]).toEqual([1, 2, 3]);
  });

  it('that fails names the file and leaves no temporary one', async () => {
    const folder = temporaryFolder();
    const target = join(folder, 'taken');
    mkdirSync(target);
    writeFileSync(join(target, 'inside'), 'stays');
    await expect(writeFileAtomic(target, 'text')).rejects.toThrow(`cannot write ${target}: `);
    expect(readdirSync(folder)).toEqual(['taken']);
    expect(readFileSync(join(target, 'inside'), 'utf8')).toBe('stays');
  });
});
