// What a method is: which views the teacher and the student see, and which terms the loss has.
import type { Scalar, Tensor4D } from '@tensorflow/tfjs';
import type { ArraySpec, Tensors } from '../engine/types.ts';
import type { StepGeometry } from './view.ts';

export const METHOD_NAMES = ['supervised', 'single', 'naive'] as const;
export type MethodName = (typeof METHOD_NAMES)[number];

export const REGIMES = ['online', 'cached'] as const;
/** `online`: the teacher is the current network, inside the step. `cached`: its targets come from the database. */
export type Regime = (typeof REGIMES)[number];

/** Pictures [batch, h, w, 3] to heatmaps [batch, h / 4, w / 4, joints], train-mode BN. */
export type Forward = (x: Tensor4D) => Tensor4D;

export interface Consistency {
  readonly loss: Scalar;
  /** The student's heatmaps and those it was asked to match, [batch, h, w, joints]. */
  readonly student: Tensor4D;
  readonly teacher: Tensor4D;
}

export interface Method {
  readonly name: MethodName;
  readonly regime: Regime;
  /** `easy-hard`: the hard view is drawn on top of the easy one. `equal`: two draws of one difficulty. */
  readonly pairing: 'easy-hard' | 'equal';
  /** Inputs of the step besides those that every step has, for this many unlabelled samples. */
  inputs(batch: number, geometry: StepGeometry, joints: number): Record<string, ArraySpec>;
  /**
   * The unsupervised term. What it does itself runs outside the gradient tape (the teacher's part);
   * what it returns runs on the tape (the student's part).
   */
  consistency?(
    teacher: Forward,
    inputs: Tensors,
    geometry: StepGeometry,
  ): (student: Forward) => Consistency;
}

const float = (...shape: number[]): ArraySpec => ({ shape, dtype: 'float32' });

/** Inputs of every step: the labelled batch, and the optimiser's rates. */
export function labelledInputs(
  batch: number,
  { stored, heatmap }: StepGeometry,
  joints: number,
): Record<string, ArraySpec> {
  return {
    labelledCrops: { shape: [batch, stored.height, stored.width, 3], dtype: 'uint8' },
    labelledViews: float(batch, 8),
    targets: float(batch, heatmap.height, heatmap.width, joints),
    targetWeights: float(batch, joints),
    rates: float(2),
  };
}

/** Inputs of every method with unlabelled pictures. `hardViews` maps pixels of the hard view to the easy one. */
export function poolInputs(batch: number, { stored }: StepGeometry): Record<string, ArraySpec> {
  return {
    poolCrops: { shape: [batch, stored.height, stored.width, 3], dtype: 'uint8' },
    easyViews: float(batch, 8),
    hardViews: float(batch, 8),
    hardHeatmapViews: float(batch, 8),
    weight: float(1),
  };
}
