import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../db/open.ts';
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
});
