// Opens the engine that a suite of tests runs on. HEATSTREAM_TEST_PROVIDER=webgpu|cuda puts onnxruntime on a graphics card.
import { openEngine, type EngineOptions } from '../../src/engine/choose.ts';
import type { Engine, Provider } from '../../src/engine/types.ts';

const testedProvider = (process.env['HEATSTREAM_TEST_PROVIDER'] ?? 'cpu') as Provider;

export const openTested = (options: Omit<EngineOptions, 'provider'>): Promise<Engine> =>
  openEngine({ ...options, provider: testedProvider });
