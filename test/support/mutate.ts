// Damages bytes the way disks, networks and enemies do: seeded, so that every case can be made again.
import { rng } from '../../src/pose/random.ts';

/** A damaged copy; `n` names the case. One to eight changes: bits, runs, cuts, insertions, repeats, large numbers. */
export function mutate(bytes: Buffer, seed: number, n: number): Buffer {
  const random = rng(seed, 'fuzz', 0, n);
  let mutant = Buffer.from(bytes);
  for (let change = random.integer(8); change >= 0; change--) {
    const at = random.integer(Math.max(1, mutant.length));
    const length = 1 + random.integer(32);
    switch (random.integer(7)) {
      case 0:
        if (mutant.length > 0) mutant[at]! ^= 1 << random.integer(8);
        break;
      case 1:
        mutant.subarray(at, at + length).fill(random.integer(256));
        break;
      case 2:
        mutant = mutant.subarray(0, at);
        break;
      case 3: {
        const noise = Buffer.from(Array.from({ length }, () => random.integer(256)));
        mutant = Buffer.concat([mutant.subarray(0, at), noise, mutant.subarray(at)]);
        break;
      }
      case 4:
        mutant = Buffer.concat([mutant.subarray(0, at), mutant.subarray(at + length)]);
        break;
      case 5:
        mutant = Buffer.concat([mutant, mutant.subarray(at, at + length * 8)]);
        break;
      default:
        // Sizes and lengths stand near the start: make one of them large.
        mutant.subarray(at % 64, (at % 64) + 2).fill(0xff);
    }
  }
  return Buffer.from(mutant);
}
