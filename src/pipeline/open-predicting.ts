// Opens whatever predicts keypoints: a model of ours, or an external network with its joints mapped.
import type { Engine } from '../engine/types.ts';
import { UsageError } from '../config/resolve.ts';
import type { Flip } from '../methods/flip.ts';
import type { CropSpec, Skeleton } from '../pose/types.ts';
import { externalCropSpec, externalPredictor } from '../stages/external-predictor.ts';
import type { KeypointPredictor } from '../stages/predict.ts';
import { isExternal, openExternal, readJointMap } from '../stages/read-external.ts';
import { openModel, type NetworkChoice, type Reading } from './open-predictor.ts';

export interface ExternalOptions {
  /** Describes an ONNX file. @default FILE.onnx.json */
  readonly teacherSpec?: string | undefined;
  /** A known skeleton's name or a JSON file of joint sources. @default joints of one name are the same */
  readonly skeletonMap?: string | undefined;
  readonly threads?: number | undefined;
}

export interface PredictingModel {
  /** Of its predictions. */
  readonly skeleton: Skeleton;
  /** Joints of the skeleton that it knows nothing about; predicted at (0, 0) with score 0. */
  readonly missing: readonly string[];
  /** Training step; 0 for an external network. */
  readonly step: number;
  /** sha256, hex. */
  readonly digest: string;
  /** How keypoints are read, in words. */
  readonly decoding: string;
  /** Of the flip test. */
  readonly flip: Flip;
  readonly spec: CropSpec;
  readonly predictor: KeypointPredictor;
}

/**
 * @param where run folder, model file, FILE.onnx or `movenet`
 * @param wanted the skeleton that an external network's joints are mapped to. @default its own, or what the map says
 */
export async function openPredicting(
  where: string,
  engine: Engine,
  {
    wanted,
    network: choice,
    ...options
  }: ExternalOptions &
    Reading & {
      readonly wanted?: Skeleton | undefined;
      readonly network?: NetworkChoice | undefined;
      /** Crops a call of a model of ours. @default 32 */
      readonly batch?: number;
    },
): Promise<PredictingModel> {
  const { teacherSpec, skeletonMap, threads } = options;
  if (isExternal(where)) {
    refuseReading(options);
    const network = await openExternal(where, { spec: teacherSpec, threads });
    const map = await readJointMap(network.skeleton, skeletonMap, wanted).catch(
      async (error: unknown) => {
        await network.dispose();
        throw error;
      },
    );
    const { digest, decoding } = network;
    return {
      ...{ skeleton: map.skeleton, missing: map.missing, step: 0, digest, decoding },
      flip: 'none',
      spec: externalCropSpec(network),
      predictor: externalPredictor(network, map),
    };
  }
  refuseExternalOptions(options);
  const { model, recipe, spec, predictor } = await openModel(where, engine, choice, options);
  const { skeleton, step } = model.card;
  return {
    ...{ skeleton, missing: [], step, digest: model.digest },
    decoding: recipe.decode.refine ?? 'quarter',
    flip: options.flip ?? 'none',
    ...{ spec, predictor },
  };
}

/** An external network says itself how its heatmaps are read. */
function refuseReading({ flip = 'none', decode }: Reading): void {
  if (flip === 'none' && decode === undefined) return;
  throw new UsageError(
    `${decode === undefined ? '--flip' : '--decode'} is for models of heatstream's: the description of an external network says how it is read`,
  );
}

/** @throws UsageError where a model of ours came with options that it has no use for */
export function refuseExternalOptions({ teacherSpec, skeletonMap }: ExternalOptions): void {
  if (teacherSpec === undefined && skeletonMap === undefined) return;
  throw new UsageError(
    `${teacherSpec === undefined ? '--skeleton-map' : '--teacher-spec'} is for external networks: FILE.onnx or movenet`,
  );
}
