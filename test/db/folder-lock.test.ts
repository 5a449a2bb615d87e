import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseError } from '../../db/error.ts';
import { lockFolder } from '../../db/folder-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'heatstream-lock-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('the lock of a folder', () => {
  it('is refused to a second holder until the first gives it free', () => {
    const first = lockFolder(folder);
    expect(first).toBeDefined();
    expect(lockFolder(folder)).toBeUndefined();
    first!.release();
    first!.release();
    const second = lockFolder(folder);
    expect(second).toBeDefined();
    second!.release();
    expect(statSync(join(folder, 'lock')).size).toBe(0);
  });

  it('ends with a process that is killed', async () => {
    const module = new URL('../../db/folder-lock.ts', import.meta.url).href;
    const code = `const { lockFolder } = await import(${JSON.stringify(module)});
      console.log(lockFolder(${JSON.stringify(folder)}) !== undefined);
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    expect(said.toString()).toBe('true\n');
    expect(lockFolder(folder)).toBeUndefined();
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lock = lockFolder(folder);
    expect(lock).toBeDefined();
    lock!.release();
  });

  it('names a file that it cannot lock', () => {
    writeFileSync(
      join(folder, 'lock'),
      'not a database, and longer than a header of one: '.repeat(4),
    );
    expect(() => lockFolder(folder)).toThrow(DatabaseError);
    expect(() => lockFolder(join(folder, 'missing'))).toThrow(join(folder, 'missing', 'lock'));
  });
});
