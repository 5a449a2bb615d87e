// Builds an ONNX graph: shares equal nodes, drops what nobody reads. Dead simple on purpose: names in, names out.

/** ONNX element types by number (TensorProto.DataType). */
export const onnxType = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 } as const;
export type OnnxType = keyof typeof onnxType;

export type Attribute = number | string | readonly number[] | Float32Array | OnnxGraph;

export interface OnnxNode {
  readonly type: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface Initializer {
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: OnnxType;
  readonly bytes: Uint8Array;
}

/** A graph input or output; a string dimension is free, undefined says nothing of the shape. */
export interface Port {
  readonly name: string;
  readonly dims: readonly (number | string)[] | undefined;
  readonly type: OnnxType;
}

type Dims = NonNullable<Port['dims']>;

export class OnnxGraph {
  nodes: OnnxNode[] = [];
  initializers: Initializer[] = [];
  readonly inputs: Port[] = [];
  readonly outputs: Port[] = [];
  readonly #shared = new Map<string, readonly string[]>();
  /** What a Reshape was made from, so that chains of them shrink to one. */
  readonly #reshaped = new Map<string, string>();
  /** Dimensions, where they are known, so that a Reshape to what is there already disappears. */
  readonly #dims = new Map<string, string>();
  readonly #prefix: string;
  #count = 0;

  /** Parts that one Split may have. */
  readonly mostParts: number;

  /** @param prefix of names made here: a graph inside another must not reuse the outer one's */
  constructor({ prefix = '', mostParts = Infinity } = {}) {
    this.#prefix = prefix;
    this.mostParts = mostParts;
  }

  /** One result of a node. */
  op(
    type: string,
    inputs: readonly string[],
    attributes: Record<string, Attribute> = {},
    domain = '',
  ): string {
    return this.ops(type, inputs, attributes, 1, domain)[0]!;
  }

  /** All results of a node with `results` outputs. */
  ops(
    type: string,
    inputs: readonly string[],
    attributes: Record<string, Attribute>,
    results: number,
    domain = '',
  ): readonly string[] {
    const make = () => {
      const outputs = Array.from({ length: results }, () => this.#name('t'));
      this.nodes.push({ type, domain, inputs, outputs, attributes });
      return outputs;
    };
    return this.#once(
      `${domain}:${type}|${inputs.join()}|${results}|${attributeKey(attributes)}`,
      make,
    );
  }

  /**
   * An elementwise operator on values of these dimensions and on numbers, which have none. The runtime works in runs along the last
   * axes that are not broadcast: beside a number a filter of 1x1, [2048, 512, 1, 1], would be a million runs of one, so it goes in
   * as a vector.
   */
  elementwise(
    type: string,
    operands: readonly { readonly name: string; readonly isNumber: boolean }[],
    dims: readonly number[],
  ): string {
    const names = operands.map(({ name }) => name);
    const isCut = dims.length > 1 && dims.at(-1) === 1 && operands.some((x) => x.isNumber);
    if (!isCut) return this.op(type, names);
    const length = [dims.reduce((n, d) => n * d, 1)];
    const vectors = operands.map((x) => (x.isNumber ? x.name : this.reshape(x.name, length)));
    const made = this.op(type, vectors);
    this.#dims.set(made, length.join());
    return this.reshape(made, dims);
  }

  ints(values: readonly number[]): string {
    const bytes = () => new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    return this.#constant(`i|${values.join()}`, [values.length], 'int64', bytes);
  }

  scalar(value: number, type: OnnxType = 'float32'): string {
    const key = `s|${type}|${Object.is(value, -0) ? '-0' : value}`;
    return this.#constant(key, [], type, () => bytesOf([value], type));
  }

  /** @param key stands for the values among constants of this type and shape. */
  constant(
    values: ArrayLike<number>,
    dims: readonly number[],
    type: OnnxType,
    key: string,
  ): string {
    return this.#constant(`c|${type}|${dims.join('x')}|${key}`, dims, type, () =>
      bytesOf(values, type),
    );
  }

  reshape(x: string, dims: readonly number[]): string {
    const from = this.#reshaped.get(x) ?? x;
    const known = [x, from].find((name) => this.#dims.get(name) === dims.join());
    if (known !== undefined) return known;
    const name = this.op('Reshape', [from, this.ints(dims)]);
    this.#reshaped.set(name, from);
    this.#dims.set(name, dims.join());
    return name;
  }

  /** Parts of these lengths of a vector. */
  split(vector: string, lengths: readonly number[]): readonly string[] {
    if (lengths.length > this.mostParts) {
      const size = Math.ceil(lengths.length / this.mostParts);
      const groups = lengths.flatMap((_, i) => (i % size ? [] : [lengths.slice(i, i + size)]));
      const sums = groups.map((group) => group.reduce((sum, n) => sum + n, 0));
      return this.split(vector, sums).flatMap((part, i) => this.split(part, groups[i]!));
    }
    const inputs = [vector, this.ints(lengths)];
    const parts = this.ops('Split', inputs, { axis: 0 }, lengths.length);
    for (const [i, part] of parts.entries()) this.#dims.set(part, String(lengths[i]));
    return parts;
  }

  transpose(x: string, perm: readonly number[]): string {
    return perm.every((axis, i) => axis === i) ? x : this.op('Transpose', [x], { perm });
  }

  input(name: string, dims: Dims, type: OnnxType = 'float32'): string {
    this.inputs.push({ name, dims, type });
    this.#dims.set(name, dims.join());
    return name;
  }

  output(name: string, from: string, dims: Dims, type: OnnxType = 'float32'): void {
    this.nodes.push({
      type: 'Identity',
      domain: '',
      inputs: [from],
      outputs: [name],
      attributes: {},
    });
    this.outputs.push({ name, dims, type });
  }

  #constant(key: string, dims: readonly number[], type: OnnxType, bytes: () => Uint8Array): string {
    return this.#once(key, () => {
      const name = this.#name('c');
      this.initializers.push({ name, dims: [...dims], type, bytes: bytes() });
      return [name];
    })[0]!;
  }

  #once(key: string, make: () => readonly string[]): readonly string[] {
    const known = this.#shared.get(key);
    if (known) return known;
    const made = make();
    this.#shared.set(key, made);
    return made;
  }

  #name(prefix: string): string {
    return `${this.#prefix}${prefix}${this.#count++}`;
  }
}

function attributeKey(attributes: Record<string, Attribute>): string {
  return Object.entries(attributes)
    .map(([k, v]) => `${k}=${v instanceof OnnxGraph ? 'graph' : String(v)}`)
    .join(';');
}

function bytesOf(values: ArrayLike<number>, type: OnnxType): Uint8Array {
  if (type === 'float32') return new Uint8Array(Float32Array.from(values).buffer);
  if (type === 'int32') return new Uint8Array(Int32Array.from(values).buffer);
  if (type === 'int64')
    return new Uint8Array(BigInt64Array.from(Array.from(values), BigInt).buffer);
  return Uint8Array.from(values);
}
