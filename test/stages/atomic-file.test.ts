import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
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

  it('of pieces asks for each when the one before is written', async () => {
    const folder = temporaryFolder();
    const sizes: number[] = [];
    function* pieces() {
      for (const piece of ['first, ', '', 'second']) {
        sizes.push(readdirSync(folder).map((name) => statSync(join(folder, name)).size)[0]!);
        yield Buffer.from(piece);
      }
    }
    await writeFileAtomic(join(folder, 'file.txt'), pieces());
    expect(readFileSync(join(folder, 'file.txt'), 'utf8')).toBe('first, second');
    expect(sizes).toEqual([0, 7, 7]);
    expect(readdirSync(folder)).toEqual(['file.txt']);
  });

  it('of pieces that fails in the middle leaves the file as it was', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'file.txt');
    await writeFileAtomic(file, 'before');
    function* pieces() {
      yield Buffer.from('half');
      throw new Error('no more');
    }
    await expect(writeFileAtomic(file, pieces())).rejects.toThrow('no more');
    expect(readFileSync(file, 'utf8')).toBe('before');
    expect(readdirSync(folder)).toEqual(['file.txt']);
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
