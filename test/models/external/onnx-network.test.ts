import { writeFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ExternalNetwork } from '../../../src/models/external/external-network.ts';
import { parseOnnxSpec } from '../../../src/models/external/onnx-spec.ts';
import { openOnnxNetwork } from '../../../src/models/external/onnx-network.ts';
import { openExternal } from '../../../src/stages/read-external.ts';
import { dots, STRIDE, writeDotNetwork, type DotNetwork } from '../../support/dot-network.ts';
import { temporaryFolder } from '../../support/folder.ts';

const input = { width: 80, height: 48 };

async function open(network: Partial<DotNetwork> = {}): Promise<ExternalNetwork> {
  const file = await writeDotNetwork(temporaryFolder(), {
    ...{ input, layout: 'NCHW', channels: 'RGB', type: 'float32', decode: 'none' },
    ...network,
  });
  const opened = await openExternal(file, { threads: 1 });
  onTestFinished(() => opened.dispose());
  return opened;
}

/** Centres of heatmap pixels, whose mean over a dot is the dot's place. */
const places = [
  { x: 21.5, y: 9.5 },
  { x: 61.5, y: 33.5 },
  { x: 41.5, y: 21.5 },
];

describe('a heatmap network from an ONNX file', () => {
  it.each([
    { layout: 'NCHW', channels: 'RGB', type: 'float32' },
    { layout: 'NHWC', channels: 'BGR', type: 'uint8' },
    { layout: 'NHWC', channels: 'RGB', type: 'int32' },
  ] as const)('sees each colour where it is: $layout $channels $type', async (declared) => {
    const network = await open(declared);
    const [first, second] = await network.look([
      dots(input, places),
      dots(input, places.toReversed()),
    ]);
    expect(first!.heatmaps).toMatchObject({
      size: { width: input.width / STRIDE, height: input.height / STRIDE },
      joints: 3,
    });
    const joints = (sight: typeof first) => sight!.keypoints.map(({ x, y }) => ({ x, y }));
    expect(joints(first)).toEqual(places);
    expect(joints(second)).toEqual(places.toReversed());
    for (const { score } of first!.keypoints) {
      expect(score).toBeGreaterThan(0.9);
      expect(score).toBeLessThanOrEqual(1);
    }
  });

  it('fills a batch that the file fixes', async () => {
    const network = await open({ batch: 4 });
    expect(network.batch).toBe(4);
    const sights = await network.look([dots(input, places)]);
    expect(sights).toHaveLength(1);
    expect(sights[0]!.keypoints[1]).toMatchObject(places[1]!);
  });

  it('has another digest when the same file is read in another way', async () => {
    const folder = temporaryFolder();
    const declared = { input, layout: 'NCHW', channels: 'RGB', type: 'float32' } as const;
    const file = await writeDotNetwork(folder, declared);
    const spec = {
      input: { width: 80, height: 48 },
      joints: ['left_hand', 'right_hand', 'head'],
    };
    const digests = [];
    for (const more of [{}, {}, { boxScale: 1.4 }]) {
      const network = await openOnnxNetwork(file, parseOnnxSpec({ ...spec, ...more }, 'spec'));
      digests.push(network.digest);
      await network.dispose();
    }
    expect(digests[0]).toBe(digests[1]);
    expect(digests[2]).not.toBe(digests[0]);
  });

  it('says what does not fit before it looks at a picture', async () => {
    const folder = temporaryFolder();
    const file = await writeDotNetwork(folder, {
      ...{ input, layout: 'NCHW', channels: 'RGB', type: 'float32' },
    });
    const described = async (description: unknown) => {
      await writeFile(`${file}.json`, JSON.stringify(description));
      return openExternal(file, {});
    };
    const joints = ['left_hand', 'right_hand', 'head'];
    const size = { width: 80, height: 48 };
    await expect(openExternal(`${folder}/other.onnx`, {})).rejects.toThrow(
      `no description of ${folder}/other.onnx at ${folder}/other.onnx.json`,
    );
    await expect(described({ input: { ...size, widht: 3 }, joints: [] })).rejects.toThrow(
      /does not describe a network:\n {2}input: .*widht.*\n {2}joints: /,
    );
    await expect(described({ input: { ...size, name: 'image' }, joints })).rejects.toThrow(
      'input image: the file has picture',
    );
    await expect(described({ input: size, joints: joints.slice(1) })).rejects.toThrow(
      'output maps is [1, 3, 12, 20]; expected NCHW with 2 joints',
    );
    await expect(described({ input: { ...size, width: 40 }, joints })).rejects.toThrow(
      'does not take what its description declares',
    );
  });
});
