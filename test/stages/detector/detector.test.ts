import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findingOf } from '../../../db/findings.ts';
import { OnnxGraph } from '../../../src/engine/compiled/onnx/graph.ts';
import { writeModel } from '../../../src/engine/compiled/onnx/write.ts';
import { openUnlabelled } from '../../../src/pipeline/unlabelled-pictures.ts';
import { candidates } from '../../../src/stages/detector/candidates.ts';
import { detectorLayout } from '../../../src/stages/detector/layout.ts';
import { openDetector } from '../../../src/stages/detector/open-detector.ts';
import { overlap, suppress } from '../../../src/stages/detector/suppress.ts';
import { temporaryDatabase } from '../../support/database.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { ingest } from '../../support/ingestion.ts';
import { rgb } from '../../support/pictures.ts';

const input = { width: 64, height: 32 };
const cell = 8;

/** A detector of bright 8×8 cells: a candidate a cell, its score the cell's mean brightness. */
function writeDetector(folder: string, layout: 'yolo' | 'ssd'): string {
  const graph = new OnnxGraph();
  const [columns, rows] = [input.width / cell, input.height / cell];
  const count = columns * rows;
  graph.input('images', [1, 3, input.height, input.width]);
  const grey = graph.op('ReduceMean', ['images'], { axes: [1], keepdims: 1 });
  const cells = graph.op('AveragePool', [grey], {
    kernel_shape: [cell, cell],
    strides: [cell, cell],
  });
  const centres = Array.from({ length: count }, (_, i) => ({
    x: (i % columns) * cell + cell / 2,
    y: Math.floor(i / columns) * cell + cell / 2,
  }));
  const name = join(folder, `${layout}.onnx`);
  const settings = { ...input, order: 'NCHW', mean: [0, 0, 0], std: [255, 255, 255], fill: 0 };
  if (layout === 'yolo') {
    const numbers = [
      ...centres.map(({ x }) => x),
      ...centres.map(({ y }) => y),
      ...new Array<number>(2 * count).fill(cell),
    ];
    const boxes = graph.constant(numbers, [1, 4, count], 'float32', 'boxes');
    const scores = graph.reshape(cells, [1, 1, count]);
    graph.output('output0', graph.op('Concat', [boxes, scores], { axis: 1 }), [1, 5, count]);
    writeFileSync(`${name}.json`, JSON.stringify({ layout, input: settings, score: 0.6 }));
  } else {
    const corners = centres.flatMap(({ x, y }) => [
      (y - cell / 2) / input.height,
      (x - cell / 2) / input.width,
      (y + cell / 2) / input.height,
      (x + cell / 2) / input.width,
    ]);
    const boxes = graph.constant(corners, [1, count, 4], 'float32', 'corners');
    const classes = graph.constant(new Array<number>(count).fill(1), [1, count], 'float32', 'ones');
    graph.output('boxes', boxes, [1, count, 4]);
    graph.output('scores', graph.reshape(cells, [1, count]), [1, count]);
    graph.output('classes', classes, [1, count]);
    const output = { boxes: 'boxes', scores: 'scores', classes: 'classes' };
    writeFileSync(`${name}.json`, JSON.stringify({ layout, input: settings, score: 0.6, output }));
  }
  writeFileSync(name, writeModel(graph));
  return name;
}

/** Answers √−1 for every picture. */
function writeNaNDetector(name: string): void {
  const graph = new OnnxGraph();
  graph.input('images', [1, 3, input.height, input.width]);
  const mean = graph.op('ReduceMean', ['images'], { axes: [2, 3], keepdims: 0 });
  const one = graph.constant([-1e6], [1], 'float32', 'far');
  const root = graph.op('Sqrt', [
    graph.op('Add', [graph.op('ReduceMean', [mean], { axes: [1], keepdims: 1 }), one]),
  ]);
  const zeros = graph.constant(new Array<number>(20).fill(0), [1, 5, 4], 'float32', 'zeros');
  graph.output('output0', graph.op('Add', [graph.reshape(root, [1, 1, 1]), zeros]), [1, 5, 4]);
  writeFileSync(name, writeModel(graph));
}

/** Black, with white rectangles. */
async function writePicture(
  path: string,
  size: { width: number; height: number },
  white: readonly { x: number; y: number; width: number; height: number }[],
): Promise<void> {
  const pixels = new Uint8Array(size.width * size.height * 3);
  for (const { x, y, width, height } of white)
    for (let row = y; row < y + height; row++)
      pixels.fill(255, 3 * (row * size.width + x), 3 * (row * size.width + x + width));
  writeFileSync(path, await rgb(pixels, size).png().toBuffer());
}

describe('a detector from an ONNX file', () => {
  it.each(['yolo', 'ssd'] as const)(
    'finds several people of a picture that does not fit its input: %s layout',
    async (layout) => {
      const folder = temporaryFolder();
      const finder = await openDetector(writeDetector(folder, layout));
      // Letterboxed to 24×32 within 64×32, 20 columns of grey on both sides: cells of 8 are 32 pixels here.
      const size = { width: 96, height: 128 };
      const people = [
        { x: 48, y: 32, width: 32, height: 32 },
        { x: 16, y: 96, width: 32, height: 32 },
      ];
      const path = join(folder, 'a.png');
      await writePicture(path, size, people);
      const db = temporaryDatabase();
      const picture = { path, people: [], seek: { finder, tag: '' } };
      const { admitted, counts } = await ingest(db, [picture]);
      const found = admitted.map(({ box }) => box).sort((a, b) => a.y - b.y);
      expect(found).toHaveLength(2);
      for (const [i, box] of found.entries()) {
        expect(overlap(box, people[i]!)).toBeGreaterThan(0.98);
      }
      expect(counts).toMatchObject({ pictures_decoded: 1, crops_made: 2 });
      expect(findingOf(db, admitted[0]!.imageId, finder.name)).toHaveLength(2);
      const made = db.prepare('SELECT source, made_by FROM instance').all();
      expect(made).toEqual(new Array(2).fill({ source: 'detector', made_by: finder.name }));
      // Unchanged: neither decoded nor looked at again.
      expect((await ingest(db, [picture])).counts).toEqual({ pictures_unchanged: 1 });
      await finder.dispose();
    },
  );

  it.runIf(process.platform === 'linux')(
    'looks with as many threads as the command was given',
    async () => {
      const boxes = [`detector:${writeDetector(temporaryFolder(), 'yolo')}`];
      const threadsBeside = async (threads: number) => {
        const before = readdirSync('/proc/self/task').length;
        const unlabelled = await openUnlabelled({ boxes, exclude: [] }, { threads });
        // Not before: threads that end would be counted.
        onTestFinished(() => unlabelled.dispose());
        return readdirSync('/proc/self/task').length - before;
      };
      // Node's own threads are there from then on.
      await threadsBeside(1);
      const one = await threadsBeside(1);
      expect((await threadsBeside(4)) - one).toBe(3);
    },
  );

  it('remembers that it saw nobody', async () => {
    const folder = temporaryFolder();
    const finder = await openDetector(writeDetector(folder, 'yolo'));
    const path = join(folder, 'black.png');
    await writePicture(path, { width: 40, height: 20 }, []);
    const db = temporaryDatabase();
    const picture = { path, people: [], seek: { finder, tag: '' } };
    expect((await ingest(db, [picture])).admitted).toEqual([]);
    expect((await ingest(db, [picture])).counts).toEqual({ pictures_unchanged: 1 });
    await finder.dispose();
  });

  it('says what its layout file lacks, and that there is none', async () => {
    const folder = temporaryFolder();
    const file = writeDetector(folder, 'yolo');
    writeFileSync(`${file}.json`, JSON.stringify({ layout: 'yolo', input: { width: 64 } }));
    await expect(openDetector(file)).rejects.toThrow(/yolo\.onnx\.json: input\.height: expected/);
    rmSync(`${file}.json`);
    await expect(openDetector(file)).rejects.toThrow(
      /yolo\.onnx needs its layout in .*yolo\.onnx\.json: docs\/boxes\.md/,
    );
    await expect(openDetector(join(folder, 'none.onnx'))).rejects.toThrow(/no such ONNX file/);
  });

  it('refuses a name in the layout file that it does not know, instead of taking its default', async () => {
    const file = writeDetector(temporaryFolder(), 'yolo');
    writeFileSync(`${file}.json`, JSON.stringify({ layout: 'yolo', input, scoer: 0.9 }));
    await expect(openDetector(file)).rejects.toThrow(/yolo\.onnx\.json: unrecognized key: "scoer"/);
  });

  it('names both files where they do not fit, before a picture is read', async () => {
    const file = writeDetector(temporaryFolder(), 'yolo');
    writeFileSync(
      `${file}.json`,
      JSON.stringify({ layout: 'yolo', input: { ...input, height: 64 } }),
    );
    await expect(openDetector(file)).rejects.toThrow(
      /yolo\.onnx and its layout .*yolo\.onnx\.json do not fit: input: the layout feeds \[1, 3, 64, 64\]/,
    );
  });

  it('stops where the layout reads coordinates as scores, and says so', async () => {
    const folder = temporaryFolder();
    const file = writeDetector(folder, 'yolo');
    writeFileSync(
      `${file}.json`,
      JSON.stringify({ layout: 'yolo', input, output: { candidates: 'rows' } }),
    );
    const finder = await openDetector(file);
    onTestFinished(() => finder.dispose());
    const path = join(folder, 'black.png');
    await writePicture(path, { width: 40, height: 20 }, []);
    const picture = { path, people: [], seek: { finder, tag: '' } };
    await expect(ingest(temporaryDatabase(), [picture])).rejects.toThrow(
      /yolo\.onnx\.json do not fit: expected scores from 0 to 1, got \d+: either the layout reads other numbers/,
    );
  });

  it('puts a picture to which it answers NaN into quarantine, and does not remember it as empty', async () => {
    const folder = temporaryFolder();
    const file = writeDetector(folder, 'yolo');
    writeNaNDetector(file);
    const finder = await openDetector(file);
    onTestFinished(() => finder.dispose());
    const path = join(folder, 'black.png');
    await writePicture(path, { width: 40, height: 20 }, []);
    const db = temporaryDatabase();
    const { admitted, rejected } = await ingest(db, [
      { path, people: [], seek: { finder, tag: '' } },
    ]);
    expect(admitted).toEqual([]);
    expect(rejected.map(({ stage, reason }) => ({ stage, reason }))).toEqual([
      {
        stage: 'detector',
        reason: 'the detector answers with NaN instead of scores (4 candidates)',
      },
    ]);
    expect(db.prepare('SELECT count(*) FROM finding').pluck().get()).toBe(0);
  });
});

describe('candidates', () => {
  it('reads rows with objectness and several classes', () => {
    const layout = detectorLayout.parse({
      layout: 'yolo',
      input,
      score: 0.1,
      output: { candidates: 'rows', box: 'xyxy', objectness: true, person: 1 },
    });
    const data = [10, 20, 30, 60, 0.5, 0.9, 0.4, 0, 0, 1, 1, 0.1, 0.1, 0.1];
    expect(candidates({ out: { data, shape: [1, 2, 7] } }, layout)).toEqual([
      { x: 10, y: 20, width: 20, height: 40, score: 0.2 },
    ]);
  });

  it('takes only people, and only as many as the model counted', () => {
    const layout = detectorLayout.parse({
      layout: 'ssd',
      input,
      output: { boxes: 'b', scores: 's', classes: 'c', count: 'n', unit: 'pixels', box: 'xyxy' },
    });
    const outputs = {
      b: { data: [0, 0, 4, 8, 0, 0, 5, 5, 0, 0, 6, 6], shape: [1, 3, 4] },
      s: { data: [0.9, 0.9, 0.9], shape: [1, 3] },
      c: { data: [1, 17, 1], shape: [1, 3] },
      n: { data: [2], shape: [1] },
    };
    expect(candidates(outputs, layout)).toEqual([{ x: 0, y: 0, width: 4, height: 8, score: 0.9 }]);
  });

  it('refuses tensors that do not fit the layout', () => {
    const layout = detectorLayout.parse({ layout: 'yolo', input });
    expect(() => candidates({ out: { data: [], shape: [1, 4, 0] } }, layout)).toThrow(
      'expected an output of [1, numbers, candidates] with more than 4 numbers, got [1, 4, 0]',
    );
  });
});

describe('suppress', () => {
  it('keeps the surest of overlapping boxes, and no more than it is asked for', () => {
    const box = (x: number, score: number) => ({ x, y: 0, width: 10, height: 10, score });
    const boxes = [box(0, 0.5), box(1, 0.9), box(20, 0.3), box(40, 0.2)];
    expect(suppress(boxes, { iou: 0.5, most: 2 }).map(({ x }) => x)).toEqual([1, 20]);
  });
});
