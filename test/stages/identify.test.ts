import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { identify, statPicture } from '../../src/stages/identify.ts';
import { SampleError } from '../../src/stages/sample-error.ts';
import { asUnprivileged, temporaryFolder } from '../support/folder.ts';
import { gradientJpeg, writeBadPictures } from '../support/pictures.ts';

const identifyPath = async (path: string) => identify(path, await statPicture(path));
const rejection = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('identify', () => {
  it('gives hash, facts and header of a picture', async () => {
    const path = join(temporaryFolder(), 'a.jpg');
    const bytes = await gradientJpeg({ width: 40, height: 24 });
    writeFileSync(path, bytes);
    const identity = await identifyPath(path);
    expect(identity).toMatchObject({
      path,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      info: { format: 'jpeg', size: { width: 40, height: 24 }, orientation: 1 },
    });
    const { mtimeMs, ino } = statSync(path);
    expect(identity.facts).toEqual({ bytes: bytes.length, mtime: mtimeMs, inode: ino });
  });

  it('refuses every bad kind whose header tells, by name and with its reason', async () => {
    const folder = temporaryFolder();
    for (const { name, reason } of await writeBadPictures(folder)) {
      // These have a good header: decoding finds out.
      if (name.startsWith('truncated')) continue;
      const error = await rejection(identifyPath(join(folder, name)));
      expect(error, name).toBeInstanceOf(SampleError);
      expect((error as SampleError).reason, name).toMatch(reason);
      expect((error as SampleError).path).toBe(join(folder, name));
    }
  });

  it('remembers the facts of a file whose bytes are at fault, not of one that could not be read', async () => {
    const folder = temporaryFolder();
    await writeBadPictures(folder);
    const error = (await rejection(identifyPath(join(folder, 'text.jpg')))) as SampleError;
    expect(error.facts).toEqual(await statPicture(join(folder, 'text.jpg')));
    const missing = (await rejection(identifyPath(join(folder, 'missing.jpg')))) as SampleError;
    expect(missing.facts).toBeUndefined();
  });

  it('refuses a file that it may not read', async () => {
    const path = join(temporaryFolder(), 'locked.jpg');
    writeFileSync(path, await gradientJpeg({ width: 40, height: 24 }));
    chmodSync(path, 0o000);
    const error = await asUnprivileged(() => rejection(identifyPath(path)));
    expect(error).toBeInstanceOf(SampleError);
    expect(error).toMatchObject({
      reason: expect.stringMatching(/no permission.*EACCES/) as string,
      facts: undefined,
    });
  });

  it('refuses a pipe without waiting for a writer', async () => {
    const path = join(temporaryFolder(), 'pipe.jpg');
    execFileSync('mkfifo', [path]);
    await expect(identifyPath(path)).rejects.toThrow(/not a regular file/);
  });
});
