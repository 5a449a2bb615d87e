// The one tfjs instance of the process. tfjs ships CommonJS; loading it through require keeps a single copy of its registry.
import { createRequire } from 'node:module';

export type TF = typeof import('@tensorflow/tfjs');

export const tf = createRequire(import.meta.url)('@tensorflow/tfjs') as TF;

// Without this tfjs greets every process on stderr.
tf.enableProdMode();
