// Numbers to feed a network with, decided by a seed.

/** In [0, 1). */
export function numbers(length: number, seed: number): Float32Array {
  let at = seed;
  return Float32Array.from(
    { length },
    () => (at = (Math.imul(at, 1103515245) + 12345) & 0x7fffffff) / 0x80000000,
  );
}
