// The folder of the golden files: test/golden, or the one that HEATSTREAM_GOLDEN names.
import { join } from 'node:path';

export const goldenRoot =
  process.env['HEATSTREAM_GOLDEN'] ?? join(import.meta.dirname, '..', 'golden');
