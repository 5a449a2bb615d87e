// What a method is: which networks it trains, who teaches, which views teacher and student see, and the terms of the loss.
import type { Scalar, Tensor4D } from '@tensorflow/tfjs';
import { extraInputs } from '../augment/extra-draws.ts';
import { hasPictureOperations, viewPair, type ViewPair } from '../augment/view-pair.ts';
import type { ArraySpec, Tensors } from '../engine/types.ts';
import { createOptimizer } from '../models/optimizer.ts';
import type { HeatmapAlign } from '../pose/types.ts';
import { PLAIN, type Learning } from './learning.ts';
import type { StepGeometry } from './view.ts';

export const METHOD_NAMES = [
  'supervised',
  'pseudo-pose',
  'data-distill',
  'naive',
  'pi',
  'mean-teacher',
  'single',
  'dual',
] as const;
export type MethodName = (typeof METHOD_NAMES)[number];

export const REGIMES = ['online', 'cached'] as const;
/** `online`: the teacher is the current network, inside the step. `cached`: its targets come from the database. */
export type Regime = (typeof REGIMES)[number];

/** Pictures [batch, h, w, 3] to heatmaps [batch, h / 4, w / 4, joints], train-mode BN. */
export type Forward = (x: Tensor4D) => Tensor4D;

/** Choices within a method; those of PAPER are the paper's. */
export interface MethodSettings {
  readonly views: ViewPair;
  /** How heatmap pixels lie on the input. */
  readonly align: HeatmapAlign;
  /** Joint cut-out with the reference's mix-up of width and height, in pixels that do not grow with the input. */
  readonly isReference: boolean;
  /** BN statistics of a teacher inside the step: of its batch, as in the paper, or running ones. */
  readonly teacherBn: 'batch' | 'running';
  /** Naive consistency: whose gradient flows. */
  readonly gradient: 'both' | 'stop';
  /** Targets whose peak is lower weigh nothing; 0 keeps all. */
  readonly threshold: number;
  /** `confidence`: joints weigh as much as the teacher's peak is high. `foreground`: pixels near a peak weigh more. */
  readonly reweight: 'none' | 'confidence' | 'foreground';
}

export const PAPER: MethodSettings = {
  views: viewPair('affine30', 'affine60'),
  align: 'centres',
  isReference: false,
  teacherBn: 'batch',
  gradient: 'both',
  threshold: 0,
  reweight: 'none',
};

export interface Consistency {
  readonly loss: Scalar;
  /** The students' heatmaps and those they were asked to match, [batch, h, w, joints]; of two networks one behind the other. */
  readonly student: Tensor4D;
  readonly teacher: Tensor4D;
}

/** What a method sees of a step besides its students. */
export interface Scene {
  readonly inputs: Tensors;
  readonly geometry: StepGeometry;
  readonly settings: MethodSettings;
  /** The networks in training as they are before this step, without gradients: the teachers of the paper. */
  readonly networks: readonly Forward[];
  /** The average of the first network's past weights; `teacher: 'average'` only. */
  readonly average: Forward;
}

export interface Method {
  readonly name: MethodName;
  readonly regime: Regime;
  readonly networks: 1 | 2;
  /** `self`: the networks of this step. `average`: past weights, averaged in the step. `stored`: targets from the database. */
  readonly teacher: 'self' | 'average' | 'stored';
  /** The average of its weights over time is what it publishes and saves (`--teacher-decay`); `stored` only. */
  readonly publishesAverage?: true;
  /** How much of a crop's earlier target stays when it is taught again, where `--target-decay` does not say; `stored` only. */
  readonly targetDecay?: number;
  /** `fixed`: one outside teacher for good, on the canonical view. `distilled`: the same, averaged over several views. */
  readonly labeller?: 'fixed' | 'distilled';
  /** Views where none are named. */
  readonly views: { readonly easy: string; readonly hard: string };
  /**
   * The unsupervised term. What it does itself runs outside the gradient tape (the teacher's part);
   * what it returns runs on the tape (the students' part).
   */
  consistency?(scene: Scene): (students: readonly Forward[]) => Consistency;
}

const float = (...shape: number[]): ArraySpec => ({ shape, dtype: 'float32' });

/** Inputs of every step: the labelled batch, and the optimiser's rates. */
export function labelledInputs(
  batch: number,
  { stored, heatmap }: StepGeometry,
  joints: number,
  { optimizer, averages }: Learning = PLAIN,
): Record<string, ArraySpec> {
  return {
    labelledCrops: { shape: [batch, stored.height, stored.width, 3], dtype: 'uint8' },
    labelledViews: float(batch, 8),
    targets: float(batch, heatmap.height, heatmap.width, joints),
    targetWeights: float(batch, joints),
    rates: float(createOptimizer(optimizer).rateCount),
    ...(averages && { averageDecay: float(1) }),
  };
}

/**
 * Inputs that a method needs besides, for this many unlabelled samples.
 * `hardViews` maps pixels of the hard view to the easy one, or to the crop where the hard view is drawn for itself.
 */
export function poolInputs(
  method: Method,
  batch: number,
  geometry: StepGeometry,
  joints: number,
  { views }: MethodSettings = PAPER,
): Record<string, ArraySpec> {
  if (!method.consistency) return {};
  const { teacher, networks } = method;
  const { stored, heatmap, input } = geometry;
  const crops: ArraySpec = { shape: [batch, stored.height, stored.width, 3], dtype: 'uint8' };
  return {
    poolCrops: crops,
    ...(hasPictureOperations(views) && { hardCrops: crops }),
    easyViews: float(batch, 8),
    hardViews: float(batch, 8),
    hardHeatmapViews: float(batch, 8),
    weight: float(1),
    ...(teacher === 'average' && { decay: float(1) }),
    ...(teacher === 'stored' && {
      // Of two teachers one behind the other.
      teacherHeatmaps: float(batch, heatmap.height, heatmap.width, joints * networks),
    }),
    ...extraInputs(views.hard, networks, { batch, joints, input }),
  };
}
