// Numbers for tests that look random and are the same everywhere.

/** `count` float32 values in [low, high), decided by `seed`. */
export function formula(seed: string, count: number, low: number, high: number): Float32Array {
  let state = 0x811c9dc5;
  for (const c of seed) state = Math.imul(state ^ c.codePointAt(0)!, 0x01000193);
  return Float32Array.from(
    { length: count },
    (_, i) => low + ((high - low) * mix(state + i)) / 2 ** 32,
  );
}

function mix(x: number): number {
  let v = x >>> 0;
  v = Math.imul(v ^ (v >>> 16), 0x7feb352d);
  v = Math.imul(v ^ (v >>> 15), 0x846ca68b);
  return (v ^ (v >>> 16)) >>> 0;
}
