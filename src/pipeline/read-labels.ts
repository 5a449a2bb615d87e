// Brings a labelled set in: reads its COCO file, crops its people, and returns them in the order of the file.
import { basename, join, resolve } from 'node:path';
import { lastValueFrom, toArray } from 'rxjs';
import { readCocoLabels } from '../formats/coco.ts';
import { trainablePeople, type LabelSet, type TrainablePerson } from '../formats/label-set.ts';
import { permutation } from '../pose/random.ts';
import type { Box, Skeleton } from '../pose/types.ts';
import type { LabelledSample } from '../stages/labelled.ts';
import { ingest$, type Admitted, type IngestContext, type Picture } from './ingest.ts';

/** A labelled person whose picture was read. */
export interface LabelledPerson extends LabelledSample {
  readonly imageId: number;
  readonly sha256: string;
  readonly path: string;
  readonly box: Box;
  readonly annotationId: number;
  /** The label file's id of the picture. */
  readonly cocoImageId: number;
  /** COCO area, square pixels. */
  readonly area: number;
}

export interface LabelledPeople {
  readonly skeleton: Skeleton;
  readonly people: readonly LabelledPerson[];
  readonly labels: LabelSet;
}

/** @param limit keeps the first `count` of a shuffle seeded with `seed` */
export async function readLabels(
  {
    labels: file,
    images,
    limit,
  }: {
    readonly labels: string;
    readonly images: string;
    readonly limit?: { readonly count: number; readonly seed: number };
  },
  context: IngestContext,
): Promise<LabelledPeople> {
  const labels = await readCocoLabels(file);
  let entries = trainablePeople(labels.people).people;
  if (limit) {
    entries = Array.from(
      permutation(entries.length, limit.seed, 'label subset', 0),
      (i) => entries[i]!,
    );
    entries = entries.slice(0, limit.count);
  }
  const admitted = await lastValueFrom(
    ingest$(pictures(entries, { root: resolve(images), madeBy: basename(file) }), context).pipe(
      toArray(),
    ),
    { defaultValue: [] },
  );
  const people = admitted
    .sort((a, b) => a.tag.order - b.tag.order)
    .map((person) => labelledPerson(person));
  if (people.length === 0) {
    throw new Error(
      `${file}: none of its ${entries.length} labelled people could be read from ${images}; see \`heatstream quarantine list\``,
    );
  }
  return { skeleton: labels.skeleton, people, labels };
}

interface Tag {
  readonly order: number;
  readonly entry: TrainablePerson;
}

/** One entry a picture, with all its people: a picture is decoded once. */
async function* pictures(
  entries: readonly TrainablePerson[],
  { root, madeBy }: { readonly root: string; readonly madeBy: string },
): AsyncGenerator<Picture<Tag>> {
  const byFile = Map.groupBy(
    entries.map((entry, order) => ({ entry, order })),
    ({ entry }) => entry.fileName,
  );
  for (const [fileName, tags] of byFile) {
    yield await Promise.resolve({
      path: join(root, fileName),
      people: tags.map((tag) => ({ box: tag.entry.box, source: 'labels' as const, madeBy, tag })),
    });
  }
}

function labelledPerson({
  cropId,
  imageId,
  sha256,
  path,
  box,
  tag: { entry },
}: Admitted<Tag>): LabelledPerson {
  const { keypoints, annotationId, imageId: cocoImageId, area } = entry;
  return { cropId, imageId, sha256, path, box, keypoints, annotationId, cocoImageId, area };
}
