// Schedules as pure functions of the step.

/** Learning rate x0.1 at each milestone, given as fractions of the run (PyTorch MultiStepLR). @param step counts from 1 */
export function multiStep(
  step: number,
  { base, milestones, steps }: { base: number; milestones: readonly number[]; steps: number },
): number {
  const passed = milestones.filter((fraction) => step > Math.floor(fraction * steps)).length;
  return base * 0.1 ** passed;
}

export interface Schedule {
  readonly name: 'step' | 'cosine' | 'constant';
  readonly base: number;
  /** Of the run. */
  readonly steps: number;
  /** `step` only: fractions of the run. */
  readonly milestones: readonly number[];
  /** Over so many steps the rate grows linearly from base / warmup to what the schedule says; below `steps`. */
  readonly warmup: number;
}

/** Above 0 at every step of the run. @param step counts from 1 */
export function learningRateAt(step: number, schedule: Schedule): number {
  const { name, base, steps, warmup } = schedule;
  const rate = name === 'step' ? multiStep(step, schedule) : base;
  const shape = name === 'cosine' ? cosine(step - warmup, steps - warmup) : 1;
  return rate * shape * (step < warmup ? step / warmup : 1);
}

/** From 1 at the first step down towards 0 after the last (PyTorch CosineAnnealingLR; Loshchilov & Hutter, ICLR 2017). */
const cosine = (step: number, steps: number): number =>
  0.5 * (1 + Math.cos((Math.PI * Math.max(0, step - 1)) / steps));

/** Linear from 0 to `weight` over the first `ramp` steps; constant for ramp 0. @param step counts from 1 */
export function rampUp(step: number, weight: number, ramp: number): number {
  return ramp > 0 ? weight * Math.min(1, step / ramp) : weight;
}
