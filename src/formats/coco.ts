// Reads people labelled in a COCO keypoints file, with the joints that the file names (17 or any number).
import { buildSkeleton } from '../pose/skeleton.ts';
import type { Keypoint, Skeleton } from '../pose/types.ts';
import { checkCoco, cocoFile, type CocoAnnotation, type CocoCategory } from './coco-schema.ts';
import { indexImages } from './coco-images.ts';
import { FormatError } from './format-error.ts';
import type { LabelledPerson, LabelSet } from './label-set.ts';
import { readJson, type JsonLimits } from './read-json.ts';

/**
 * Pixels count from 0 at the centre of the first pixel of the upright picture.
 * Crowds and people without labelled joints are among `people`, marked as such: see `trainablePeople`.
 * @throws FormatError naming the file, the annotation and the field
 */
export async function readCocoLabels(file: string, limits?: JsonLimits): Promise<LabelSet> {
  const data = checkCoco(cocoFile, await readJson(file, limits), file);
  const category = keypointCategory(data.categories, file);
  const skeleton = skeletonOf(category, file);
  const { images, fileNameOf } = indexImages(data.images, file);
  const seen = new Set<number>();
  const skipped = { emptyBox: 0, otherCategory: 0 };
  const people: LabelledPerson[] = [];
  for (const annotation of data.annotations) {
    const entry = `annotation ${annotation.id}`;
    if (seen.has(annotation.id)) throw new FormatError(file, `${entry}: expected each id once`);
    seen.add(annotation.id);
    const fileName = fileNameOf(annotation.image_id, entry);
    const [x, y, width, height] = annotation.bbox;
    if (annotation.category_id !== category.id) skipped.otherCategory++;
    else if (!(width > 0 && height > 0)) skipped.emptyBox++;
    else {
      people.push({
        annotationId: annotation.id,
        imageId: annotation.image_id,
        fileName,
        box: { x, y, width, height },
        keypoints: keypointsOf(annotation, skeleton.joints.length, file),
        area: annotation.area ?? width * height,
        crowd: Boolean(annotation.iscrowd ?? 0),
        score: 1,
      });
    }
  }
  return { skeleton, images, people, skipped };
}

/** The category with joints; of several, `person`. */
function keypointCategory(categories: readonly CocoCategory[], file: string): CocoCategory {
  const withJoints = categories.filter(({ keypoints }) => keypoints && keypoints.length > 0);
  const chosen =
    withJoints.length === 1 ? withJoints[0] : withJoints.find(({ name }) => name === 'person');
  if (chosen) return chosen;
  throw new FormatError(
    file,
    withJoints.length === 0
      ? 'categories: expected one with a list of keypoints, got none'
      : `categories: expected one with keypoints or one named person, got ${withJoints.map(({ name }) => name).join(', ')}`,
  );
}

function skeletonOf(
  { id, name, keypoints = [], skeleton = [] }: CocoCategory,
  file: string,
): Skeleton {
  // COCO counts joints from 1; some writers count from 0.
  const first = skeleton.flat().includes(0) ? 0 : 1;
  const edges = skeleton.map(([a, b]) => [a - first, b - first] as const);
  try {
    return buildSkeleton(`${name}-${keypoints.length}`, keypoints, edges);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new FormatError(file, `category ${id}: ${reason}`, { cause });
  }
}

function keypointsOf(annotation: CocoAnnotation, joints: number, file: string): Keypoint[] | null {
  const { id, keypoints: flat, num_keypoints: count } = annotation;
  if (flat === undefined) return null;
  if (flat.length !== 3 * joints) {
    throw new FormatError(
      file,
      `annotation ${id}: keypoints: expected ${3 * joints} numbers (x, y, v of ${joints} joints), got ${flat.length}`,
    );
  }
  const keypoints = Array.from({ length: joints }, (_, joint): Keypoint => {
    const [x, y, v] = [flat[3 * joint]!, flat[3 * joint + 1]!, flat[3 * joint + 2]!];
    if (v !== 0 && v !== 1 && v !== 2) {
      throw new FormatError(
        file,
        `annotation ${id}: keypoints[${3 * joint + 2}]: expected v of 0, 1 or 2, got ${v}`,
      );
    }
    return { x, y, v };
  });
  const isLabelled = count !== 0 && keypoints.some(({ v }) => v > 0);
  return isLabelled ? keypoints : null;
}
