// Lists the unlabelled pictures with their people: boxes matched by path, a finder for the rest, evaluation pictures left out.
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { UsageError } from '../config/resolve.ts';
import { createBoxIndex, type BoxIndex } from '../formats/box-index.ts';
import { readBoxes } from '../formats/boxes.ts';
import type { LabelledPerson } from '../formats/label-set.ts';
import type { BoxSource } from '../pose/types.ts';
import type { Finder } from '../stages/picture.ts';
import { boxSources, type BoxSources } from './box-sources.ts';
import type { Picture } from './ingest.ts';
import { createNameClaims } from './name-claims.ts';

export interface UnlabelledOptions {
  /** Box files, `labels`, `whole-image`, `teacher`, `detector:FILE`; without any, the whole picture is the box. */
  readonly boxes: readonly string[];
  /** COCO file whose `images` name the pictures of box files that are bare results. */
  readonly boxesImages?: string | undefined;
  /** COCO file of the labelled set, for `labels`. */
  readonly labels?: string | undefined;
  /** COCO files of pictures to leave out. */
  readonly exclude: readonly string[];
}

export interface UnlabelledContext {
  /** The teacher of the moment as a finder, for `teacher`; without it that word is refused. */
  readonly teacher?: (() => Finder) | undefined;
  /** Threads of a detector. */
  readonly threads?: number | undefined;
}

export interface UnlabelledCounts {
  /** Pictures that no box file names, where nothing looks for people in them. */
  withoutBox: number;
  excluded: number;
}

export interface UnlabelledPictures {
  readonly counts: UnlabelledCounts;
  of(paths: AsyncIterable<string>): AsyncGenerator<Picture<null>>;
  /** Ends a detector. */
  dispose(): Promise<void>;
}

/** @throws UsageError for words of `boxes` that do not fit, FormatError for files that cannot be read */
export async function openUnlabelled(
  options: UnlabelledOptions,
  context: UnlabelledContext = {},
): Promise<UnlabelledPictures> {
  const sources = boxSources(options.boxes);
  const indices = await openIndices(sources, options);
  const excluded = options.exclude.length > 0 ? await indexOf(options.exclude) : undefined;
  const { finderNow, end } = await openFinder(sources, context);
  const counts: UnlabelledCounts = { withoutBox: 0, excluded: 0 };
  const whole = { box: null, source: 'whole-image', tag: null } as const;

  const claim = createNameClaims();

  async function pictureAt(path: string): Promise<Picture<null> | undefined> {
    for (const { index, source } of indices) {
      const match = wholeMatch(index, path);
      if (!match) continue;
      await claim(match, path);
      const people = distinct(match.people.filter(({ crowd }) => !crowd));
      const madeBy = basename(match.file);
      if (people.length > 0)
        return { path, people: people.map(({ box }) => ({ box, source, madeBy, tag: null })) };
    }
    if (finderNow) return { path, people: [], seek: { finder: finderNow(), tag: null } };
    return sources.wholeImage ? { path, people: [whole] } : undefined;
  }

  return {
    counts,
    dispose: end,
    async *of(paths) {
      for await (const path of paths) {
        if (excluded && wholeMatch(excluded, path)) {
          counts.excluded += 1;
          continue;
        }
        const picture = await pictureAt(path);
        if (picture) yield picture;
        else counts.withoutBox += 1;
      }
    },
  };
}

interface SourcedIndex {
  readonly index: BoxIndex;
  readonly source: BoxSource;
}

async function openIndices(
  { files, labels: usesLabels }: BoxSources,
  { labels, boxesImages }: UnlabelledOptions,
): Promise<SourcedIndex[]> {
  if (usesLabels && labels === undefined)
    throw new UsageError(
      '--boxes labels: needs the labelled set, --labels FILE; a command without that option takes --boxes FILE',
    );
  if (boxesImages !== undefined && files.length === 0)
    throw new UsageError(
      '--boxes-images FILE names the pictures of --boxes FILE, which is missing',
    );
  for (const file of files) await mustBeFile(file);
  const indices: SourcedIndex[] = [];
  if (usesLabels) indices.push({ index: await indexOf([labels!]), source: 'labels' });
  if (files.length > 0) indices.push({ index: await indexOf(files, boxesImages), source: 'given' });
  return indices;
}

/** A word that is none of ours is taken for a file, so that a slip of the pen ends here. */
async function mustBeFile(file: string): Promise<void> {
  if ((await stat(file).catch(() => undefined))?.isFile()) return;
  throw new UsageError(
    `--boxes ${file === '' ? "''" : file}: expected labels, whole-image, teacher, detector:FILE.onnx or a COCO file, and there is no such file`,
  );
}

async function openFinder(
  sources: BoxSources,
  { teacher, threads }: UnlabelledContext,
): Promise<{
  readonly finderNow: (() => Finder) | undefined;
  readonly end: () => Promise<void>;
}> {
  const { detector } = sources;
  if (detector !== undefined) {
    const { openDetector } = await import('../stages/detector/open-detector.ts');
    const finder = await openDetector(detector, { threads });
    return { finderNow: () => finder, end: () => finder.dispose() };
  }
  if (sources.teacher && !teacher)
    throw new UsageError(
      '--boxes teacher: this command has no teacher that looks for people; `heatstream label PICTURES --teacher RUN --boxes teacher --out FILE.json` has, and --boxes FILE.json then takes what it found',
    );
  return { finderNow: sources.teacher ? teacher : undefined, end: () => Promise.resolve() };
}

/** A box that is listed twice is one person. */
function distinct(people: readonly LabelledPerson[]): LabelledPerson[] {
  const keyOf = ({ box: { x, y, width, height } }: LabelledPerson) =>
    `${x} ${y} ${width} ${height}`;
  return [...new Map(people.map((person) => [keyOf(person), person])).values()];
}

/** Only a whole name counts: `train/1.jpg` says nothing about `test/1.jpg`. */
function wholeMatch(index: BoxIndex, path: string) {
  const match = index.match(path);
  return match?.kind === 'whole' && match.people.length > 0 ? match : undefined;
}

async function indexOf(files: readonly string[], imagesFile?: string): Promise<BoxIndex> {
  const options = imagesFile === undefined ? {} : { imagesFile };
  return createBoxIndex(
    await Promise.all(
      files.map(async (file) => ({ file, people: (await readBoxes(file, options)).people })),
    ),
  );
}
