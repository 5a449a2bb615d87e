// An external network as the teacher of cached targets: it sees the easy views of a run's crops, its joints become the run's heatmaps.
import { createHash } from 'node:crypto';
import type { Inputs } from '../engine/types.ts';
import { warpRgb } from '../image/warp.ts';
import type { ExternalNetwork, Sight } from '../models/external/external-network.ts';
import { apply, compose, invert } from '../pose/affine.ts';
import { inputFromHeatmap } from '../pose/decode.ts';
import { alignOf, type Codec } from '../pose/codec.ts';
import { mapKeypoints, type JointMap } from '../pose/joint-map.ts';
import type { Affine, CropSpec, Size } from '../pose/types.ts';
import { warpHeatmap } from '../pose/warp-heatmap.ts';
import type { PredictRunner } from './trainer.ts';

export interface ExternalTeacher {
  /** sha256 of the network and of all that makes targets of what it sees, hex. */
  readonly digest: string;
  readonly runner: PredictRunner;
  dispose(): Promise<void>;
}

export interface ExternalTeacherOptions {
  readonly network: ExternalNetwork;
  readonly map: JointMap;
  /** Of the run's crops. */
  readonly spec: CropSpec;
  /** Of the run. */
  readonly heatmap: Size;
  /** The run's targets, for joints that are not resampled; heatmap px. */
  readonly codec: Codec;
  /** Of the run's targets, heatmap px. */
  readonly sigma: number;
}

export function externalTeacher(options: ExternalTeacherOptions): ExternalTeacher {
  const { network, map, spec, heatmap, codec, sigma } = options;
  const viewFromNetwork = viewFromExternalInput(network, spec);
  const facts = [network.digest, map.parts, viewFromNetwork, heatmap, codec.name, sigma];
  return {
    digest: createHash('sha256').update(JSON.stringify(facts)).digest('hex'),
    runner: {
      run: async (calls) => {
        const outputs = [];
        for (const call of calls) outputs.push(await teachOne(call, viewFromNetwork, options));
        return outputs;
      },
    },
    dispose: () => network.dispose(),
  };
}

/**
 * Pixels of the network's input to pixels of a run's input view, both around the same person: the person's field, which the
 * view shows `spec.boxScale` times enlarged, grown to the network's aspect and enlarged by the network's own factor.
 */
export function viewFromExternalInput(
  network: Pick<ExternalNetwork, 'input' | 'boxScale' | 'origin'>,
  spec: Pick<CropSpec, 'input' | 'boxScale' | 'origin'>,
): Affine {
  const aspect = network.input.width / network.input.height;
  const person = {
    width: spec.input.width / spec.boxScale,
    height: spec.input.height / spec.boxScale,
  };
  const width = Math.max(person.width, person.height * aspect) * network.boxScale;
  const k = width / network.input.width;
  const centre = (length: number, origin: CropSpec['origin']) =>
    length / 2 - (origin === 'edges' ? 0.5 : 0);
  const shift = (axis: keyof Size) =>
    centre(spec.input[axis], spec.origin) - k * centre(network.input[axis], network.origin);
  return [k, 0, shift('width'), 0, k, shift('height')];
}

async function teachOne(
  { crops, views }: Inputs<'crops' | 'views'>,
  viewFromNetwork: Affine,
  options: ExternalTeacherOptions,
) {
  const { network, spec, map, heatmap } = options;
  const { stored } = spec;
  const [bytes, count] = [stored.width * stored.height * 3, views.length / 8];
  const pictures = Array.from({ length: count }, (_, i) =>
    warpRgb(crops.subarray(i * bytes, (i + 1) * bytes) as Uint8Array, stored, {
      size: network.input,
      sourceFromResult: compose(affineAt(views as Float32Array, i), viewFromNetwork),
      padding: 'zero',
      fill: network.fill,
    }),
  );
  const joints = map.parts.length;
  const size = heatmap.width * heatmap.height * joints;
  const data = new Float32Array(count * size);
  for (let first = 0; first < count; first += network.batch) {
    const sights = await network.look(pictures.slice(first, first + network.batch));
    sights.forEach((sight, i) => {
      writeTarget(
        sight,
        viewFromNetwork,
        options,
        data.subarray((first + i) * size, (first + i + 1) * size),
      );
    });
  }
  return {
    heatmaps: { shape: [count, heatmap.height, heatmap.width, joints], data },
    peak: { shape: [], data: Float32Array.of(meanPeak(data, size, joints)) },
  };
}

function affineAt(views: Float32Array, i: number): Affine {
  const [a, b, c, d, e, f] = views.subarray(8 * i, 8 * i + 6) as unknown as Affine;
  return [a, b, c, d, e, f];
}

/**
 * Joints that are one joint of the network's heatmaps are resampled from them; all others are drawn, as high as their score.
 * @param out [height, width, joints] of the run's heatmaps, all zero on entry
 */
function writeTarget(
  { keypoints, heatmaps }: Sight,
  viewFromNetwork: Affine,
  { map, spec, heatmap, codec, sigma }: ExternalTeacherOptions,
  out: Float32Array,
): void {
  const joints = map.parts.length;
  const stride = spec.input.width / heatmap.width;
  const seen = mapKeypoints(map, keypoints);
  const inView = seen.map((joint, i) => ({
    ...apply(viewFromNetwork, joint),
    v: map.parts[i]!.length > 0 && joint.score > 0 ? (2 as const) : (0 as const),
  }));
  const align = alignOf(codec, spec.origin);
  codec.encode(inView, { heatmap, stride, sigma, origin: align }, out);
  for (let i = 0; i < out.length; i++) out[i]! *= Math.max(0, seen[i % joints]!.score);
  if (!heatmaps) return;
  const viewFromMap = compose(viewFromNetwork, heatmaps.inputFromMap);
  const frame = {
    sourceFromTarget: compose(invert(viewFromMap), inputFromHeatmap(stride, align, heatmap)),
    size: heatmap,
  };
  map.parts.forEach((parts, joint) => {
    if (parts.length !== 1) return;
    warpHeatmap(heatmaps, parts[0]!.joint, frame, (value, pixel) => {
      out[pixel * joints + joint] = value;
    });
  });
}

/** Mean over samples and joints of the maps' maxima. */
function meanPeak(data: Float32Array, size: number, joints: number): number {
  const peaks = new Float32Array((data.length / size) * joints).fill(-Infinity);
  data.forEach((value, i) => {
    const map = Math.floor(i / size) * joints + (i % joints);
    if (value > peaks[map]!) peaks[map] = value;
  });
  return peaks.reduce((sum, peak) => sum + peak, 0) / peaks.length;
}
