// Lists the unlabelled pictures with their people: discovered files, boxes matched by path, evaluation pictures left out.
import { createBoxIndex, type BoxIndex } from '../formats/box-index.ts';
import { readBoxes } from '../formats/boxes.ts';
import type { Picture } from './ingest.ts';

export interface UnlabelledOptions {
  /** COCO files with person boxes; without any, the whole picture is the box. */
  readonly boxes: readonly string[];
  /** COCO files of pictures to leave out. */
  readonly exclude: readonly string[];
}

export interface UnlabelledCounts {
  /** Pictures that no box file names. */
  withoutBox: number;
  excluded: number;
}

export interface UnlabelledPictures {
  readonly counts: UnlabelledCounts;
  of(paths: AsyncIterable<string>): AsyncGenerator<Picture<null>>;
}

export async function openUnlabelled({
  boxes,
  exclude,
}: UnlabelledOptions): Promise<UnlabelledPictures> {
  const boxIndex = boxes.length > 0 ? await indexOf(boxes) : undefined;
  const excluded = exclude.length > 0 ? await indexOf(exclude) : undefined;
  const counts: UnlabelledCounts = { withoutBox: 0, excluded: 0 };
  return {
    counts,
    async *of(paths) {
      for await (const path of paths) {
        if (excluded && peopleOf(excluded, path).length > 0) {
          counts.excluded += 1;
          continue;
        }
        if (!boxIndex) {
          yield { path, people: [{ box: null, source: 'whole-image', tag: null }] };
          continue;
        }
        const people = peopleOf(boxIndex, path).filter(({ crowd }) => !crowd);
        if (people.length === 0) counts.withoutBox += 1;
        else {
          yield { path, people: people.map(({ box }) => ({ box, source: 'given', tag: null })) };
        }
      }
    },
  };
}

/** Only a whole name counts: `train/1.jpg` says nothing about `test/1.jpg`. */
function peopleOf(index: BoxIndex, path: string) {
  const match = index.match(path);
  return match?.kind === 'whole' ? match.people : [];
}

async function indexOf(files: readonly string[]): Promise<BoxIndex> {
  return createBoxIndex(
    await Promise.all(
      files.map(async (file) => ({ file, people: (await readBoxes(file)).people })),
    ),
  );
}
