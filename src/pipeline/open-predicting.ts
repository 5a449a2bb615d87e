// Opens whatever predicts keypoints: a model of ours, or an external network with its joints mapped.
import type { Engine } from '../engine/types.ts';
import { UsageError } from '../config/resolve.ts';
import type { CropSpec, Skeleton } from '../pose/types.ts';
import { externalCropSpec, externalPredictor } from '../stages/external-predictor.ts';
import type { KeypointPredictor } from '../stages/predict.ts';
import { isExternal, openExternal, readJointMap } from '../stages/read-external.ts';
import { openModel, type NetworkChoice } from './open-predictor.ts';

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
  }: ExternalOptions & {
    readonly wanted?: Skeleton | undefined;
    readonly network?: NetworkChoice | undefined;
  },
): Promise<PredictingModel> {
  const { teacherSpec, skeletonMap, threads } = options;
  if (isExternal(where)) {
    const network = await openExternal(where, { spec: teacherSpec, threads });
    const map = await readJointMap(network.skeleton, skeletonMap, wanted);
    const { digest, decoding } = network;
    return {
      ...{ skeleton: map.skeleton, missing: map.missing, step: 0, digest, decoding },
      spec: externalCropSpec(network),
      predictor: externalPredictor(network, map),
    };
  }
  refuseExternalOptions(options);
  const { model, recipe, spec, predictor } = await openModel(where, engine, choice);
  const { skeleton, step } = model.card;
  const decoding = recipe.decode.refine ?? 'quarter';
  return { skeleton, missing: [], step, digest: model.digest, decoding, spec, predictor };
}

/** @throws UsageError where a model of ours came with options that it has no use for */
export function refuseExternalOptions({ teacherSpec, skeletonMap }: ExternalOptions): void {
  if (teacherSpec === undefined && skeletonMap === undefined) return;
  throw new UsageError(
    `${teacherSpec === undefined ? '--skeleton-map' : '--teacher-spec'} is for external networks: FILE.onnx or movenet`,
  );
}
