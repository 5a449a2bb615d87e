// The formula numbers of golden/README.md: weights and pictures computed from a name, a seed and an index.

/** u(name, seed, i): 32 bits. */
export function formulaHash(name: string, seed: number, index: number): number {
  return mix((index + mix((fnv(name) ^ seed) >>> 0)) >>> 0);
}

/** r(name, seed, i): in [-1, 1). */
export function formulaNumber(name: string, seed: number, index: number): number {
  return formulaHash(name, seed, index) * (2 / 4294967296) - 1;
}

/** The first `length` of them. */
export function formulaNumbers(name: string, seed: number, length: number): Float32Array {
  const key = mix((fnv(name) ^ seed) >>> 0);
  const data = new Float32Array(length);
  for (let i = 0; i < length; i++) data[i] = mix((i + key) >>> 0) * (2 / 4294967296) - 1;
  return data;
}

export interface FormulaTensor {
  /** PyTorch state_dict name. */
  readonly name: string;
  /** PyTorch layout. */
  readonly shape: readonly number[];
  readonly seed: number;
  readonly gain: number;
  /** A 4-D weight of a ConvTranspose2d: deconv_layers.0, 3, 6 of SimpleBaseline. */
  readonly transposed?: boolean;
}

/** A tensor of a state_dict in PyTorch layout, rounded to float32. */
export function formulaTensor({
  name,
  shape,
  seed,
  gain,
  transposed = isDeconv(name, shape),
}: FormulaTensor): Float32Array {
  const length = shape.reduce((product, size) => product * size, 1);
  const [offset, factor] = affineOf(name, shape, gain, transposed);
  const key = mix((fnv(name) ^ seed) >>> 0);
  const data = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    data[i] =
      factor === 0 ? offset : offset + factor * (mix((i + key) >>> 0) * (2 / 4294967296) - 1);
  }
  return data;
}

/** The formula picture [n, c, h, w] in normalised space. */
export function formulaImage(
  seed: number,
  shape: readonly [number, number, number, number],
): Float32Array {
  const [n, channels, height, width] = shape;
  const rows = Math.ceil(height / 8);
  const columns = Math.ceil(width / 8);
  return Float32Array.from({ length: n * channels * height * width }, (_, i) => {
    const x = i % width;
    const y = Math.floor(i / width) % height;
    const plane = Math.floor(i / (width * height));
    const block = (plane * rows + Math.floor(y / 8)) * columns + Math.floor(x / 8);
    return (
      0.8 * formulaNumber('image.noise', seed, i) + 1.2 * formulaNumber('image.block', seed, block)
    );
  });
}

/** [offset, factor] of offset + factor * r. */
function affineOf(
  name: string,
  shape: readonly number[],
  gain: number,
  transposed: boolean,
): [number, number] {
  if (shape.length === 4) {
    const [, input, height, width] = shape as [number, number, number, number];
    // A stride-2 4x4 transposed convolution adds a quarter of its taps to each output; its first axis is the input.
    const fan = transposed ? (shape[0]! * height * width) / 4 : input * height * width;
    return [0, Math.sqrt((3 * gain) / fan)];
  }
  if (name.endsWith('.num_batches_tracked')) return [0, 0];
  if (name.endsWith('.running_var')) return [1, 0.25];
  if (name.endsWith('.bias') || name.endsWith('.running_mean')) return [0, 0.1];
  return [1, 0.1];
}

function isDeconv(name: string, shape: readonly number[]): boolean {
  return shape.length === 4 && /(^|\.)deconv_layers\.(0|3|6)\.weight$/.test(name);
}

export function fnv(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

function mix(word: number): number {
  let x = word;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}
