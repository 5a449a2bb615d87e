// Reads person boxes: a COCO file (keypoints or not), or a bare array of COCO results beside a file that names the pictures.
import { checkCoco, cocoFile, cocoImages, cocoResults, type CocoCategory } from './coco-schema.ts';
import { indexImages } from './coco-images.ts';
import { FormatError } from './format-error.ts';
import type { BoxSet, LabelledPerson } from './label-set.ts';
import { readJson, type JsonLimits } from './read-json.ts';

export interface ReadBoxesOptions extends JsonLimits {
  /** A COCO file whose `images` name the pictures of a results array. */
  readonly imagesFile?: string;
}

interface BoxEntry {
  readonly image_id: number;
  readonly category_id: number;
  readonly bbox: readonly [number, number, number, number];
  readonly id?: number;
  readonly area?: number | undefined;
  readonly iscrowd?: 0 | 1 | boolean | undefined;
  readonly score?: number | undefined;
}

/** Keypoints are not read: see `readCocoLabels`. @throws FormatError naming the file, the entry and the field */
export async function readBoxes(file: string, options: ReadBoxesOptions = {}): Promise<BoxSet> {
  const data = await readJson(file, options);
  if (!Array.isArray(data)) {
    const coco = checkCoco(cocoFile, data, file);
    const entries = coco.annotations.map((annotation) => ({ ...annotation, score: 1 }));
    return collect(entries, 'annotation', coco, { file, imagesFile: file });
  }
  const { imagesFile } = options;
  if (imagesFile === undefined) {
    throw new FormatError(
      file,
      'is an array of COCO results, which holds no picture names: name a COCO file with images as well (--boxes-images FILE)',
    );
  }
  const results = checkCoco(cocoResults, data, file);
  const pictures = checkCoco(cocoImages, await readJson(imagesFile, options), imagesFile);
  return collect(results, 'result', pictures, { file, imagesFile });
}

function collect(
  entries: readonly BoxEntry[],
  noun: string,
  pictures: {
    images: Parameters<typeof indexImages>[0];
    categories?: readonly CocoCategory[] | undefined;
  },
  { file, imagesFile }: { file: string; imagesFile: string },
): BoxSet {
  const { images, fileNameOf } = indexImages(pictures.images, imagesFile);
  const person = personCategory(pictures.categories ?? []);
  const skipped = { emptyBox: 0, otherCategory: 0 };
  const people: LabelledPerson[] = [];
  entries.forEach((entry, i) => {
    const annotationId = entry.id ?? i + 1;
    const [x, y, width, height] = entry.bbox;
    const fileName = nameIn(entry.image_id, `${noun} ${annotationId}`);
    if (entry.category_id !== person) skipped.otherCategory++;
    else if (!(width > 0 && height > 0)) skipped.emptyBox++;
    else {
      people.push({
        annotationId,
        imageId: entry.image_id,
        fileName,
        box: { x, y, width, height },
        keypoints: null,
        area: entry.area ?? width * height,
        crowd: Boolean(entry.iscrowd ?? 0),
        score: entry.score ?? 1,
      });
    }
  });
  return { images, people, skipped };

  function nameIn(imageId: number, entry: string): string {
    return fileNameOf(imageId, file === imagesFile ? entry : `${entry} of ${file}`);
  }
}

/** The category named person, else the one with keypoints, else the only one, else COCO's 1. */
function personCategory(categories: readonly CocoCategory[]): number {
  const named = categories.find(({ name }) => name === 'person');
  const jointed = categories.find(({ keypoints }) => keypoints && keypoints.length > 0);
  const only = categories.length === 1 ? categories[0] : undefined;
  return (named ?? jointed ?? only)?.id ?? 1;
}
