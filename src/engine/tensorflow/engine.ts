// The tensorflow engine: steps run as they are, on TensorFlow's own kernels through tfjs-node.
import { eagerEngine } from '../eager.ts';
import type { Engine } from '../types.ts';
import { loadTensorflow } from './load.ts';

/** @throws an Error that says what is missing and what to do */
export function tensorflowEngine({ threads }: { readonly threads?: number } = {}): Engine {
  const { version, binding, isOnGpu } = loadTensorflow(threads);
  const device = isOnGpu ? 'gpu' : 'cpu';
  return eagerEngine(
    'tensorflow',
    `tensorflow ${version} ${device} (${binding.name} ${binding.version})`,
  );
}
