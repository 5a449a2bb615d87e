// What files and disks do: full, read-only, unreadable, deleted while they are read, corrupt.
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, rm, truncate, writeFile, cp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rng } from '../../src/pose/random.ts';
import { run, start, type Circumstances } from '../support/command.ts';
import { countOf, labelling, must, mustBeWhole, renderData, type Fault } from './fault.ts';

/** A user whom file modes bind, where this one is root. */
const UNPRIVILEGED = process.getuid?.() === 0 ? { uid: 65534 } : {};

interface Summary {
  readonly people: number;
  readonly rejected: number;
}

export const fullDisk: Fault = {
  name: 'full disk',
  times: 5,
  slice: 1,
  async run(scene, times) {
    const figures = await renderData(scene, 200);
    let way = '';
    for (let i = 0; i < times; i++) {
      const small = join(scene.folder, `small-${i}`);
      await mkdir(small);
      const mebibytes = 2 + i;
      const mount = mountSmall(small, mebibytes);
      way = mount.way;
      const cache = join(small, 'cache.sqlite');
      try {
        const full = await run(labelling(figures, cache), {}, mount.circumstances);
        must(full.code === 4, 'a full disk ends the command with exit code 4', full.stderr);
        must(full.stderr.includes('disk is full'), 'the sentence says so', full.stderr);
        must(!full.stderr.includes('    at '), 'it comes without a stack', full.stderr);
        const before = mount.isMounted ? 0 : countOf(cache, 'target');
        mount.grow();
        mustBeWhole(cache);
        const again = await run(labelling(figures, cache));
        must(again.code === 0, 'with room it goes on', again.stderr);
        must(countOf(cache, 'target') === figures.count, 'to the last target', before);
        mustBeWhole(cache);
      } finally {
        mount.release();
      }
    }
    return `${way}: exit 4 and one sentence, verify clean, the same command goes on once there is room`;
  },
};

/** A tmpfs where mounting is allowed, else a limit on the size of files. */
function mountSmall(folder: string, mebibytes: number) {
  const mount = (options: string) =>
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' });
  try {
    mount(`size=${mebibytes}m`);
  } catch {
    // No right to mount: `ulimit -f` counts 1024 bytes; without the trap the signal would kill before the write fails.
    const script = `trap "" XFSZ; ulimit -f ${mebibytes * 1024}; exec "$@"`;
    const circumstances: Circumstances = { under: ['bash', '-c', script, 'bash'] };
    const nothing = () => undefined;
    return { way: 'ulimit -f', circumstances, isMounted: false, grow: nothing, release: nothing };
  }
  return {
    way: 'tmpfs of a few MiB',
    circumstances: {},
    isMounted: true,
    grow: () => void mount('remount,size=512m'),
    release: () => void execFileSync('umount', [folder]),
  };
}

export const readOnlyDatabase: Fault = {
  name: 'read-only database',
  times: 2,
  slice: 1,
  async run(scene, times) {
    const figures = await renderData(scene, 20);
    const folder = join(scene.folder, 'closed');
    await mkdir(folder);
    const cache = join(folder, 'cache.sqlite');
    must((await run(labelling(figures, cache))).code === 0, 'the database is made');
    for (let i = 0; i < times; i++) {
      await chmod(cache, 0o444);
      await chmod(folder, 0o555);
      const { code, stderr } = await run(labelling(figures, cache), {}, UNPRIVILEGED);
      must(code === 1, 'the command ends with exit code 1', stderr);
      must(/read-only|cannot be opened/.test(stderr), 'the sentence says why', stderr);
      must(stderr.includes(cache) && !stderr.includes('    at '), 'it names the file', stderr);
      await chmod(folder, 0o755);
      await chmod(cache, 0o644);
      mustBeWhole(cache);
    }
    return 'exit 1, one sentence that names the file, nothing written';
  },
};

export const unreadableFile: Fault = {
  name: 'unreadable files',
  times: 3,
  slice: 1,
  async run(scene, times) {
    const figures = await renderData(scene, 20);
    const names = await readdir(figures.pictures);
    for (let i = 0; i < times; i++) {
      const own = join(scene.folder, `own-${i}`);
      await mkdir(own);
      await chmod(own, 0o777);
      const closed = names.slice(0, i + 1).map((name) => join(figures.pictures, name));
      for (const path of closed) await chmod(path, 0);
      const cache = join(own, 'cache.sqlite');
      const { code, stdout, stderr } = await run(labelling(figures, cache), {}, UNPRIVILEGED);
      must(code === 0, 'the others are labelled', stderr);
      const { people, rejected } = JSON.parse(stdout) as Summary;
      must(people === 19 - i && rejected === i + 1, 'each file counts once', stdout);
      must(countOf(cache, 'quarantine') === i + 1, 'each is in quarantine');
      mustBeWhole(cache);
      for (const path of closed) await chmod(path, 0o644);
    }
    return 'the file is quarantined with its reason, the others are labelled';
  },
};

export const folderDeleted: Fault = {
  name: 'folder deleted while it is read',
  times: 10,
  slice: 1,
  async run(scene, times) {
    const figures = await renderData(scene, 200);
    const random = rng(scene.seed, 'faults', 1, 0);
    const copyOf = async (i: number) => {
      const copy = join(scene.folder, `copy-${i}`);
      await cp(figures.pictures, copy, { recursive: true });
      return { ...figures, pictures: copy };
    };
    const began = performance.now();
    await run(labelling(await copyOf(-1), join(scene.folder, 'whole.sqlite')));
    const duration = performance.now() - began;
    let some = 0;
    for (let i = 0; i < times; i++) {
      const copy = await copyOf(i);
      const cache = join(scene.folder, `cache-${i}.sqlite`);
      const running = start(labelling(copy, cache));
      await sleep(duration * (0.3 + 0.5 * random.uniform()));
      await rm(copy.pictures, { recursive: true, force: true });
      const { code, stdout, stderr } = await running.finished;
      must(!stderr.includes('    at '), 'nothing crashes', stderr);
      if (code === 0) {
        const { people } = JSON.parse(stdout) as Summary;
        must(countOf(cache, 'target') === people, 'what is reported is there', stdout);
        if (people > 0 && people < figures.count) some += 1;
      } else must(stderr.length < 2000, 'the failure is told in a sentence', stderr);
      mustBeWhole(cache);
    }
    return `no crash; what was read is labelled (${some} times some of the pictures), what is gone is named; verify clean`;
  },
};

export const corruptFiles: Fault = {
  name: '20 % of the files corrupt',
  times: 3,
  slice: 1,
  async run(scene, times) {
    const figures = await renderData(scene, 100);
    const names = await readdir(figures.pictures);
    const random = rng(scene.seed, 'faults', 2, 0);
    for (const [i, name] of names.entries()) {
      if (i % 5 !== 0) continue;
      const path = join(figures.pictures, name);
      if (random.uniform() < 0.5) await truncate(path, 200);
      else await writeFile(path, `no picture ${i}`);
    }
    for (let i = 0; i < times; i++) {
      const cache = join(scene.folder, `cache-${i}.sqlite`);
      const { code, stdout, stderr } = await run([...labelling(figures, cache), '--strict']);
      must(code === 3, '--strict ends with exit code 3', stderr);
      const { people, rejected } = JSON.parse(stdout) as Summary;
      must(people === 80 && rejected === 20, 'the good ones are labelled', stdout);
      must(countOf(cache, 'quarantine') === 20, 'the bad ones are in quarantine');
      mustBeWhole(cache);
    }
    return '80 of 100 labelled, 20 in quarantine with reasons, exit 3 under --strict';
  },
};
