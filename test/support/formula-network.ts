// Networks with the formula weights of the golden files, and formula pictures in tfjs layout.
import type { NamedArray, StateArrays } from '../../src/engine/types.ts';
import type { ParameterSpec } from '../../src/models/layer.ts';
import type { Network } from '../../src/models/network.ts';
import { fromTorch } from '../../src/models/torch-layout.ts';
import { channelsLast } from './golden.ts';
import { formulaImage, formulaTensor } from './golden-formula.ts';

export interface Formula {
  readonly seed: number;
  readonly gain: number;
}

/** PyTorch's shape of a parameter: filters [out, in, kh, kw], up-convolution filters [in, out, kh, kw]. */
export function torchShape({ shape }: Pick<ParameterSpec, 'shape'>): readonly number[] {
  if (shape.length !== 4) return shape;
  const [kh, kw, from, to] = shape as [number, number, number, number];
  return [to, from, kh, kw];
}

/** Parameters and running statistics by state_dict name, tfjs layout. */
export function formulaWeights(network: Network, { seed, gain }: Formula): StateArrays {
  return Object.fromEntries(
    network.parameters.map((spec) => {
      const shape = torchShape(spec);
      return [
        spec.name,
        fromTorch({ shape, data: formulaTensor({ name: spec.name, shape, seed, gain }) }),
      ];
    }),
  );
}

/** @param shape [n, channels, h, w]; the result is [n, h, w, channels]. */
export function formulaPictures(
  seed: number,
  shape: readonly [number, number, number, number],
): NamedArray {
  const [n, channels, height, width] = shape;
  return {
    shape: [n, height, width, channels],
    data: channelsLast(formulaImage(seed, shape), shape),
  };
}

/**
 * `2e-4` of a golden file's sentence about its tolerance.
 * @param otherwise what holds where the sentence says nothing of it: the tolerance of golden/README.md
 */
export function toleranceIn(
  sentence: string | undefined,
  pattern: RegExp,
  otherwise?: number,
): number {
  const found = pattern.exec(sentence ?? '')?.[1];
  if (found === undefined && otherwise !== undefined) return otherwise;
  if (found === undefined) {
    throw new Error(`Expected the tolerance "${sentence}" to match ${String(pattern)}`);
  }
  return Number(found);
}
