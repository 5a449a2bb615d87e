// Opens a person detector from an ONNX file with its declared layout: `--boxes detector:FILE.onnx`.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { openOnnxFile } from '../../engine/external/onnx-file.ts';
import { checkCoco } from '../../formats/coco-schema.ts';
import { readJson } from '../../formats/read-json.ts';
import { PictureError } from '../../image/picture-error.ts';
import type { Finder, FoundBox } from '../picture.ts';
import { candidates } from './candidates.ts';
import { checkPorts } from './check-ports.ts';
import { feedOf, type Feed } from './feed.ts';
import { detectorLayout } from './layout.ts';
import { suppress } from './suppress.ts';

export interface Detector extends Finder {
  dispose(): Promise<void>;
}

/** @throws Error or FormatError naming the file and what is wrong with it or with `FILE.json`, its layout */
export async function openDetector(
  file: string,
  { threads }: { readonly threads?: number | undefined } = {},
): Promise<Detector> {
  if (!(await stat(file).catch(() => undefined))?.isFile())
    throw new Error(`--boxes detector:${file}: there is no such ONNX file`);
  const layoutFile = `${file}.json`;
  const layout = checkCoco(detectorLayout, await readLayout(layoutFile, file), layoutFile);
  const model = await openOnnxFile(file, { threads });
  let input: string;
  try {
    input = checkPorts(model, layout);
  } catch (error) {
    await model.dispose();
    throw misfit(error, file);
  }
  const digest = createHash('sha256')
    .update(await readFile(file))
    .update(JSON.stringify(layout))
    .digest('hex');
  const look = async ({ data, shape }: Feed): Promise<FoundBox[]> => {
    try {
      const outputs = await model.run({ [input]: { data, shape } });
      return suppress(candidates(outputs, layout), layout);
    } catch (error) {
      throw error instanceof PictureError ? error : misfit(error, file);
    }
  };
  return {
    name: `detector:${digest}`,
    source: 'detector',
    async find(picture) {
      const feed = feedOf(picture, layout.input);
      return (await look(feed)).flatMap((box) => inPicture(box, feed, picture.full));
    },
    dispose: () => model.dispose(),
  };
}

/** Either of the two files may be the wrong one. */
function misfit(cause: unknown, file: string): Error {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new Error(`${file} and its layout ${file}.json do not fit: ${reason}`, { cause });
}

async function readLayout(layoutFile: string, file: string): Promise<unknown> {
  try {
    await stat(layoutFile);
  } catch (cause) {
    throw new Error(
      `${file} needs its layout in ${layoutFile}: docs/boxes.md shows one for YOLO and one for SSD`,
      { cause },
    );
  }
  return readJson(layoutFile);
}

/** Cut at the picture's border; none where nothing of a pixel is left. */
function inPicture(
  { x, y, width, height, score }: FoundBox,
  { scale, shift }: Feed,
  full: { readonly width: number; readonly height: number },
): FoundBox[] {
  const within = (value: number, limit: number) => Math.min(Math.max(value, 0), limit);
  const left = within((x - shift.x) / scale, full.width);
  const top = within((y - shift.y) / scale, full.height);
  const right = within((x + width - shift.x) / scale, full.width);
  const bottom = within((y + height - shift.y) / scale, full.height);
  if (right - left < 1 || bottom - top < 1) return [];
  return [{ x: left, y: top, width: right - left, height: bottom - top, score }];
}
