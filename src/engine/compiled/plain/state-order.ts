// In which order state entries rest under the plain lowering.
import { identity, oihw } from './stored.ts';

/** Filters rest as [out, in, height, width], everything else as it is: what convolutions read without a transpose. */
export const stateOrder = (shape: readonly number[]): readonly number[] =>
  shape.length === 4 ? oihw : identity(shape.length);
