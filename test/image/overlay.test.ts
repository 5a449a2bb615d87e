import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { drawKeypoints, heatmapOverlay } from '../../src/image/overlay.ts';

const size = { width: 60, height: 40 };
const grey = () => new Uint8Array(size.width * size.height * 3).fill(128);
const skeleton = { joints: ['left_hand', 'right_hand', 'nose'], edges: [[0, 1]] as const };

async function pixels(picture: Buffer) {
  const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
  const at = (x: number, y: number) => [
    ...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3),
  ];
  return { at, width: info.width, height: info.height, channels: info.channels };
}

describe('drawKeypoints', () => {
  it('draws joints and the limb between them where they are, and nothing elsewhere', async () => {
    const points = [
      { x: 10, y: 20, score: 1 },
      { x: 30, y: 20, score: 1 },
      { x: 50, y: 5, score: 1 },
    ];
    const { at, channels } = await pixels(
      await drawKeypoints(grey(), size, points, skeleton, { format: 'png' }),
    );
    expect(channels).toBe(3);
    const [red, , blue] = at(10, 20);
    expect(blue! - red!).toBeGreaterThan(60);
    const right = at(30, 20);
    expect(right[0]! - right[2]!).toBeGreaterThan(60);
    expect(Math.min(...at(20, 20))).toBeGreaterThan(190);
    expect(Math.min(...at(50, 5))).toBeGreaterThan(190);
    expect(at(40, 20)).toEqual([128, 128, 128]);
    expect(at(20, 30)).toEqual([128, 128, 128]);
  });

  it('leaves out joints below the score, joints that are not labelled, and their limbs', async () => {
    const points = [
      { x: 10, y: 20, score: 0.1 },
      { x: 30, y: 20, score: 1 },
      { x: 50, y: 5, v: 0 as const },
    ];
    const { at } = await pixels(
      await drawKeypoints(grey(), size, points, skeleton, { format: 'png', minScore: 0.5 }),
    );
    expect(at(10, 20)).toEqual([128, 128, 128]);
    expect(at(20, 20)).toEqual([128, 128, 128]);
    expect(at(50, 5)).toEqual([128, 128, 128]);
    expect(at(30, 20)).not.toEqual([128, 128, 128]);
  });

  it('enlarges the picture and keeps pixel centres where they belong', async () => {
    const points = [
      { x: 10, y: 20 },
      { x: 10, y: 20 },
      { x: 50, y: 30 },
    ];
    const { at, width, height } = await pixels(
      await drawKeypoints(grey(), size, points, skeleton, { format: 'png', scale: 3 }),
    );
    expect({ width, height }).toEqual({ width: 180, height: 120 });
    // The middle of pixel (50, 30) is at 3 · 50.5, 3 · 30.5: pixel (151, 91) of the enlarged picture.
    expect(Math.min(...at(151, 91))).toBeGreaterThan(190);
    expect(at(140, 91)).toEqual([128, 128, 128]);
  });

  it('says what it expected of keypoints, pixels and scale', async () => {
    const three = [0, 0, 0].map(() => ({ x: 0, y: 0 }));
    await expect(drawKeypoints(grey(), size, three.slice(1), skeleton)).rejects.toThrow(
      /3 keypoints.*got 2/,
    );
    await expect(drawKeypoints(new Uint8Array(5), size, three, skeleton)).rejects.toThrow(
      /7200 bytes, got 5/,
    );
    await expect(drawKeypoints(grey(), size, three, skeleton, { scale: 0 })).rejects.toThrow(
      /scale/,
    );
  });
});

describe('heatmapOverlay', () => {
  it('glows where a joint’s heatmap is high, and is grey where all are 0', async () => {
    const heatmapSize = { width: 15, height: 10 };
    const heatmap = new Float32Array(15 * 10 * 2);
    heatmap[(2 * 15 + 11) * 2 + 1] = 1; // row 2, column 11, joint 1 -> pixels x 44–47, y 8–11
    const picture = await heatmapOverlay(grey(), size, heatmap, heatmapSize, { format: 'png' });
    const { at, width, height } = await pixels(picture);
    expect({ width, height }).toEqual(size);
    const [red, , blue] = at(46, 10);
    expect(red! - blue!).toBeGreaterThan(100);
    expect(at(10, 30)).toEqual([89, 89, 89]);
    expect(at(11, 46 % 40)).toEqual([89, 89, 89]);
  });

  it('clamps what lies outside 0 to 1', async () => {
    const one = { width: 3, height: 2 };
    const draw = (value: number) =>
      heatmapOverlay(grey(), size, new Float32Array(6).fill(value), one, { format: 'png' });
    expect(await draw(7)).toEqual(await draw(1));
    expect(await draw(-7)).toEqual(await draw(0));
  });

  it('encodes JPEG by default', async () => {
    const jpeg = await heatmapOverlay(grey(), size, new Float32Array(6), { width: 3, height: 2 });
    expect((await sharp(jpeg).metadata()).format).toBe('jpeg');
  });

  it('refuses a heatmap that does not fit its size', async () => {
    await expect(
      heatmapOverlay(grey(), size, new Float32Array(7), { width: 3, height: 2 }),
    ).rejects.toThrow(/2×3×joints values, got 7/);
  });
});
