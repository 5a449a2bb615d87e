// A detector's output tensors, by name.

export interface OutputArray {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

export type Outputs = Readonly<Record<string, OutputArray>>;

/** @throws Error where there is none of this name, or none that holds numbers we read */
export function outputNamed(outputs: Outputs, name: string | undefined): OutputArray {
  const output = name === undefined ? undefined : outputs[name];
  if (output) return output;
  throw new Error(
    `expected an output ${name === undefined ? '' : `${name} `}of float32 or whole numbers, got ${Object.keys(outputs).join(', ') || 'none'}`,
  );
}

/** `[1, 8400, 84]` */
export function shapeText(shape: readonly (number | string)[]): string {
  return `[${shape.join(', ')}]`;
}
