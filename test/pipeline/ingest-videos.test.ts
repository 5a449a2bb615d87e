import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pathsOf } from '../../db/catalog.ts';
import { readCropRow } from '../../db/crops.ts';
import { listQuarantine } from '../../db/quarantine.ts';
import { temporaryDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ingest, plant } from '../support/ingestion.ts';
import { hasFfmpeg, makeVideo } from '../support/videos.ts';

describe.skipIf(!hasFfmpeg)('ingest of videos', () => {
  it('takes every Nth frame, cropped from the pipe, and names it by its number', async () => {
    const path = join(temporaryFolder(), 'a.mp4');
    makeVideo(path, { frames: 12, cut: 7 });
    const db = temporaryDatabase();
    const { admitted, counts } = await ingest(db, [path], { sampling: { every: 5 } });
    expect(admitted.map((one) => basename(one.path))).toEqual([
      'a.mp4#frame=0',
      'a.mp4#frame=5',
      'a.mp4#frame=10',
    ]);
    expect(admitted[0]!.size).toEqual({ width: 160, height: 120 });
    expect(counts).toMatchObject({ files_read: 1, pictures_decoded: 3, crops_made: 3 });
    const middle = ({ cropId }: { cropId: number }) => {
      const { pixels, size } = readCropRow(db, cropId);
      const at = 3 * (Math.floor(size.height / 2) * size.width + Math.floor(size.width / 2));
      return pixels[at]! > pixels[at + 2]! ? 'red' : 'blue';
    };
    expect(admitted.map(middle)).toEqual(['red', 'red', 'blue']);
  });

  it('takes the first frame of each scene', async () => {
    const path = join(temporaryFolder(), 'a.mkv');
    makeVideo(path, { frames: 12, cut: 7 });
    const { admitted } = await ingest(temporaryDatabase(), [path], { sampling: { scene: 0.1 } });
    expect(admitted.map((one) => basename(one.path))).toEqual(['a.mkv#frame=0', 'a.mkv#frame=7']);
  });

  it('decodes a video once: neither again, nor under another name, nor frames that it has', async () => {
    const folder = temporaryFolder();
    const [path, copy] = [join(folder, 'a.mp4'), join(folder, 'b.mov')];
    makeVideo(path, { frames: 12, cut: 7 });
    const db = temporaryDatabase();
    const first = await ingest(db, [path], { sampling: { every: 4 } });
    const second = await ingest(db, [path], { sampling: { every: 4 } });
    expect(second.counts).toEqual({ pictures_unchanged: 1 });
    expect(second.admitted).toEqual(first.admitted);
    copyFileSync(path, copy);
    const renamed = await ingest(db, [copy], { sampling: { every: 4 } });
    expect(renamed.counts).toEqual({ files_read: 1 });
    expect(renamed.admitted.map(({ cropId }) => cropId)).toEqual(
      first.admitted.map(({ cropId }) => cropId),
    );
    const finer = await ingest(db, [path], { sampling: { every: 2 } });
    expect(finer.counts).toMatchObject({ pictures_decoded: 3, crops_made: 3 });
    expect(pathsOf(db, first.admitted[0]!.imageId)).toEqual([`${path}#frame=0`]);
  });

  it('quarantines what ffmpeg cannot read, and leaves it alone until it changes', async () => {
    const folder = temporaryFolder();
    const [cut, none] = [join(folder, 'cut.mkv'), join(folder, 'none.mp4')];
    makeVideo(cut, { frames: 300, cut: 100 });
    truncateSync(cut, 2000);
    writeFileSync(none, '#EXTM3U\nhttp://127.0.0.1:1/x.ts\n');
    const db = temporaryDatabase();
    const { rejected } = await ingest(db, [none, ...(await plant(folder, 1))]);
    expect(rejected).toMatchObject([{ path: none, stage: 'video' }]);
    expect((await ingest(db, [none])).rejected).toMatchObject([{ isKnown: true }]);
    expect(listQuarantine(db)).toMatchObject([{ attempts: 1 }]);
    // A video that ends early has frames, or is refused: it never stops the run.
    const early = await ingest(db, [cut]);
    expect(early.admitted.length + early.rejected.length).toBeGreaterThan(0);
    expect(readFileSync(cut).length).toBe(2000);
  });

  it('says in one sentence that ffmpeg is missing, and tries again when it is there', async () => {
    const path = join(temporaryFolder(), 'a.mp4');
    makeVideo(path, { frames: 6, cut: 3 });
    const db = temporaryDatabase();
    const searched = process.env['PATH'];
    process.env['PATH'] = '/nonexistent';
    const { rejected } = await ingest(db, [path]).finally(() => {
      process.env['PATH'] = searched;
    });
    expect(rejected[0]!.reason).toMatch(/^videos need ffmpeg, which is not installed here/);
    expect((await ingest(db, [path])).admitted).toHaveLength(1);
    expect(listQuarantine(db)).toEqual([]);
  });
});
