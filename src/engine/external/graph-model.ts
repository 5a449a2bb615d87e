// Runs a tfjs graph model from its files, on tfjs's wasm backend: its bilinear resize has half-pixel centres right.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { GraphModel, io } from '@tensorflow/tfjs';
import { tf } from '../tf.ts';
import { turn } from '../turn.ts';
import type { NamedArray } from '../types.ts';
import { prepareWasm } from '../wasm/prepare.ts';

export interface GraphFile {
  /** Of the one input. */
  readonly input: readonly number[];
  /** @param picture numbers in the shape of `input`, given to the model as int32. @returns its first output */
  run(picture: Uint8Array): Promise<NamedArray>;
  dispose(): Promise<void>;
}

interface ModelJson {
  readonly format?: string;
  readonly modelTopology?: object;
  readonly signature?: object;
  readonly weightsManifest?: readonly {
    readonly paths: readonly string[];
    readonly weights: readonly io.WeightsManifestEntry[];
  }[];
}

/** @param file model.json of a graph model with one input of fixed shape; its weights lie beside it. */
export async function openGraphModel(file: string): Promise<GraphFile> {
  const json = JSON.parse(await readFile(file, 'utf8')) as ModelJson;
  const { modelTopology, weightsManifest } = json;
  if (json.format !== 'graph-model' || !modelTopology || !weightsManifest)
    throw new Error(`${file}: expected a tfjs graph-model, got format ${String(json.format)}`);
  const parts = await Promise.all(
    weightsManifest
      .flatMap(({ paths }) => paths)
      .map((path) => readFile(join(dirname(file), path))),
  );
  const weights = Uint8Array.from(Buffer.concat(parts));
  const artifacts: io.ModelArtifacts = {
    modelTopology,
    weightSpecs: weightsManifest.flatMap((group) => group.weights),
    weightData: weights.buffer,
    ...(json.signature && { signature: json.signature }),
  };
  await prepareWasm();
  const load = () => tf.loadGraphModel({ load: () => Promise.resolve(artifacts) });
  const model: GraphModel = await turn('wasm', load);
  const input = model.inputs[0]?.shape;
  if (!input) throw new Error(`${file}: expected a model with one input of fixed shape`);
  return {
    input,
    run: (picture) =>
      turn('wasm', async () => {
        const output = tf.tidy(() => {
          const given = tf.tensor(Int32Array.from(picture), input, 'int32');
          const result = model.execute(given);
          return Array.isArray(result) ? result[0]! : result;
        });
        const data = Float32Array.from(await output.data());
        output.dispose();
        return { shape: output.shape, data };
      }),
    dispose: () =>
      turn('wasm', () => {
        model.dispose();
      }),
  };
}
