// Schedules as pure functions of the step.

/** Learning rate x0.1 at each milestone, given as fractions of the run (PyTorch MultiStepLR). @param step counts from 1 */
export function multiStep(
  step: number,
  { base, milestones, steps }: { base: number; milestones: readonly number[]; steps: number },
): number {
  const passed = milestones.filter((fraction) => step > Math.floor(fraction * steps)).length;
  return base * 0.1 ** passed;
}

/** Linear from 0 to `weight` over the first `ramp` steps; constant for ramp 0. @param step counts from 1 */
export function rampUp(step: number, weight: number, ramp: number): number {
  return ramp > 0 ? weight * Math.min(1, step / ramp) : weight;
}
