// Random numbers keyed by (seed, purpose, step, sample): what one draws never depends on what others drew before.

export interface Rng {
  /** In [0, 1), a multiple of 2^-32. */
  readonly uniform: () => number;
  /** Mean 0, standard deviation 1. */
  readonly normal: () => number;
  /** In 0 … n - 1, each equally likely; n is an integer of 1 … 2^32. */
  readonly integer: (n: number) => number;
}

/**
 * An independent stream a key. `seed`, `step` and `sample` are safe integers; `purpose` is a short text such as `easy view`.
 * Bob Jenkins' sfc32 whose 128 bits of state are the hashed key.
 */
export function rng(seed: number, purpose: string, step: number, sample: number): Rng {
  const next = sfc32(hashKey(seed, purpose, step, sample));
  const uniform = () => next() / 2 ** 32;
  return {
    uniform,
    normal() {
      // Box-Muller; half a unit keeps the logarithm finite.
      const radius = Math.sqrt(-2 * Math.log((next() + 0.5) / 2 ** 32));
      return radius * Math.cos(2 * Math.PI * uniform());
    },
    integer(n) {
      if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) {
        throw new RangeError(`Expected n to be an integer of 1 … 2^32, got ${n}`);
      }
      // The first 2^32 mod n values would make small results more likely.
      const excess = 2 ** 32 % n;
      let word = next();
      while (word < excess) word = next();
      return word % n;
    },
  };
}

/** 0 … n - 1 in a random order that depends on (seed, purpose, epoch) alone. */
export function permutation(n: number, seed: number, purpose: string, epoch: number): Uint32Array {
  const random = rng(seed, purpose, epoch, n);
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

type Words = [number, number, number, number];

function hashKey(seed: number, purpose: string, step: number, sample: number): Words {
  const lanes: Words = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344];
  const absorb = (word: number) => {
    // Each lane also takes in its neighbour, so that four lanes hold more than four copies of one hash.
    for (let i = 0; i < 4; i++) {
      lanes[i] = mix(
        lanes[i]! ^ Math.imul(word + i, 0x9e3779b1) ^ Math.imul(lanes[(i + 1) % 4]!, 0x85ebca6b),
      );
    }
  };
  for (const [name, value] of Object.entries({ seed, step, sample })) {
    if (!Number.isSafeInteger(value)) {
      throw new RangeError(`Expected ${name} of "${purpose}" to be a safe integer, got ${value}`);
    }
    absorb(value >>> 0);
    absorb(Math.floor(value / 2 ** 32) >>> 0);
  }
  for (let i = 0; i < purpose.length; i++) absorb(purpose.charCodeAt(i));
  absorb(purpose.length);
  return lanes;
}

/** A bijection of 32-bit words in which every input bit moves every output bit (the finaliser of MurmurHash3). */
function mix(word: number): number {
  let x = word;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}

function sfc32([first, second, third, fourth]: Words): () => number {
  let [a, b, c, counter] = [first | 0, second | 0, third | 0, fourth | 0];
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };
  // The generator's own advice: the first rounds still show the seed.
  for (let i = 0; i < 12; i++) next();
  return next;
}
