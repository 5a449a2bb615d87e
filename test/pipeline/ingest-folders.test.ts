import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../db/open.ts';
import { ingestFolders, type IngestFoldersOptions } from '../../src/pipeline/ingest-folders.ts';
import { temporaryFolder } from '../support/folder.ts';
import { plant, size } from '../support/ingestion.ts';
import { noiseJpeg } from '../support/pictures.ts';

function options(folder: string, given: Partial<IngestFoldersOptions> = {}): IngestFoldersOptions {
  return {
    pictures: [folder],
    boxes: [],
    boxesImages: undefined,
    every: undefined,
    scene: undefined,
    exclude: [],
    recipe: 'peer',
    padding: 'zero',
    cache: join(folder, '.cache.sqlite'),
    watch: false,
    threads: undefined,
    catalogOnly: false,
    prune: false,
    ...given,
  };
}

const hooks = () => ({ signal: new AbortController().signal, onReject: () => undefined });
const ingest = (folder: string, given: Partial<IngestFoldersOptions> = {}) =>
  ingestFolders(options(folder, given), hooks());

/** Rows of a table of the folder's database. */
function rows(folder: string, sql: string): unknown[] {
  const db = openDatabase(options(folder).cache);
  try {
    return db.sql.prepare(sql).all();
  } finally {
    db.close();
  }
}

describe('ingestFolders', () => {
  it('catalogues without crops, and makes them later without reading the catalog anew', async () => {
    const folder = temporaryFolder();
    await plant(folder, 5);
    writeFileSync(join(folder, 'bad.jpg'), 'no picture');
    const catalogued = await ingest(folder, { catalogOnly: true });
    expect(catalogued).toMatchObject({ read: 5, unchanged: 0, people: 0, rejected: 1 });
    const again = await ingest(folder, { catalogOnly: true });
    expect(again).toMatchObject({ read: 0, unchanged: 5, rejected: 1 });
    expect(await ingest(folder)).toMatchObject({ read: 5, people: 5, cropsMade: 5 });
    expect(await ingest(folder)).toMatchObject({ unchanged: 5, people: 5, cropsMade: 0 });
    expect(rows(folder, 'SELECT attempts FROM quarantine')).toEqual([{ attempts: 1 }]);
  });

  it('tells its progress: each file is settled once', async () => {
    const folder = temporaryFolder();
    await plant(folder, 40);
    let settled = 0;
    await ingestFolders(options(folder, { catalogOnly: true }), {
      ...hooks(),
      onProgress: (done) => (settled = done),
    });
    expect(settled).toBe(40);
  });

  it('forgets what is gone, keeps what moved, and leaves a folder alone that is empty', async () => {
    const folder = temporaryFolder();
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    for (const one of [a, b]) mkdirSync(one);
    const paths = await plant(a, 3);
    writeFileSync(join(b, 'x.jpg'), await noiseJpeg(size, 77));
    await ingest(folder);
    renameSync(paths[0]!, join(a, 'moved.jpg'));
    rmSync(paths[1]!);
    rmSync(join(b, 'x.jpg'));
    const cache = options(folder).cache;
    const pruned = await ingest(folder, { pictures: [a, b], prune: true, cache });
    expect(pruned).toMatchObject({ prunedFiles: 2, prunedPictures: 1, people: 2 });
    expect(rows(folder, 'SELECT count(*) AS n FROM file')).toEqual([{ n: 3 }]);
    expect(rows(folder, 'SELECT count(*) AS n FROM image')).toEqual([{ n: 3 }]);
    expect(rows(folder, 'SELECT count(*) AS n FROM crop')).toEqual([{ n: 3 }]);
  });

  it('keeps a pruned picture whose crop a run admitted', async () => {
    const folder = temporaryFolder();
    const [path] = (await plant(folder, 2)) as [string];
    await ingest(folder);
    const db = openDatabase(options(folder).cache);
    db.sql.exec(`
      INSERT INTO run (id, directory, config, code_version, seed, started, status)
        VALUES (1, '/r', '{}', '0', 0, 0, 'running');
      INSERT INTO run_generation (run_id, generation, step) VALUES (1, 1, 1);
      INSERT INTO run_admission SELECT 1, 1, id, id FROM crop;`);
    db.close();
    rmSync(path);
    expect(await ingest(folder, { prune: true })).toMatchObject({
      prunedFiles: 1,
      prunedPictures: 0,
    });
    expect(rows(folder, 'SELECT count(*) AS n FROM crop')).toEqual([{ n: 2 }]);
  });

  it('takes boxes from files, from labels, from bare results, and the whole picture for the rest', async () => {
    const folder = temporaryFolder();
    await plant(folder, 3);
    const images = [0, 1, 2].map((id) => ({ id, file_name: `${id}.jpg`, ...size }));
    const categories = [{ id: 1, name: 'person' }];
    const annotation = (id: number, image: number, x: number) => ({
      ...{ id, image_id: image, category_id: 1, bbox: [x, 1, 20, 30] },
    });
    const write = (name: string, content: unknown) => {
      writeFileSync(join(folder, name), JSON.stringify(content));
      return join(folder, name);
    };
    const boxes = write('boxes.json', {
      images,
      categories,
      // One box stands there twice.
      annotations: [annotation(1, 0, 1), annotation(2, 0, 30), annotation(3, 0, 30)],
    });
    const labels = write('labels.json', {
      images,
      categories,
      annotations: [annotation(1, 1, 5)],
    });
    const summary = await ingest(folder, { boxes: ['labels', boxes, 'whole-image'], labels });
    expect(summary).toMatchObject({ people: 4, cropsMade: 4, withoutBox: 0 });
    const made = () => rows(folder, 'SELECT x, source, made_by FROM instance ORDER BY image_id, x');
    expect(new Set(made())).toEqual(
      new Set([
        { x: 1, source: 'given', made_by: 'boxes.json' },
        { x: 30, source: 'given', made_by: 'boxes.json' },
        { x: 5, source: 'labels', made_by: 'labels.json' },
        { x: 0, source: 'whole-image', made_by: '' },
      ]),
    );
    const results = write('results.json', [annotation(1, 2, 7)]);
    const bare = { boxes: [results], boxesImages: boxes };
    expect(await ingest(folder, bare)).toMatchObject({ people: 1, withoutBox: 2 });
    await expect(ingest(folder, { boxes: [results] })).rejects.toThrow(
      /array of COCO results, which holds no picture names/,
    );
    await expect(ingest(folder, { boxes: ['labels'] })).rejects.toThrow(/--labels/);
    await expect(ingest(folder, { boxesImages: boxes })).rejects.toThrow(/--boxes FILE/);
    await expect(ingest(folder, { boxes: ['wholeimage'] })).rejects.toThrow(
      '--boxes wholeimage: expected labels, whole-image, teacher, detector:FILE.onnx or a COCO file, and there is no such file',
    );
    await expect(ingest(folder, { boxes: [''] })).rejects.toThrow("--boxes '': expected labels");
    await expect(ingest(folder, { boxes: ['teacher'] })).rejects.toThrow(
      /heatstream label PICTURES --teacher RUN --boxes teacher --out FILE\.json/,
    );
    await expect(ingest(folder, { boxes: ['detector:'] })).rejects.toThrow(/detector:FILE\.onnx/);
    await expect(ingest(folder, { pictures: [folder, ''] })).rejects.toThrow(/an empty name/);
    await expect(ingest(folder, { every: 5, scene: 0.3 })).rejects.toThrow(/one of them/);
    await expect(ingest(folder, { boxes: ['teacher', 'whole-image'] })).rejects.toThrow(/one of/);
  });

  it('goes on with what comes while it watches, until it is told to stop', async () => {
    const folder = temporaryFolder();
    await plant(folder, 1);
    const controller = new AbortController();
    const late = await noiseJpeg(size, 5);
    const summary = await ingestFolders(options(folder, { watch: true }), {
      signal: controller.signal,
      onReject: () => undefined,
      rescanMs: 100,
      onWatch: () => {
        writeFileSync(join(folder, 'late.jpg'), late);
      },
      onProgress: (done) => {
        // The first one is younger than the watch, and looked at once more.
        if (done >= 3) controller.abort();
      },
    });
    expect(summary).toMatchObject({ read: 2, cropsMade: 2 });
  });

  it.skipIf(process.platform === 'win32')(
    'tells a problem that comes while it watches once, and keeps it in quarantine',
    async () => {
      const folder = temporaryFolder();
      mkdirSync(join(folder, 'deep'));
      symlinkSync('..', join(folder, 'deep', 'up'));
      const controller = new AbortController();
      const told: string[] = [];
      const watching = ingestFolders(options(folder, { watch: true }), {
        signal: controller.signal,
        onReject: ({ path, reason }) => told.push(`${relative(folder, path)}: ${reason}`),
        rescanMs: 50,
        onWatch: () => {
          symlinkSync('nowhere', join(folder, 'late.jpg'));
        },
      });
      while (told.length < 2) await sleep(20);
      // Several rescans meet both again.
      await sleep(500);
      controller.abort();
      expect(await watching).toMatchObject({ rejected: 2 });
      expect(told).toEqual([
        expect.stringMatching(/^deep\/up: the symbolic link leads back to/),
        'late.jpg: there is no such file (ENOENT)',
      ]);
      expect(rows(folder, 'SELECT attempts FROM quarantine')).toEqual([
        { attempts: 1 },
        { attempts: 1 },
      ]);
    },
  );
});
