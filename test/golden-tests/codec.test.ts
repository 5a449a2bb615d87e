// Targets, decoding to heatmap and picture and blur kernels against the recorded references.
import { expect, it } from 'vitest';
import { apply, compose, invert } from '../../src/pose/affine.ts';
import { gaussianKernel } from '../../src/pose/blur.ts';
import {
  inputFromPicture,
  inputFromPictureDarkPose,
  inputFromPictureUdp,
} from '../../src/pose/box.ts';
import { alignOf, codecNamed, type CodecName } from '../../src/pose/codec.ts';
import { decodeHeatmaps, inputFromHeatmap, type Refinement } from '../../src/pose/decode.ts';
import type { Affine, Keypoint, PredictedKeypoint } from '../../src/pose/types.ts';
import { recordDeviation } from '../support/deviations.ts';
import { toleranceIn } from '../support/formula-network.ts';
import { flat, pointOf, sizeOf, type XY } from '../support/golden-geometry.ts';
import {
  channelsLast,
  describeGolden,
  expectGoldenFiles,
  goldenArray,
  goldenJson,
  maxDifference,
  skipGolden,
} from '../support/golden.ts';

type Joints = readonly [number, number, number][];

interface TargetSidecar {
  readonly image_size_wh: XY;
  readonly sigma: number;
  readonly joints_image_px_xyv: Joints;
  readonly weight: number[];
  readonly tolerance: string;
}

interface Decoded {
  readonly note: string;
  readonly heatmap_xy: XY[][];
  readonly image_xy: XY[][];
  readonly image_xy_darkpose_geometry?: XY[][];
  readonly maxval: number[][];
}

interface DecodeResults {
  readonly center_xy: XY[];
  readonly scale_wh_over_200: XY[];
  readonly results: Readonly<Record<string, Decoded>>;
  readonly tolerance: string;
  readonly dark_unstable?: readonly (string | number)[];
  readonly channel_names?: readonly string[];
}

const ABSOLUTE = /([\d.e-]+) abs/;
const keypointsOf = (joints: Joints) =>
  joints.map(([x, y, v]): Keypoint => ({ x, y, v: v > 0 ? 2 : 0 }));
const places = (peaks: readonly PredictedKeypoint[]) => peaks.flatMap(flat);
const scores = (peaks: readonly PredictedKeypoint[]) => peaks.map(({ score }) => score);

expectGoldenFiles();

describeGolden('codec', 'targets', (file) => {
  const { data, shape, sidecar } = goldenArray<TargetSidecar>(file);
  const codec = codecNamed(/target_([a-z]+)[^/]*$/.exec(file)![1] as CodecName);
  const [joints, height, width] = shape as [number, number, number];
  const stride = sidecar.image_size_wh[0] / width;
  const out = new Float32Array(data.length);
  const weights = codec.encode(
    keypointsOf(sidecar.joints_image_px_xyv),
    {
      ...{ heatmap: { width, height }, stride },
      sigma: sidecar.sigma,
      origin: alignOf(codec, 'centres'),
    },
    out,
  );

  it('has square heatmap pixels', () => {
    expect(sidecar.image_size_wh[1] / height).toBe(stride);
  });

  it('encodes every joint', () => {
    const allowed = toleranceIn(sidecar.tolerance, ABSOLUTE, 2e-6);
    const worst = maxDifference(out, channelsLast(data, [1, joints, height, width]));
    recordDeviation(file, worst, allowed);
    expect(worst).toBeLessThanOrEqual(allowed);
  });

  it('weighs every joint', () => {
    expect([...weights]).toEqual(sidecar.weight);
  });
});

describeGolden('codec', 'mspnTargets', (file) => {
  const { data, shape, sidecar } = goldenArray<{
    kernels: readonly number[];
    image_size_wh?: XY;
    joints_image_px_xyv: Joints;
    tolerance: string;
  }>(file);
  const [, joints, height, width] = shape as [number, number, number, number];
  // Its name says the input's size; MSPN's heatmaps are a quarter of it.
  const [, inName = 4 * width] = /_(\d+)x\d+[^/]*$/.exec(file) ?? [];
  const inputWidth = sidecar.image_size_wh?.[0] ?? Number(inName);

  it.each([...sidecar.kernels.entries()])('encodes with kernel %#: %i', (index, kernel) => {
    const size = joints * height * width;
    const out = new Float32Array(size);
    const spec = { heatmap: { width, height }, stride: inputWidth / width, sigma: 2, kernel };
    const keypoints = keypointsOf(sidecar.joints_image_px_xyv);
    codecNamed('mspn').encode(keypoints, { ...spec, origin: 'cells' }, out);
    const expected = channelsLast(data.subarray(index * size, (index + 1) * size), [
      ...[1, joints, height, width],
    ]);
    const worst = maxDifference(
      out.map((value) => 255 * value),
      expected,
    );
    const allowed = toleranceIn(sidecar.tolerance, ABSOLUTE, 2e-3);
    recordDeviation(file, worst, allowed, `kernel ${kernel}`);
    expect(worst).toBeLessThanOrEqual(allowed);
  });
});

const REFINEMENT: Readonly<Record<string, Refinement>> = {
  ...{ argmax: 'none', quarter: 'quarter', dark: 'dark', udp: 'udp' },
};
const nameOf = (method: string) => method.replace(/_k\d+$/, '');

describeGolden('codec', 'decoding', (file) => {
  const { data, shape } = goldenArray(file);
  const [batch, joints, height, width] = shape as [number, number, number, number];
  const heatmap = { width, height };
  const results = file.replace(/\.f32$/, '_results.json');
  const golden = goldenJson<DecodeResults>(results);
  const heatmaps = channelsLast(data, shape);
  const unstable = new Set(
    (golden.dark_unstable ?? []).map((channel) =>
      typeof channel === 'number' ? channel : golden.channel_names!.indexOf(channel),
    ),
  );

  const known = Object.entries(golden.results).filter(([method]) => nameOf(method) in REFINEMENT);
  for (const method of Object.keys(golden.results)) {
    if (!(nameOf(method) in REFINEMENT)) skipGolden(results, `there is no decoding ${method}`);
  }

  it.each(known)('decodes %s to heatmap and picture', (method, expected) => {
    const refine = REFINEMENT[nameOf(method)]!;
    const kernel = /_k(\d+)$/.exec(method)?.[1];
    const isExact = refine === 'none' || refine === 'quarter';
    const skipped = refine === 'dark' ? unstable : new Set<number>();
    const kept = <T>(values: readonly T[]) => values.filter((_, joint) => !skipped.has(joint));
    const decoded = decodeHeatmaps(heatmaps, {
      ...{ batch, heatmap, joints, refine },
      ...(kernel !== undefined && { kernel: Number(kernel) }),
    });
    expect(decoded.map(scores)).toEqual(expected.maxval.map((row) => row.map(Math.fround)));
    const inHeatmap = isExact
      ? 0
      : toleranceIn(golden.tolerance, /dark[^:;]*?:? ([\d.e-]+) /, 2e-3);
    decoded.forEach((person, n) => {
      const far = maxDifference(places(kept(person)), kept(expected.heatmap_xy[n]!).flat());
      recordDeviation(file, far, inHeatmap, `${method}, person ${n}, heatmap px`);
      expect(far).toBeLessThanOrEqual(inHeatmap);

      const exactInPicture = toleranceIn(golden.tolerance, /image_xy ([\d.e-]+) px/, 2e-3);
      const scale = sizeOf(golden.scale_wh_over_200[n]!);
      const view = { centre: pointOf(golden.center_xy[n]!), scale };
      // In heatmap px times the factor between heatmap and picture; for exact ones, of the reference's float32 points.
      const inPicture = isExact
        ? exactInPicture
        : inHeatmap * Math.max(1, (200 * scale.width) / width);
      const compare = (heatmapFromPicture: Affine, wanted: XY[], what: string) => {
        const toPicture = invert(heatmapFromPicture);
        const found = kept(person).flatMap((peak) => flat(apply(toPicture, peak)));
        const off = maxDifference(found, kept(wanted).flat());
        recordDeviation(file, off, inPicture, `${method}, person ${n}, ${what}`);
        expect(off).toBeLessThanOrEqual(inPicture);
      };
      const own = refine === 'udp' ? inputFromPictureUdp : inputFromPicture;
      compare(own(view, 0, heatmap), expected.image_xy[n]!, 'picture px');
      const darkPose = expected.image_xy_darkpose_geometry?.[n];
      if (darkPose) {
        compare(inputFromPictureDarkPose(view, 0, heatmap), darkPose, 'picture px of DarkPose');
      }
    });
  });
});

describeGolden('codec', 'mspnDecoding', (file) => {
  const { data, shape, sidecar } = goldenArray<{
    center_xy: XY[];
    scale_wh_over_200: XY[];
    image_xy: XY[][];
    score: number[][];
    note: string;
    tolerance: string;
  }>(file);
  const [batch, joints, height, width] = shape as [number, number, number, number];
  const kernel = toleranceIn(sidecar.note, /blur k=(\d+)/);
  const stride = toleranceIn(sidecar.note, /xy\*(\d+)/);

  it('decodes to picture and score', () => {
    const decoded = decodeHeatmaps(
      channelsLast(data, shape).map((value) => value / 255),
      { batch, heatmap: { width, height }, joints, refine: 'mspn', kernel },
    );
    const inPicture = toleranceIn(sidecar.tolerance, /([\d.e-]+) px/, 1e-3);
    const inScore = toleranceIn(sidecar.tolerance, /score ([\d.e-]+)/, 1e-6);
    decoded.forEach((person, n) => {
      const [x, y] = sidecar.center_xy[n]!;
      const [wide, high] = sidecar.scale_wh_over_200[n]!.map((scale) => 200 * scale) as XY;
      // As the note says, each axis by its own scale, which the reference rounds.
      const [kx, ky] = [wide / (stride * width), high / (stride * height)];
      const pictureFromInput: Affine = [kx, 0, x - wide / 2, 0, ky, y - high / 2];
      const toPicture = compose(
        pictureFromInput,
        inputFromHeatmap(stride, alignOf(codecNamed('mspn'), 'centres')),
      );
      const found = person.flatMap((peak) => flat(apply(toPicture, peak)));
      const far = maxDifference(found, sidecar.image_xy[n]!.flat());
      recordDeviation(file, far, inPicture, `person ${n}, picture px`);
      expect(far).toBeLessThanOrEqual(inPicture);
      const off = maxDifference(
        scores(person).map((score) => score + 0.5),
        sidecar.score[n]!,
      );
      recordDeviation(file, off, inScore, `person ${n}, score`);
      expect(off).toBeLessThanOrEqual(inScore);
    });
  });
});

describeGolden('codec', 'kernels', (file) => {
  const { kernels } = goldenJson<{
    kernels: Record<string, { cv2_GaussianBlur_float32_response: number[] }>;
  }>(file);

  it.each(Object.entries(kernels))('blurs with kernel %s', (size, expected) => {
    // The response is stored in float32.
    const worst = maxDifference(
      gaussianKernel(Number(size)),
      expected.cv2_GaussianBlur_float32_response,
    );
    recordDeviation(file, worst, 5e-8, `kernel ${size}`);
    expect(worst).toBeLessThanOrEqual(5e-8);
  });
});
