// Measures the pace of training: milliseconds a step, without the start and without interruptions.

export interface Pacing {
  /** Called when a group of steps has been trained. */
  tick(steps: number): void;
  /** Median over groups behind the first `warmUp` steps; undefined where there are none. */
  medianMs(): number | undefined;
}

/** @param now milliseconds. @param warmUp steps that are not counted: first calls touch memory for the first time. */
export function createPacing(now: () => number, warmUp = 20): Pacing {
  let last: number | undefined;
  let steps = 0;
  const paces: number[] = [];
  return {
    tick(group) {
      const at = now();
      if (last !== undefined && steps >= warmUp) paces.push((at - last) / group);
      steps += group;
      last = at;
    },
    medianMs() {
      if (paces.length === 0) return undefined;
      return paces.toSorted((a, b) => a - b)[Math.floor(paces.length / 2)];
    },
  };
}
