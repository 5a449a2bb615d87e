// Runs a tensor function on an engine: prepared once for its shapes, called with as many inputs as a test likes.
import { onTestFinished } from 'vitest';
import { openEngine } from '../../src/engine/choose.ts';
import type { EngineName, Outputs, Tensors } from '../../src/engine/types.ts';

export type Compute<I extends string, O extends string> = (
  inputs: Readonly<Record<I, ArrayLike<number>>>,
) => Promise<Outputs<O>>;

/** The session is closed when the test that asked for it ends. */
export async function computer<I extends string, O extends string>(
  engine: EngineName,
  shapes: Readonly<Record<I, readonly number[]>>,
  work: (inputs: Tensors<I>) => Tensors<O>,
): Promise<Compute<I, O>> {
  const session = await (await openEngine({ name: engine, threads: 1 })).open({});
  onTestFinished(() => session.dispose());
  const specs = Object.fromEntries(
    Object.entries<readonly number[]>(shapes).map(([name, shape]) => [
      name,
      { shape, dtype: 'float32' as const },
    ]),
  ) as Record<I, { shape: readonly number[]; dtype: 'float32' }>;
  const runner = await session.compile<I, O>(
    { name: 'compute', run: (_, inputs) => ({ state: {}, outputs: work(inputs) }) },
    specs,
  );
  return async (inputs) => {
    const arrays = Object.fromEntries(
      Object.entries<ArrayLike<number>>(inputs).map(([name, values]) => [
        name,
        Float32Array.from(values),
      ]),
    ) as Record<I, Float32Array>;
    const [outputs] = await runner.run([arrays]);
    return outputs!;
  };
}

/** Numbers of a fixed stream in [from, to). */
export function noise(length: number, seed: number, from = -1, to = 1): Float32Array {
  let word = (seed * 2654435761) >>> 0;
  return Float32Array.from({ length }, () => {
    word = (Math.imul(word ^ (word >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    return from + ((to - from) * (word >>> 8)) / 2 ** 24;
  });
}
