// One optimiser step of all parameters. Where every operator has its price, the small ones are updated as one long vector.
import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import { areOperatorsCostly } from '../engine/operator-cost.ts';
import { tf } from '../engine/tf.ts';
import type { Optimizer, Updated } from './optimizer.ts';

export interface Parameter {
  readonly weight: Tensor;
  /** In the order of the optimiser's prefixes. */
  readonly slots: readonly Tensor[];
  readonly gradient: Tensor;
}

/** Numbers of a parameter above which copying it into the vector costs more than its operators. */
const SMALL = 2 ** 14;

/**
 * @param isJoined small parameters as one vector; the numbers are the same
 * @returns one a parameter, in their order
 */
export function updateAll(
  optimizer: Optimizer,
  parameters: readonly Parameter[],
  rates: Tensor1D,
  isJoined: boolean = areOperatorsCostly(),
): Updated[] {
  const update = ({ weight, slots, gradient }: Parameter) =>
    optimizer.update(weight, slots, gradient, rates);
  const small = isJoined ? parameters.filter(({ weight }) => weight.size <= SMALL) : [];
  if (small.length < 2) return parameters.map(update);
  const together = apart(update(joined(small)), small);
  return parameters.map((parameter) => together.get(parameter) ?? update(parameter));
}

function joined(parameters: readonly Parameter[]): Parameter {
  const all = (tensorOf: (parameter: Parameter) => Tensor) =>
    tf.concat(parameters.map((parameter) => tf.reshape(tensorOf(parameter), [-1])));
  return {
    weight: all(({ weight }) => weight),
    slots: parameters[0]!.slots.map((_, k) => all(({ slots }) => slots[k]!)),
    gradient: all(({ gradient }) => gradient),
  };
}

function apart(
  { weight, slots }: Updated,
  parameters: readonly Parameter[],
): ReadonlyMap<Parameter, Updated> {
  const sizes = parameters.map((parameter) => parameter.weight.size);
  const split = (whole: Tensor) =>
    tf.split(whole, sizes).map((part, i) => tf.reshape(part, parameters[i]!.weight.shape));
  const [weights, kept] = [split(weight), slots.map(split)];
  return new Map(
    parameters.map((parameter, i) => [
      parameter,
      { weight: weights[i]!, slots: kept.map((parts) => parts[i]!) },
    ]),
  );
}
