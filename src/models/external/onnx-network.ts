// Any heatmap network in an ONNX file, with what its side file declares about it.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { openOnnxFile, type OnnxFile } from '../../engine/external/onnx-file.ts';
import type { OnnxArray, OnnxPort } from '../../engine/external/ports.ts';
import type { NamedArray } from '../../engine/types.ts';
import { apply } from '../../pose/affine.ts';
import { kernelSize } from '../../pose/blur.ts';
import { decodeHeatmaps } from '../../pose/decode.ts';
import type { Size } from '../../pose/types.ts';
import { inputFromMap, type Heatmaps } from '../../pose/warp-heatmap.ts';
import type { ExternalNetwork, Sight } from './external-network.ts';
import { skeletonOf, type OnnxSpec } from './onnx-spec.ts';

/** @throws Error naming the file and the port or shape that does not fit the declaration */
export async function openOnnxNetwork(
  file: string,
  spec: OnnxSpec,
  options: { readonly threads?: number | undefined } = {},
): Promise<ExternalNetwork> {
  const network = await openOnnxFile(file, options);
  try {
    const input = portNamed(network.inputs, spec.input.name, `${file}: input`);
    const output = portNamed(network.outputs, spec.output.name, `${file}: output`);
    const fixed = input.shape[0];
    const batch = typeof fixed === 'number' && fixed > 0 ? fixed : spec.batch;
    const looker = { network, file, spec, input, output, batch, isFixed: fixed === batch };
    const { width, height } = spec.input;
    const blank = new Uint8Array(width * height * 3);
    await look(looker, [blank]); // what does not fit is told before any picture is read
    const hash = createHash('sha256')
      .update(await readFile(file))
      .update(JSON.stringify(spec));
    return {
      name: file,
      digest: hash.digest('hex'),
      skeleton: skeletonOf(spec),
      input: { width, height },
      boxScale: spec.boxScale,
      origin: spec.origin,
      fill: meanColour(spec),
      batch,
      decoding: spec.decode,
      look: (pictures) => look(looker, pictures),
      dispose: () => network.dispose(),
    };
  } catch (error) {
    await network.dispose();
    throw error;
  }
}

interface Looker {
  readonly network: OnnxFile;
  readonly file: string;
  readonly spec: OnnxSpec;
  readonly input: OnnxPort;
  readonly output: OnnxPort;
  readonly batch: number;
  /** The file takes `batch` pictures and no other number. */
  readonly isFixed: boolean;
}

async function look(looker: Looker, pictures: readonly Uint8Array[]): Promise<Sight[]> {
  const { network, file, spec, input, output, batch, isFixed } = looker;
  const count = isFixed ? batch : pictures.length;
  const padded = Array.from({ length: count }, (_, i) => pictures[i] ?? pictures[0]!);
  const results = await network
    .run({ [input.name]: packPictures(padded, spec) })
    .catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${file} does not take what its description declares: ${reason}`, { cause });
    });
  const found = results[output.name];
  if (!found) throw new Error(`${file}: output ${output.name} is not made of float32 numbers`);
  return heatmapsOf(found, looker)
    .slice(0, pictures.length)
    .map((maps) => sight(maps, spec));
}

/** Pictures as the network takes them. */
function packPictures(
  pictures: readonly Uint8Array[],
  { input: { width, height, layout, type, channels, scale, mean, std } }: OnnxSpec,
): OnnxArray {
  const pixels = width * height;
  const numbers = pictures.length * pixels * 3;
  const data =
    type === 'uint8'
      ? new Uint8Array(numbers)
      : type === 'int32'
        ? new Int32Array(numbers)
        : new Float32Array(numbers);
  const [step, between] = layout === 'NCHW' ? [1, pixels] : [3, 1];
  pictures.forEach((picture, n) => {
    for (let channel = 0; channel < 3; channel++) {
      const from = channels === 'RGB' ? channel : 2 - channel;
      const to = n * pixels * 3 + channel * between;
      for (let i = 0; i < pixels; i++) {
        data[to + i * step] = (picture[3 * i + from]! * scale - mean[channel]!) / std[channel]!;
      }
    }
  });
  const one = layout === 'NCHW' ? [3, height, width] : [height, width, 3];
  return { data, shape: [pictures.length, ...one] };
}

/** The output as one array of heatmaps a picture, channels last. */
function heatmapsOf({ shape, data }: NamedArray, { file, output, spec }: Looker): Heatmaps[] {
  const isFirst = spec.output.layout === 'NCHW';
  const [count = 0, ...one] = shape;
  const [joints, height, width] = isFirst ? one : [one[2], one[0], one[1]];
  if (shape.length !== 4 || joints !== spec.joints.length) {
    throw new Error(
      `${file}: output ${output.name} is [${shape.join(', ')}]; expected ${spec.output.layout} with ${spec.joints.length} joints: ${spec.joints.join(', ')}`,
    );
  }
  const size: Size = { width: width!, height: height! };
  const pixels = size.width * size.height;
  return Array.from({ length: count }, (_, n) => {
    const own = data.subarray(n * pixels * joints, (n + 1) * pixels * joints);
    if (!isFirst) return { data: own, size, joints };
    const turned = new Float32Array(own.length);
    for (let joint = 0; joint < joints; joint++)
      for (let i = 0; i < pixels; i++) turned[i * joints + joint] = own[joint * pixels + i]!;
    return { data: turned, size, joints };
  });
}

function sight(heatmaps: Heatmaps, spec: OnnxSpec): Sight {
  const { data, size, joints } = heatmaps;
  const { input, origin, align = origin, decode: refine, sigma, targets } = spec;
  const options = { batch: 1, heatmap: size, joints, refine, kernel: kernelSize(sigma) };
  const toInput = inputFromMap(size, input, align);
  const keypoints = decodeHeatmaps(data, options)[0]!.map((peak) => ({
    ...apply(toInput, peak),
    score: peak.score,
  }));
  if (targets === 'encode') return { keypoints };
  return { keypoints, heatmaps: { ...heatmaps, inputFromMap: toInput } };
}

function portNamed(ports: readonly OnnxPort[], name: string | undefined, what: string): OnnxPort {
  const found = name === undefined && ports.length === 1 ? ports[0] : undefined;
  const port = found ?? ports.find((one) => one.name === name);
  if (port) return port;
  const names = ports.map((one) => one.name).join(', ');
  throw new Error(
    name === undefined
      ? `${what}: expected a name, the file has several: ${names}`
      : `${what} ${name}: the file has ${names}`,
  );
}

/** The colour that is 0 after normalisation, where it is one. */
function meanColour({ input: { mean, scale, channels } }: OnnxSpec): [number, number, number] {
  const [a, b, c] = mean.map((value) => Math.min(255, Math.max(0, Math.round(value / scale))));
  return channels === 'RGB' ? [a!, b!, c!] : [c!, b!, a!];
}
