// The random numbers of the extras that are drawn inside the step: rectangles, the joints they cover, and mixing ratios.
import type { ArraySpec } from '../engine/types.ts';
import type { Rng } from '../pose/random.ts';
import type { Size } from '../pose/types.ts';
import { isPictureOperation, type Extra, type View } from './view.ts';

/** Rectangles reach 10 … 19 pixels to each side, and joints are missed by a deviation of 10, on inputs 256 pixels high. */
const HALF_SIZES = { from: 10, count: 10 };
const JITTER = 10;
const REFERENCE_HEIGHT = 256;

export interface ExtraSizes {
  readonly batch: number;
  readonly joints: number;
  readonly input: Size;
  /** Pixels are as many on every input, as in the reference; by default they grow with the input's height. */
  readonly isAbsolute?: boolean;
}

/** Names an input of the step: what `part` of the extra at `index` of the view of network `network` needs. */
export const extraInput = (network: number, index: number, part: 'boxes' | 'joints' | 'ratio') =>
  `extra${index}.${network}.${part}`;

/**
 * Inputs of the step for the extras of a view, for each of `networks`.
 * `boxes` [batch, n, 4]: x, y (an offset where joints are hit, else the centre), half width, half height, in input pixels;
 * `joints` [batch, n, joints] marks the joint hit (own joints, then the donor's for cut-occlude); `ratio` [batch] own share.
 */
export function extraInputs(
  view: View,
  networks: number,
  { batch, joints }: ExtraSizes,
): Record<string, ArraySpec> {
  const specs: Record<string, ArraySpec> = {};
  const float = (...shape: number[]): ArraySpec => ({ shape, dtype: 'float32' });
  for (let network = 0; network < networks; network++) {
    view.extras.forEach((extra, index) => {
      if (isPictureOperation(extra)) return;
      if (extra.kind === 'mixup') specs[extraInput(network, index, 'ratio')] = float(batch);
      if (!('count' in extra)) return;
      specs[extraInput(network, index, 'boxes')] = float(batch, extra.count, 4);
      const hit = jointsHit(extra);
      if (hit > 0) specs[extraInput(network, index, 'joints')] = float(batch, hit, joints);
    });
  }
  return specs;
}

/** @param random one stream a (network, sample) */
export function drawExtras(
  view: View,
  networks: number,
  sizes: ExtraSizes,
  random: (network: number, sample: number) => Rng,
): Record<string, Float32Array> {
  const specs = extraInputs(view, networks, sizes);
  const drawn = Object.fromEntries(
    Object.entries(specs).map(([name, { shape }]) => [
      name,
      new Float32Array(shape.reduce((product, n) => product * n, 1)),
    ]),
  );
  for (let network = 0; network < networks; network++) {
    for (let sample = 0; sample < sizes.batch; sample++) {
      const stream = random(network, sample);
      view.extras.forEach((extra, index) => {
        const part = (name: 'boxes' | 'joints' | 'ratio', length: number) =>
          drawn[extraInput(network, index, name)]?.subarray(sample * length, (sample + 1) * length);
        part('ratio', 1)?.fill(mixingRatio(stream));
        const count = 'count' in extra ? extra.count : 0;
        const hit = jointsHit(extra);
        const boxes = part('boxes', count * 4);
        if (boxes) fillBoxes(boxes, hit > 0, sizes, stream);
        const joints = part('joints', hit * sizes.joints);
        for (let i = 0; joints && i < hit; i++) {
          joints[i * sizes.joints + stream.integer(sizes.joints)] = 1;
        }
      });
    }
  }
  return drawn;
}

function jointsHit(extra: Extra): number {
  if (extra.kind === 'joint-cutout') return extra.count;
  return extra.kind === 'cut-occlude' ? 2 * extra.count : 0;
}

function fillBoxes(
  boxes: Float32Array,
  isOffset: boolean,
  { input, isAbsolute = false }: ExtraSizes,
  random: Rng,
): void {
  const scale = isAbsolute ? 1 : input.height / REFERENCE_HEIGHT;
  const half = () => scale * (HALF_SIZES.from + random.integer(HALF_SIZES.count));
  for (let i = 0; i < boxes.length; i += 4) {
    const position = isOffset
      ? [JITTER * scale * random.normal(), JITTER * scale * random.normal()]
      : [random.integer(input.width), random.integer(input.height)];
    boxes.set([...position, half(), half()], i);
  }
}

/** 1 - b / 4 with b of Beta(0.2, 0.2), by Jöhnk's method: the own picture keeps three quarters or more. */
function mixingRatio(random: Rng): number {
  for (;;) {
    const [x, y] = [random.uniform() ** 5, random.uniform() ** 5];
    if (x + y > 0 && x + y <= 1) return 1 - (0.25 * x) / (x + y);
  }
}
