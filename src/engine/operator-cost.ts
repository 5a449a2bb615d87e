// Whether a step should rather call few operators on much than many on little.
import { tf } from './tf.ts';

/** On backends that are called once an operator, through a binding; a recorded step is joined when it is compiled. */
export const areOperatorsCostly = (): boolean => ['tensorflow', 'webgpu'].includes(tf.getBackend());
