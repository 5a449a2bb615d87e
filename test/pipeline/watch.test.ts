import { getEventListeners } from 'node:events';
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { watchPictures, type WatchContext } from '../../src/pipeline/watch.ts';
import { temporaryFolder } from '../support/folder.ts';

/** Watches in the background; what it yields is collected by name. */
function follow(folder: string, context: Partial<WatchContext> = {}) {
  const controller = new AbortController();
  const seen: string[] = [];
  const watching = (async () => {
    const paths = watchPictures([folder], {
      signal: controller.signal,
      settleMs: 50,
      rescanMs: 60_000,
      ...context,
    });
    for await (const path of paths) seen.push(basename(path));
  })();
  const stop = async () => {
    controller.abort();
    await watching;
  };
  onTestFinished(stop);
  return { seen, stop, signal: controller.signal };
}

async function until(condition: () => boolean, limit = 10_000): Promise<void> {
  const end = Date.now() + limit;
  while (!condition() && Date.now() < end) await sleep(20);
  expect(condition()).toBe(true);
}

/** Long enough for a watcher to be set up, and for anything that should not come to come. */
const SOON = 600;

describe('watchPictures', () => {
  it('yields pictures that come into a folder or a new subfolder, and no other files', async () => {
    const folder = temporaryFolder();
    const { seen } = follow(folder);
    await sleep(SOON);
    writeFileSync(join(folder, 'a.jpg'), 'x');
    writeFileSync(join(folder, 'notes.txt'), 'x');
    writeFileSync(join(folder, '.hidden.jpg'), 'x');
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'sub', 'b.PNG'), 'x');
    writeFileSync(join(folder, 'c.mp4'), 'x');
    await until(() => seen.length >= 3);
    await sleep(SOON);
    expect([...seen].sort()).toEqual(['a.jpg', 'b.PNG', 'c.mp4']);
  });

  it('leaves hidden folders alone, but not a watched folder that lies in one', async () => {
    const folder = join(temporaryFolder(), '.data');
    mkdirSync(join(folder, '.thumbnails'), { recursive: true });
    const { seen } = follow(folder);
    await sleep(SOON);
    writeFileSync(join(folder, '.thumbnails', 'a.jpg'), 'x');
    writeFileSync(join(folder, 'b.jpg'), 'x');
    await until(() => seen.length >= 1);
    await sleep(SOON);
    expect(seen).toEqual(['b.jpg']);
  });

  it.skipIf(process.platform !== 'linux')(
    'finds by rescanning a name that is no UTF-8',
    async () => {
      const folder = temporaryFolder();
      const { seen } = follow(folder, { rescanMs: 200 });
      const name = Buffer.from([0xe4, 0x2e, 0x6a, 0x70, 0x67]);
      writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), name]), 'x');
      await until(() => seen.length >= 1);
      expect(seen).toEqual(['\udce4.jpg']);
    },
  );

  it('yields a changed picture again, and an old one not at all', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'old.jpg'), 'x');
    writeFileSync(join(folder, 'changes.jpg'), 'x');
    const { seen } = follow(folder, { since: Date.now() + 60_000 });
    await sleep(SOON);
    writeFileSync(join(folder, 'changes.jpg'), 'xy');
    await until(() => seen.length >= 1);
    expect(seen).toEqual(['changes.jpg']);
  });

  it('waits until a file is written to its end', async () => {
    const folder = temporaryFolder();
    const { seen } = follow(folder, { settleMs: 400 });
    await sleep(SOON);
    const path = join(folder, 'slow.jpg');
    for (let i = 0; i < 8; i++) {
      appendFileSync(path, 'x'.repeat(100));
      await sleep(100);
      expect(seen).toEqual([]);
    }
    await until(() => seen.length >= 1);
    expect(seen).toEqual(['slow.jpg']);
  });

  it('yields what came between the call and the first look', async () => {
    const folder = temporaryFolder();
    const controller = new AbortController();
    const paths = watchPictures([folder], { signal: controller.signal, settleMs: 20 });
    writeFileSync(join(folder, 'between.jpg'), 'x');
    await sleep(50);
    const { value } = await paths.next();
    expect(basename(value!)).toBe('between.jpg');
    controller.abort();
    await paths.return();
  });

  it('finds by rescanning what the file system did not tell, each change once', async () => {
    const outside = temporaryFolder();
    const folder = temporaryFolder();
    // Not there when watching starts, and moved into place as a whole: a link target watchers do not follow.
    const { seen } = follow(folder, { rescanMs: 200, since: 0 });
    mkdirSync(join(outside, 'full'));
    for (const name of ['1.jpg', '2.jpg', '3.jpg']) writeFileSync(join(outside, 'full', name), 'x');
    await sleep(SOON);
    renameSync(join(outside, 'full'), join(folder, 'full'));
    await until(() => seen.length >= 3);
    await sleep(SOON);
    expect([...seen].sort()).toEqual(['1.jpg', '2.jpg', '3.jpg']);
  });

  it('ends when its signal aborts, and leaves no listener on it', async () => {
    const { stop, signal } = follow(temporaryFolder());
    await sleep(50);
    await stop();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('reports a folder that is not there, and goes on', async () => {
    const problems: string[] = [];
    const folder = temporaryFolder();
    const controller = new AbortController();
    const paths = watchPictures([join(folder, 'none'), folder], {
      signal: controller.signal,
      settleMs: 20,
      onProblem({ message }) {
        problems.push(message);
      },
    });
    writeFileSync(join(folder, 'a.jpg'), 'x');
    await sleep(50);
    expect(basename((await paths.next()).value!)).toBe('a.jpg');
    expect(problems[0]).toMatch(/none: there is no such file/);
    controller.abort();
    await paths.return();
  });
});
