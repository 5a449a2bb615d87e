// heatstream export RUN --out FILE
import { UsageError } from '../config/resolve.ts';
import { EXPORT_FORMATS, exportModel, type ExportFormat } from '../pipeline/export-model.ts';
import type { Size } from '../pose/types.ts';
import type { Invocation } from './commands.ts';
import { optionsOf } from './session.ts';

export async function run(invocation: Invocation): Promise<number> {
  const { json } = optionsOf(['json'], invocation);
  const [model] = invocation.positional;
  const flags = invocation.flags as Readonly<Record<string, string | undefined>>;
  const out = flags['out'];
  if (model === undefined || out === undefined) {
    throw new UsageError('name the run and the file: heatstream export runs/x --out model.onnx');
  }
  const size = flags['size'];
  const summary = await exportModel({
    run: model,
    out,
    format: formatOf(flags['format'] ?? out.slice(out.lastIndexOf('.') + 1)),
    network: flags['network'] as 'first' | 'second',
    size: size === undefined ? undefined : sizeOf(size),
  });
  const { deviation, tensors } = summary;
  const verified =
    deviation === undefined
      ? `${tensors} tensors`
      : `onnxruntime gives tfjs's heatmaps to ${deviation.toExponential(1)} of their maximum`;
  console.log(json ? JSON.stringify(summary) : `${summary.model} to ${out}: ${verified}`);
  return 0;
}

function formatOf(name: string): ExportFormat {
  if (name === 'pt') return 'pth';
  const found = EXPORT_FORMATS.find((format) => format === name);
  if (found) return found;
  throw new UsageError(`--format ${name}: expected one of ${EXPORT_FORMATS.join(', ')}`);
}

function sizeOf(text: string): Size {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  if (width === undefined || height === undefined) {
    throw new UsageError(`--size ${text}: expected WIDTHxHEIGHT in pixels, e.g. 192x256`);
  }
  return { width: Number(width), height: Number(height) };
}
