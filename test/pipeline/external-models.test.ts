import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderFigures } from '../../src/demo/figures.ts';
import { openEngine } from '../../src/engine/choose.ts';
import { moveNetFile, openMoveNet } from '../../src/models/external/movenet.ts';
import { createNetwork, initialWeights } from '../../src/models/network.ts';
import { evaluate } from '../../src/pipeline/evaluate.ts';
import { exportModel } from '../../src/pipeline/export-model.ts';
import { predictPictures } from '../../src/pipeline/predict-pictures.ts';
import type { PredictedKeypoint } from '../../src/pose/types.ts';
import { SKELETONS } from '../../src/pose/skeleton.ts';
import { saveModel } from '../../src/stages/model-file.ts';
import { temporaryFolder } from '../support/folder.ts';

const engine = () => openEngine({ name: 'onnxruntime', threads: 1 });

describe('our own network, exported as ONNX and taken as an external one', () => {
  it('sees the joints where the network does', { timeout: 60_000 }, async () => {
    const dir = temporaryFolder();
    await renderFigures({ out: dir, seed: 3, labelled: 1, unlabelled: 6, test: 1 });
    const run = join(dir, 'model.safetensors');
    const network = createNetwork('tiny', 14);
    const weights = initialWeights(network, 2);
    const head = weights['head.weight']!;
    // A head large enough for peaks that stand out.
    const louder = { ...head, data: head.data.map((value) => 100 * value) };
    await saveModel(
      run,
      { ...{ model: 'tiny', recipe: 'peer', padding: 'zero', step: 1 }, skeleton: SKELETONS.lsp14 },
      { ...weights, 'head.weight': louder },
    );
    const out = join(dir, 'model.onnx');
    await exportModel({ run, format: 'onnx', out });
    const predict = async (model: string) => {
      const found = new Map<string, readonly PredictedKeypoint[]>();
      const summary = await predictPictures(
        {
          ...{ model, pictures: [join(dir, 'images/unlabeled')], threads: 1 },
          ...{ boxes: [join(dir, 'unlabeled.coco.json')], cache: join(dir, 'cache.sqlite') },
        },
        {
          engine: await engine(),
          signal: new AbortController().signal,
          onReject: ({ reason }) => {
            throw new Error(reason);
          },
          onPerson: ({ person, keypoints }) => {
            found.set(person.path, keypoints);
          },
        },
      );
      expect(summary.people).toBe(6);
      expect(summary.model.skeleton.joints).toEqual(SKELETONS.lsp14.joints);
      return found;
    };
    const [own, external] = [await predict(run), await predict(out)];
    // Its crops are cut in one step instead of two, so that peaks of equal height may change places.
    const same = [...own].flatMap(([path, joints]) =>
      joints.map((joint, i) => {
        const other = external.get(path)![i]!;
        return Math.hypot(joint.x - other.x, joint.y - other.y) < 1.5;
      }),
    );
    expect(same.filter(Boolean).length / same.length).toBeGreaterThan(0.8);
  });
});

const data = process.env['HEATSTREAM_DATA'] ?? join(import.meta.dirname, '../../../shared/data');
const labels = join(data, 'lsp/test.coco.json');

describe('MoveNet', () => {
  it('finds people on whom it was never trained', { timeout: 120_000 }, async ({ skip }) => {
    const hasPictures = existsSync(labels);
    if (moveNetFile() === undefined || !hasPictures) {
      console.warn(
        `SKIPPED: MoveNet on people's pictures; ${hasPictures ? '@vladmandic/human is not installed' : `no ${labels}`}`,
      );
      skip();
    }
    const folder = temporaryFolder();
    const every10th = join(folder, 'labels.json');
    const set = JSON.parse(readFileSync(labels, 'utf8')) as Record<string, { id: number }[]>;
    const few = (rows: unknown) => (rows as unknown[]).filter((_, i) => i % 10 === 0);
    const { images, annotations } = set;
    writeFileSync(
      every10th,
      JSON.stringify({ ...set, images: few(images), annotations: few(annotations) }),
    );
    const result = await evaluate(
      {
        ...{ run: 'movenet', labels: every10th, images: join(data, 'lsp/images') },
        cache: join(folder, 'cache.sqlite'),
      },
      await engine(),
      () => undefined,
    );
    expect(result.people).toBe(100);
    // 83.8 on all 1000.
    expect(Math.abs(result.pck! - 83.8)).toBeLessThan(4);
    expect(result.pckProtocol).toContain('without neck, head_top');
  });

  it('says what to install where it is missing', async ({ skip }) => {
    if (moveNetFile() !== undefined) skip();
    await expect(openMoveNet()).rejects.toThrow(
      'movenet needs the package @vladmandic/human, which holds the network: npm install --ignore-scripts @vladmandic/human',
    );
  });
});
