// Finds the people of a picture by its path, whatever folder the label file was written for.
import { plainPath } from './file-name.ts';
import type { LabelledPerson } from './label-set.ts';

export interface BoxMatch {
  /** The people of one picture, crowds included. */
  readonly people: readonly LabelledPerson[];
  /** `whole`: the path ends with the whole name in the label file; `partial`: only with its last parts. */
  readonly kind: 'whole' | 'partial';
  /** The label file that names them. */
  readonly file: string;
}

export interface BoxIndex {
  /** Pictures that have people. */
  readonly pictures: number;
  /** @returns undefined for a picture that no label names. @throws AmbiguousBoxError */
  match(path: string): BoxMatch | undefined;
  /** The people of a picture, none where no label names it. @throws AmbiguousBoxError */
  lookup(path: string): readonly LabelledPerson[];
}

/** Two pictures of the label files fit one path equally well. */
class AmbiguousBoxError extends Error {
  override readonly name = 'AmbiguousBoxError';
  readonly candidates: readonly string[];

  constructor(path: string, candidates: readonly string[]) {
    super(
      `${path}: expected one labelled picture to fit this path, got ${candidates.length}: ${candidates.join(', ')}. ` +
        'Write folders into file_name so that the names differ, or give fewer box files.',
    );
    this.candidates = candidates;
  }
}

interface Picture {
  readonly parts: readonly string[];
  /** Label file, image id and name, for messages. */
  readonly title: string;
  readonly file: string;
  readonly people: readonly LabelledPerson[];
}

/** People of one box file, by its name. */
export interface BoxFile {
  readonly file: string;
  readonly people: readonly LabelledPerson[];
}

/**
 * The picture whose name shares the longest run of last path parts wins (`train/a.jpg` over `a.jpg` for `/data/train/a.jpg`);
 * of equals, one whose whole name is shared (`a.jpg` over `val/a.jpg`).
 * Pictures that fit equally well are an error unless their boxes are the same.
 */
export function createBoxIndex(sources: readonly BoxFile[]): BoxIndex {
  const byBaseName = new Map<string, Picture[]>();
  let pictures = 0;
  for (const { file, people } of sources) {
    for (const [imageId, group] of groupByImage(people)) {
      const { fileName } = group[0]!;
      const parts = plainPath(fileName).split('/').reverse();
      const title = `${fileName} (image ${imageId} of ${file})`;
      const picture = { parts, title, file, people: group };
      const others = byBaseName.get(parts[0]!);
      if (others) others.push(picture);
      else byBaseName.set(parts[0]!, [picture]);
      pictures++;
    }
  }
  const match = (path: string): BoxMatch | undefined => {
    const parts = plainPath(path).split('/').reverse();
    const candidates = byBaseName.get(parts[0]!);
    if (!candidates) return undefined;
    const fits = candidates.map((candidate) => fit(candidate.parts, parts));
    const closest = Math.max(...fits);
    const [best, ...rivals] = candidates.filter((_, i) => fits[i] === closest);
    const others = rivals.filter((rival) => !hasSameBoxes(rival, best!));
    if (others.length > 0) {
      throw new AmbiguousBoxError(
        path,
        [best!, ...others].map(({ title }) => title),
      );
    }
    const { people, file } = best!;
    return { people, file, kind: closest % 1 === 0 ? 'partial' : 'whole' };
  };
  return { pictures, match, lookup: (path) => match(path)?.people ?? [] };
}

function groupByImage(people: readonly LabelledPerson[]): Map<number, LabelledPerson[]> {
  const groups = new Map<number, LabelledPerson[]>();
  for (const person of people) {
    const group = groups.get(person.imageId);
    if (group) group.push(person);
    else groups.set(person.imageId, [person]);
  }
  return groups;
}

/** Shared last parts, and a half more when the whole name is shared. */
function fit(name: readonly string[], path: readonly string[]): number {
  const differs = name.findIndex((part, i) => part !== path[i]);
  return differs === -1 ? name.length + 0.5 : differs;
}

function hasSameBoxes(a: Picture, b: Picture): boolean {
  const boxes = ({ people }: Picture) =>
    JSON.stringify(people.map(({ box, crowd }) => [box, crowd]));
  return a.parts.join('/') === b.parts.join('/') && boxes(a) === boxes(b);
}
