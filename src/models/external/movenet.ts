// MoveNet Lightning, single person: COCO's 17 joints without any label of one's own. From the optional package @vladmandic/human.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { openGraphModel } from '../../engine/external/graph-model.ts';
import type { NamedArray } from '../../engine/types.ts';
import { SKELETONS } from '../../pose/skeleton.ts';
import type { PredictedKeypoint, Size } from '../../pose/types.ts';
import type { ExternalNetwork } from './external-network.ts';

const PACKAGE = '@vladmandic/human';
const INPUT: Size = { width: 192, height: 192 };

/** @throws Error that says what to install */
export async function openMoveNet(): Promise<ExternalNetwork> {
  const file = moveNetFile();
  if (file === undefined) {
    throw new Error(
      `movenet needs the package ${PACKAGE}, which holds the network: npm install --ignore-scripts ${PACKAGE}`,
    );
  }
  const hash = createHash('sha256');
  for (const part of [file, file.replace(/json$/, 'bin')]) hash.update(await readFile(part));
  const graph = await openGraphModel(file);
  return {
    name: 'MoveNet Lightning',
    digest: hash.digest('hex'),
    skeleton: SKELETONS.coco17,
    input: INPUT,
    boxScale: 1.1,
    origin: 'edges',
    fill: [0, 0, 0],
    batch: 8,
    decoding: "the network's own",
    async look(pictures) {
      const sights = [];
      for (const picture of pictures)
        sights.push({ keypoints: keypointsOf(await graph.run(picture)) });
      return sights;
    },
    dispose: () => graph.dispose(),
  };
}

/** Where the network lies: in a package beside heatstream, or in the folder that heatstream was started in. */
export function moveNetFile(): string | undefined {
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')]) {
    try {
      const entry = createRequire(from).resolve(PACKAGE);
      return join(dirname(entry), '..', 'models', 'movenet-lightning.json');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  return undefined;
}

/** [1, 1, 17, 3]: y, x as fractions of the sides, score. */
function keypointsOf({ data }: NamedArray): PredictedKeypoint[] {
  return SKELETONS.coco17.joints.map((_, joint) => {
    const [y, x, score] = [data[3 * joint]!, data[3 * joint + 1]!, data[3 * joint + 2]!];
    return { x: x * INPUT.width - 0.5, y: y * INPUT.height - 0.5, score };
  });
}
