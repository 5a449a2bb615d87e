// Operators in float64, written from their definitions: what engines are measured against.

export interface Array64 {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** Element at a multi-index; `outside` beyond the edges. */
export function at({ shape, data }: Array64, index: readonly number[], outside = 0): number {
  let flat = 0;
  for (const [axis, i] of index.entries()) {
    if (i < 0 || i >= shape[axis]!) return outside;
    flat = flat * shape[axis]! + i;
  }
  return data[flat]!;
}

export function build(shape: readonly number[], value: (index: number[]) => number): Array64 {
  const data = new Float64Array(sizeOf(shape));
  const index = shape.map(() => 0);
  for (let i = 0; i < data.length; i++) {
    data[i] = value(index);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
  return { shape, data };
}

/** f over broadcast operands. */
export function pointwise(f: (...x: number[]) => number, ...xs: readonly Array64[]): Array64 {
  const rank = Math.max(...xs.map((x) => x.shape.length));
  const lead = (x: Array64) => rank - x.shape.length;
  const shape = Array.from({ length: rank }, (_, i) =>
    Math.max(...xs.map((x) => (i < lead(x) ? 1 : x.shape[i - lead(x)]!))),
  );
  const read = (x: Array64, index: readonly number[]) =>
    at(
      x,
      x.shape.map((d, i) => (d === 1 ? 0 : index[i + lead(x)]!)),
    );
  return build(shape, (index) => f(...xs.map((x) => read(x, index))));
}

export function reduced(
  x: Array64,
  axes: readonly number[],
  f: (values: number[]) => number,
  keep = false,
): Array64 {
  const lists = new Map<string, number[]>();
  const kept = x.shape.map((d, i) => (axes.includes(i) ? 1 : d));
  build(x.shape, (index) => {
    const key = index.map((i, axis) => (axes.includes(axis) ? 0 : i)).join();
    lists.set(key, [...(lists.get(key) ?? []), at(x, index)]);
    return 0;
  });
  const { data } = build(kept, (index) => f(lists.get(index.join())!));
  return { shape: keep ? kept : x.shape.filter((_, i) => !axes.includes(i)), data };
}

/** x [N,H,W,C], w [kh,kw,C,O]; zero borders top and left, sizes as given. */
export const conv2d = (
  x: Array64,
  w: Array64,
  stride: number,
  [top, left]: readonly [number, number],
  [oh, ow]: readonly [number, number],
): Array64 =>
  build([x.shape[0]!, oh, ow, w.shape[3]!], ([n, i, j, o]) => {
    let sum = 0;
    for (let y = 0; y < w.shape[0]!; y++)
      for (let k = 0; k < w.shape[1]!; k++)
        for (let c = 0; c < w.shape[2]!; c++)
          sum +=
            at(x, [n!, i! * stride + y - top, j! * stride + k - left, c]) * at(w, [y, k, c, o!]);
    return sum;
  });

/** x [N,h,w,I], w [kh,kw,O,I]: every input pixel stamps the filter at stride * its place - border. */
export function conv2dTranspose(
  x: Array64,
  w: Array64,
  stride: number,
  border: number,
  [oh, ow]: readonly [number, number],
): Array64 {
  const out = build([x.shape[0]!, oh, ow, w.shape[2]!], () => 0);
  build([...x.shape.slice(0, 3), ...w.shape], ([n, i, j, y, k, o, c]) => {
    const [row, column] = [i! * stride + y! - border, j! * stride + k! - border];
    if (row >= 0 && row < oh && column >= 0 && column < ow) {
      out.data[((n! * oh + row) * ow + column) * w.shape[2]! + o!]! +=
        at(x, [n!, i!, j!, c!]) * at(w, [y!, k!, o!, c!]);
    }
    return 0;
  });
  return out;
}

export const maxPool = (
  x: Array64,
  k: number,
  stride: number,
  [oh, ow]: readonly [number, number],
  border = 0,
): Array64 =>
  build([x.shape[0]!, oh, ow, x.shape[3]!], ([n, i, j, c]) => {
    let best = -Infinity;
    for (let y = 0; y < k; y++)
      for (let z = 0; z < k; z++)
        best = Math.max(
          best,
          at(x, [n!, i! * stride + y - border, j! * stride + z - border, c!], -Infinity),
        );
    return best;
  });

export const matMul = (a: Array64, b: Array64, turnA = false, turnB = false): Array64 => {
  const rank = a.shape.length;
  const get = (x: Array64, lead: number[], r: number, c: number, turn: boolean) =>
    at(x, turn ? [...lead, c, r] : [...lead, r, c]);
  const inner = a.shape[rank - (turnA ? 2 : 1)]!;
  return build(
    [...a.shape.slice(0, -2), a.shape[rank - (turnA ? 1 : 2)]!, b.shape[rank - (turnB ? 2 : 1)]!],
    (index) => {
      const [lead, r, c] = [index.slice(0, -2), index.at(-2)!, index.at(-1)!];
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += get(a, lead, r, k, turnA) * get(b, lead, k, c, turnB);
      return sum;
    },
  );
};

/** Value of a picture between its pixels; `edge` repeats the outermost pixel, otherwise it is 0 outside. */
export function sample(
  x: Array64,
  n: number,
  row: number,
  column: number,
  c: number,
  edge: boolean,
): number {
  const clamp = (v: number, size: number) => (edge ? Math.min(size - 1, Math.max(0, v)) : v);
  const [y, z] = [clamp(row, x.shape[1]!), clamp(column, x.shape[2]!)];
  const [i, j] = [Math.floor(y), Math.floor(z)];
  let sum = 0;
  for (const [a, wa] of [
    [i, 1 - (y - i)],
    [i + 1, y - i],
  ] as const)
    for (const [b, wb] of [
      [j, 1 - (z - j)],
      [j + 1, z - j],
    ] as const)
      if (wa * wb !== 0)
        sum +=
          wa *
          wb *
          at(x, [n, edge ? clamp(a, x.shape[1]!) : a, edge ? clamp(b, x.shape[2]!) : b, c]);
  return sum;
}

export const warp = (
  x: Array64,
  transforms: Array64,
  [oh, ow]: readonly [number, number],
  edge: boolean,
): Array64 =>
  build([x.shape[0]!, oh, ow, x.shape[3]!], ([n, i, j, c]) => {
    const m = (k: number) => at(transforms, [transforms.shape[0] === 1 ? 0 : n!, k]);
    const depth = m(6) * j! + m(7) * i! + 1;
    const column = (m(0) * j! + m(1) * i! + m(2)) / depth;
    const row = (m(3) * j! + m(4) * i! + m(5)) / depth;
    return sample(x, n!, row, column, c!, edge);
  });

/** One partial derivative: d / d inputs[input].data[place]. */
export interface Partial64 {
  readonly input: number;
  readonly place: number;
  readonly value: number;
}

/** Central differences of sum(f(inputs) * weights), at 20 places of every input that are spread over it. */
export function gradients(
  f: (...xs: Array64[]) => Array64,
  inputs: readonly Array64[],
  weights: Float64Array,
): Partial64[] {
  const h = 1e-5;
  const total = (xs: readonly Array64[]) =>
    f(...xs).data.reduce((sum, y, i) => sum + y * weights[i]!, 0);
  return inputs.flatMap((x, input) => {
    const count = Math.min(20, x.data.length);
    return Array.from({ length: count }, (_, i) => {
      const place = Math.floor(((i + 0.5) * x.data.length) / count);
      const moved = (by: number) =>
        inputs.map((other, k) =>
          k === input ? { ...x, data: x.data.with(place, x.data[place]! + by) } : other,
        );
      return { input, place, value: (total(moved(h)) - total(moved(-h))) / (2 * h) };
    });
  });
}
