import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../db/open.ts';
import { listQuarantine, quarantine as putAside } from '../../db/quarantine.ts';
import { run as cache } from '../../src/cli/cache.ts';
import { run as quarantine } from '../../src/cli/quarantine.ts';
import { temporaryFolder } from '../support/folder.ts';

const invoke = (path: string, positional: readonly string[], flags: Record<string, unknown> = {}) =>
  ({ positional, flags: { cache: path, ...flags }, version: '0' }) as const;

describe('commands that look after a database', () => {
  it('make none where there is none', async () => {
    const path = join(temporaryFolder(), 'none.sqlite');
    await expect(cache(invoke(path, ['stats']))).rejects.toThrow(/There is no database/);
    await expect(quarantine(invoke(path, ['list']))).rejects.toThrow(/There is no database/);
    expect(existsSync(path)).toBe(false);
  });

  it('refuse words and flags that they have no use for', async () => {
    const path = join(temporaryFolder(), 'cache.sqlite');
    openDatabase(path).close();
    await expect(cache(invoke(path, ['tidy']))).rejects.toThrow(/stats, verify, prune, vacuum/);
    await expect(cache(invoke(path, ['stats'], { maxBytes: '5' }))).rejects.toThrow(
      '--max-bytes belongs to cache prune',
    );
    await expect(quarantine(invoke(path, ['list', 'x']))).rejects.toThrow(/expected list, retry/);
  });

  it('release the quarantine once the lock of another process is free', async () => {
    const path = join(temporaryFolder(), 'cache.sqlite');
    const other = openDatabase(path);
    other.sql.exec('BEGIN IMMEDIATE');
    const released = quarantine(invoke(path, ['retry']));
    setTimeout(() => {
      other.sql.exec('COMMIT');
    }, 200);
    expect(await released).toBe(0);
    other.close();
  });

  it('release what is named by its path, or as the list shows it, and say what does not stand there', async () => {
    const path = join(temporaryFolder(), 'cache.sqlite');
    const db = openDatabase(path);
    const held = ['/data/a.jpg', '/data/line\nbreak.jpg', '/data/caf\udce9.jpg'];
    for (const one of held) putAside(db, { path: one, stage: 'decode', reason: 'bad' });
    const retry = (...names: string[]) => quarantine(invoke(path, ['retry', ...names]));
    expect(await retry('/data/line\\nbreak.jpg', '/data/caf\\udce9.jpg')).toBe(0);
    expect(listQuarantine(db).map((row) => row.path)).toEqual(['/data/a.jpg']);
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await retry('/data/a.jpg', '/data/b.jpg')).toBe(1);
    expect(said.mock.calls.flat().join('')).toContain('/data/b.jpg does not stand in quarantine');
    expect(listQuarantine(db)).toEqual([]);
    db.close();
  });
});
