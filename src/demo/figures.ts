// Renders the demo's data: articulated figures as JPEG files, and COCO-keypoints files that say where their joints are.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderJpeg } from '../image/render.ts';
import { rng } from '../pose/random.ts';
import { cocoOfScenes, type NamedScene } from './coco.ts';
import { randomScene } from './scene.ts';
import { dealTraits } from './traits.ts';

export interface FigureOptions {
  /** Folder that gets `images/<split>/` and `<split>.coco.json`; made where it is missing. */
  readonly out: string;
  /** The same seed gives the same bytes. */
  readonly seed: number;
  /** Pictures of each split, integers >= 0. */
  readonly labelled: number;
  readonly unlabelled: number;
  readonly test: number;
  /** Side of a picture in pixels. @default 128 */
  readonly size?: number;
}

/** Pictures being encoded at once: enough to keep the encoder's threads busy while the next one is drawn. */
const LANES = 4;

/**
 * Writes the three splits `labeled`, `unlabeled` (boxes, no keypoints) and `test`.
 * A COCO file is written after all of its pictures; its `file_name` is relative to `images/`.
 */
export async function renderFigures(options: FigureOptions): Promise<void> {
  const { out, seed, size = 128 } = options;
  const splits = [
    { name: 'labeled', count: options.labelled, hasKeypoints: true },
    { name: 'unlabeled', count: options.unlabelled, hasKeypoints: false },
    { name: 'test', count: options.test, hasKeypoints: true },
  ];
  for (const { name, count } of splits) {
    if (!Number.isInteger(count) || count < 0) {
      throw new RangeError(
        `Expected the number of ${name} figures to be an integer >= 0, got ${count}`,
      );
    }
  }
  if (!Number.isInteger(size) || size < 32) {
    throw new RangeError(`Expected \`size\` to be an integer >= 32, got ${size}`);
  }
  for (const { name, count, hasKeypoints } of splits) {
    await mkdir(join(out, 'images', name), { recursive: true });
    const scenes = await renderSplit(out, name, count, seed, size);
    const json = JSON.stringify(cocoOfScenes(scenes, hasKeypoints));
    await writeFile(join(out, `${name}.coco.json`), json);
  }
}

async function renderSplit(
  out: string,
  split: string,
  count: number,
  seed: number,
  size: number,
): Promise<NamedScene[]> {
  const scenes: NamedScene[] = [];
  const traits = dealTraits(seed, split, count);
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < count; index = next++) {
      const random = rng(seed, `figure/${split}`, 0, index);
      const scene = randomScene(random, size, traits[index]!);
      const fileName = `${split}/${String(index + 1).padStart(5, '0')}.jpg`;
      await writeFile(
        join(out, 'images', fileName),
        await renderJpeg({ ...scene, width: size, height: size }),
      );
      scenes[index] = { fileName, size, box: scene.box, keypoints: scene.keypoints };
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return scenes;
}
