// Draws from ranges: the few distributions that a demo figure is made of.
import type { Rng } from '../pose/random.ts';

/** Uniform in [low, high). */
export function between(random: Rng, low: number, high: number): number {
  return low + (high - low) * random.uniform();
}

/** Uniform integer in low … high, both included. */
export function integerBetween(random: Rng, low: number, high: number): number {
  return low + random.integer(high - low + 1);
}

/** A colour, each channel uniform, as SVG writes it. */
export function colour(random: Rng): string {
  const channel = () => integerBetween(random, 0, 254);
  return `rgb(${channel()},${channel()},${channel()})`;
}
