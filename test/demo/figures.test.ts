import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderFigures } from '../../src/demo/figures.ts';

interface Annotation {
  readonly image_id: number;
  readonly bbox: readonly [number, number, number, number];
  readonly keypoints?: readonly number[];
  readonly num_keypoints?: number;
}
interface Coco {
  readonly images: readonly { id: number; file_name: string; width: number; height: number }[];
  readonly annotations: readonly Annotation[];
  readonly categories: readonly { keypoints: readonly string[]; skeleton: readonly number[][] }[];
}

const counts = { labelled: 5, unlabelled: 6, test: 4 };
let folder: string;
const read = async (out: string, split: string) =>
  JSON.parse(await readFile(join(out, `${split}.coco.json`), 'utf8')) as Coco;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heatstream-figures-'));
  await renderFigures({ out: join(folder, 'a'), seed: 7, ...counts });
});
afterAll(() => rm(folder, { recursive: true }));

describe('renderFigures', () => {
  it('writes one JPEG of the given size for every image of every split, and no other file', async () => {
    for (const [split, count] of [
      ['labeled', 5],
      ['unlabeled', 6],
      ['test', 4],
    ] as const) {
      const { images } = await read(join(folder, 'a'), split);
      const files = await readdir(join(folder, 'a', 'images', split));
      expect(images.map(({ file_name }) => file_name).sort()).toEqual(
        files.map((name) => `${split}/${name}`).sort(),
      );
      expect(files).toHaveLength(count);
      const meta = await sharp(join(folder, 'a', 'images', images[0]!.file_name)).metadata();
      expect(meta).toMatchObject({ format: 'jpeg', width: 128, height: 128, channels: 3 });
      expect(images[0]).toMatchObject({ width: 128, height: 128 });
    }
  });

  it('names the 14 LSP joints and limbs that COCO counts from 1', async () => {
    const category = (await read(join(folder, 'a'), 'labeled')).categories[0]!;
    expect(category.keypoints).toHaveLength(14);
    expect(category.keypoints[0]).toBe('right_ankle');
    expect(category.keypoints[13]).toBe('head_top');
    expect(Math.min(...category.skeleton.flat())).toBe(1);
    expect(Math.max(...category.skeleton.flat())).toBe(14);
  });

  it('puts every labelled joint inside its picture and inside its box', async () => {
    const { annotations } = await read(join(folder, 'a'), 'test');
    for (const { bbox, keypoints, num_keypoints } of annotations) {
      const points = Array.from({ length: 14 }, (_, j) => keypoints!.slice(3 * j, 3 * j + 3));
      const labelled = points.filter(([, , v]) => v! > 0);
      expect(num_keypoints).toBe(labelled.length);
      expect(labelled.length).toBeGreaterThan(6);
      for (const [x, y] of labelled) {
        expect(x).toBeGreaterThanOrEqual(Math.max(-0.5, bbox[0]));
        expect(x).toBeLessThanOrEqual(Math.min(127.5, bbox[0] + bbox[2]));
        expect(y).toBeGreaterThanOrEqual(Math.max(-0.5, bbox[1]));
        expect(y).toBeLessThanOrEqual(Math.min(127.5, bbox[1] + bbox[3]));
      }
    }
  });

  it('keeps the keypoints of unlabelled pictures to itself', async () => {
    const { annotations } = await read(join(folder, 'a'), 'unlabeled');
    expect(annotations).toHaveLength(6);
    for (const annotation of annotations) {
      expect(annotation.keypoints).toBeUndefined();
      expect(annotation.bbox).toHaveLength(4);
    }
  });

  it('writes the same bytes for the same seed, and other pictures for another seed or split', async () => {
    await renderFigures({ out: join(folder, 'b'), seed: 7, ...counts });
    await renderFigures({ out: join(folder, 'c'), seed: 8, ...counts });
    const names = (await readdir(join(folder, 'a'), { recursive: true })).filter((name) =>
      /\.(jpg|json)$/.test(name),
    );
    expect(names).toHaveLength(18);
    for (const name of names) {
      expect(await readFile(join(folder, 'b', name))).toEqual(
        await readFile(join(folder, 'a', name)),
      );
    }
    const first = (out: string, split: string) =>
      readFile(join(folder, out, 'images', split, '00001.jpg'));
    expect(await first('c', 'test')).not.toEqual(await first('a', 'test'));
    expect(await first('a', 'labeled')).not.toEqual(await first('a', 'test'));
  });

  it('draws the same figures of a split whatever the others hold', async () => {
    const { labelled } = counts;
    await renderFigures({ out: join(folder, 'd'), seed: 7, labelled, unlabelled: 2, test: 0 });
    for (let i = 1; i <= labelled; i++) {
      const name = `images/labeled/0000${i}.jpg`;
      expect(await readFile(join(folder, 'd', name))).toEqual(
        await readFile(join(folder, 'a', name)),
      );
    }
    expect((await read(join(folder, 'd'), 'test')).images).toEqual([]);
  });

  it('refuses a negative number of figures and a size that no figure fits', async () => {
    const out = join(folder, 'never');
    await expect(renderFigures({ out, seed: 1, ...counts, test: -1 })).rejects.toThrow(
      /number of test figures to be an integer >= 0, got -1/,
    );
    await expect(renderFigures({ out, seed: 1, ...counts, size: 8 })).rejects.toThrow(/size/);
    await expect(readdir(out)).rejects.toThrow(/ENOENT/);
  });
});
