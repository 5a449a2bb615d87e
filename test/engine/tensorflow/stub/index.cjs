// Stands for tfjs-node: registers a backend that has the binding and computes nothing.
'use strict';
const tf = require('@tensorflow/tfjs');
const binding = require('./lib/napi-v8/tfjs_binding.node');

class Backend extends tf.KernelBackend {
  binding = binding;
  isUsingGpuDevice = false;
}
tf.registerBackend('tensorflow', () => new Backend(), 3);
// The engine wraps this one.
tf.registerKernel({
  kernelName: 'Conv2DBackpropFilter',
  backendName: 'tensorflow',
  kernelFunc: () => undefined,
});
tf.setBackend('tensorflow');
