import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rawPath } from '../../db/raw-path.ts';
import { discover } from '../../src/stages/discover.ts';
import type { SampleError } from '../../src/stages/sample-error.ts';
import { asUnprivileged, temporaryFolder } from '../support/folder.ts';

/** Makes empty files, and the folders above them. */
function plant(root: string, ...names: readonly string[]): void {
  for (const name of names) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), '');
  }
}

/** What is found, relative to `root`, and the problems as `path: reason`. */
async function find(root: string, ...patterns: readonly string[]) {
  const problems: string[] = [];
  const onProblem = ({ path, reason }: SampleError) => {
    problems.push(`${relative(root, path)}: ${reason}`);
  };
  const found: string[] = [];
  for await (const path of discover(patterns, { onProblem })) found.push(relative(root, path));
  return { found, problems };
}

describe('discover', () => {
  it('walks a folder: the pictures by name, then the subfolders by name', async () => {
    const root = temporaryFolder();
    plant(root, 'z.jpg', 'b/2.png', 'b/10.png', 'a/x/1.webp', 'a/y.tif', 'm.JPEG', 'B.gif');
    expect(await find(root, root)).toEqual({
      found: ['B.gif', 'm.JPEG', 'z.jpg', 'a/y.tif', 'a/x/1.webp', 'b/10.png', 'b/2.png'],
      problems: [],
    });
  });

  it('takes pictures of every kind, in any case, and nothing else', async () => {
    const root = temporaryFolder();
    const pictures = [
      'a.jpg',
      'b.jpeg',
      'c.png',
      'd.webp',
      'e.tif',
      'f.tiff',
      'g.avif',
      'h.gif',
      'i.JPG',
      'j.mp4',
      'k.MKV',
    ];
    plant(root, ...pictures, 'j.txt', 'k.jpg.bak', 'jpg', 'l.svg', 'm.webm');
    expect((await find(root, root)).found).toEqual(pictures);
  });

  it('skips hidden files and folders', async () => {
    const root = temporaryFolder();
    plant(root, '.a.jpg', '.thumbnails/b.jpg', 'c.jpg');
    expect((await find(root, root)).found).toEqual(['c.jpg']);
    expect((await find(root, join(root, '.thumbnails'))).found).toEqual(['.thumbnails/b.jpg']);
  });

  it('takes names with blanks, quotes, brackets, line breaks and letters of all scripts as they are', async () => {
    const root = temporaryFolder();
    const names = [
      'a b.jpg',
      "it's.jpg",
      'say "x".jpg',
      '[1]{2}(3)!*?.jpg',
      'two\nlines.jpg',
      'ä日本.jpg',
      'back\\slash.jpg',
    ];
    plant(root, ...names, '[odd]*/x.jpg');
    const { found, problems } = await find(root, root);
    expect(found).toEqual([...[...names].sort(), '[odd]*/x.jpg']);
    expect(problems).toEqual([]);
    expect((await find(root, join(root, '[odd]*'))).found).toEqual(['[odd]*/x.jpg']);
    expect((await find(root, join(root, '[1]{2}(3)!*?.jpg'))).found).toEqual(['[1]{2}(3)!*?.jpg']);
  });

  it.each([
    ['*.jpg', ['1.jpg']],
    ['a/*.{jpg,png}', ['a/2.jpg', 'a/3.png']],
    ['**/*.jpg', ['1.jpg', 'a/2.jpg', 'a/deep/4.jpg', 'b/5.jpg']],
    ['{a,b}/*.jpg', ['a/2.jpg', 'b/5.jpg']],
    ['{a/deep,b}/*', ['a/deep/4.jpg', 'b/5.jpg']],
    ['?/**', ['a/2.jpg', 'a/3.png', 'a/deep/4.jpg', 'b/5.jpg']],
    ['**/deep/*', ['a/deep/4.jpg']],
    ['*/deep/4.jpg', ['a/deep/4.jpg']],
    ['a/[0-2].*', ['a/2.jpg']],
    ['none/*.jpg', []],
  ])('matches the glob %s', async (pattern, expected) => {
    const root = temporaryFolder();
    plant(root, '1.jpg', 'a/2.jpg', 'a/3.png', 'a/deep/4.jpg', 'b/5.jpg', 'b/6.txt', 'c');
    const { found } = await find(root, join(root, pattern));
    expect([...found].sort()).toEqual(expected);
  });

  it('reads list files: files, folders and globs, a line each', async () => {
    const root = temporaryFolder();
    plant(root, 'a/1.jpg', 'b/2.jpg', 'c/3.jpg', 'c/4.png');
    const list = join(root, 'list.txt');
    writeFileSync(
      list,
      `# the list\n${root}/a/1.jpg\r\n\n${root}/b\n${root}/c/*.png\n@other.txt\n`,
    );
    expect(await find(root, `@${list}`)).toMatchObject({
      found: ['a/1.jpg', 'b/2.jpg', 'c/4.png'],
      problems: [expect.stringContaining('cannot name another list') as string],
    });
  });

  it('takes a file that is named, whatever it is called', async () => {
    const root = temporaryFolder();
    plant(root, 'picture.dat');
    expect((await find(root, join(root, 'picture.dat'))).found).toEqual(['picture.dat']);
  });

  it('reports what does not exist: names, list files, links', async () => {
    const root = temporaryFolder();
    symlinkSync(join(root, 'nowhere.jpg'), join(root, 'dangling.jpg'));
    const { found, problems } = await find(root, join(root, 'none'), `@${root}/none.txt`, root);
    expect(found).toEqual([]);
    expect(problems).toEqual([
      'none: there is no such file (ENOENT)',
      'none.txt: there is no such file (ENOENT)',
      'dangling.jpg: there is no such file (ENOENT)',
    ]);
  });

  it('reports a glob that nothing matches, and none that something does', async () => {
    const root = temporaryFolder();
    plant(root, 'a.jpg', 'notes.txt');
    expect(await find(root, `${root}/none/*.jpg`, `${root}/*.txt`, `${root}/{a,b}.jpg`)).toEqual({
      found: ['a.jpg'],
      problems: [
        'none/*.jpg: no picture and no video matches this pattern',
        '*.txt: no picture and no video matches this pattern',
      ],
    });
  });

  it('waits for each problem to be taken before it goes on', async () => {
    const root = temporaryFolder();
    writeFileSync(join(root, 'list.txt'), 'none/1.jpg\nnone/2.jpg\nnone/3.jpg\n');
    let taking = 0;
    let together = 0;
    const onProblem = async () => {
      together = Math.max(together, (taking += 1));
      await new Promise(setImmediate);
      taking -= 1;
    };
    expect((await discover([`@${root}/list.txt`], { onProblem }).next()).done).toBe(true);
    expect({ together, taking }).toEqual({ together: 1, taking: 0 });
  });

  it.skipIf(process.platform !== 'linux')(
    'finds files and folders whose names are no UTF-8, by their bytes',
    async () => {
      const root = temporaryFolder();
      const folder = Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff, 0x61])]);
      mkdirSync(folder);
      const name = Buffer.from([0xe4, 0x2e, 0x6a, 0x70, 0x67]);
      for (const parent of [Buffer.from(root), folder])
        writeFileSync(Buffer.concat([parent, Buffer.from('/'), name]), '');
      plant(root, 'ä.jpg');
      const raw = ['ä.jpg', '\udce4.jpg', '\udcffa/\udce4.jpg'];
      expect(await find(root, root)).toEqual({ found: raw, problems: [] });
      expect((await find(root, `${root}/*.jpg`)).found).toEqual(raw.slice(0, 2));
      expect(rawPath(raw[2]!)).toEqual(Buffer.concat([Buffer.from([0xff, 0x61, 0x2f]), name]));
    },
  );

  it('reads a list with NULs between its names, as `find -print0` writes it', async () => {
    const root = temporaryFolder();
    plant(root, 'a\nb.jpg', 'c.jpg');
    writeFileSync(join(root, 'list.txt'), `${root}/a\nb.jpg\0${root}/c.jpg\0`);
    expect((await find(root, `@${root}/list.txt`)).found).toEqual(['a\nb.jpg', 'c.jpg']);
  });

  it('follows links to pictures and to folders', async () => {
    const root = temporaryFolder();
    const elsewhere = temporaryFolder();
    plant(elsewhere, 'far/1.jpg', '2.jpg');
    plant(root, '0.jpg');
    symlinkSync(join(elsewhere, 'far'), join(root, 'link'));
    symlinkSync(join(elsewhere, '2.jpg'), join(root, 'link.jpg'));
    expect(await find(root, root)).toEqual({
      found: ['0.jpg', 'link.jpg', 'link/1.jpg'],
      problems: [],
    });
  });

  it('ends where links lead round in circles, and reports each circle', async () => {
    const root = temporaryFolder();
    plant(root, 'a/1.jpg', 'b/2.jpg');
    symlinkSync(root, join(root, 'a/up'));
    symlinkSync(join(root, 'b'), join(root, 'b/self'));
    symlinkSync(join(root, 'loop.jpg'), join(root, 'loop.jpg'));
    symlinkSync(join(root, 'b'), join(root, 'a/across'));
    const { found, problems } = await find(root, root);
    expect([...new Set(found)].sort()).toEqual(['a/1.jpg', 'a/across/2.jpg', 'b/2.jpg']);
    expect(problems).toContainEqual(expect.stringMatching(/^a\/up: the symbolic link leads back/));
    expect(problems).toContainEqual(
      expect.stringMatching(/^b\/self: the symbolic link leads back/),
    );
    expect(problems).toContainEqual(expect.stringMatching(/^loop\.jpg: .*ELOOP/));
  });

  it('reports a folder that it may not read, and goes on', async () => {
    const root = temporaryFolder();
    plant(root, 'a/1.jpg', 'locked/2.jpg', 'z/3.jpg');
    chmodSync(join(root, 'locked'), 0o000);
    const result = await asUnprivileged(() => find(root, root));
    chmodSync(join(root, 'locked'), 0o755);
    expect(result).toEqual({
      found: ['a/1.jpg', 'z/3.jpg'],
      problems: ['locked: no permission to read it (EACCES)'],
    });
  });

  it('lists one folder at a time: folders behind the reader are not touched', async () => {
    const root = temporaryFolder();
    plant(root, 'a/1.jpg', 'b/2.jpg');
    const walk = discover([root], { onProblem: () => undefined });
    await walk.next();
    plant(root, 'b/3.jpg');
    const rest: string[] = [];
    for await (const path of walk) rest.push(relative(root, path));
    expect(rest).toEqual(['b/2.jpg', 'b/3.jpg']);
  });

  it('stops listing when its signal aborts', async () => {
    const root = temporaryFolder();
    plant(root, 'a/1.jpg', 'b/2.jpg');
    const controller = new AbortController();
    const found: string[] = [];
    for await (const path of discover([root, root], {
      onProblem: () => undefined,
      signal: controller.signal,
    })) {
      found.push(relative(root, path));
      controller.abort();
    }
    expect(found).toEqual(['a/1.jpg']);
  });
});
