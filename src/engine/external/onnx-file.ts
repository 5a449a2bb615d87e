// Runs a network from an ONNX file that heatstream did not write. Knows arrays and names, nothing of pictures or poses.
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { defaultThreads } from '../compiled/threads.ts';
import { WorkerLink } from '../compiled/worker/link.ts';
import type { NamedArray } from '../types.ts';
import type { OnnxArray, OnnxPorts } from './ports.ts';

export interface OnnxFile extends OnnxPorts {
  /** Outputs of float32, int32 and int64 by name, all as float32; others are left out. Throws with onnxruntime's reason. */
  run(feeds: Readonly<Record<string, OnnxArray>>): Promise<Readonly<Record<string, NamedArray>>>;
  dispose(): Promise<void>;
}

/** Runs on a worker of its own, so that the event loop goes on. @throws Error naming the file and what is wrong with it */
export async function openOnnxFile(
  file: string,
  { threads = defaultThreads() }: { readonly threads?: number | undefined } = {},
): Promise<OnnxFile> {
  if (!(await stat(file).catch(() => undefined))?.isFile())
    throw new Error(`no ONNX file at ${file}`);
  const link = new WorkerLink({ threads, provider: 'cpu' });
  const opened = await link.ask({ kind: 'open', file: resolve(file) }).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new Error(`${file} cannot be opened as ONNX: ${reason}`, { cause });
  });
  if (opened instanceof Error) {
    await link.close();
    throw opened;
  }
  return {
    ...(opened as OnnxPorts),
    run: async (feeds) =>
      (await link.ask({ kind: 'infer', feeds })) as Readonly<Record<string, NamedArray>>,
    dispose: () => link.close(),
  };
}
