// A random articulated body: where its 14 joints are and how thick its limbs are. Nothing is drawn here.
import type { Box, Point } from '../pose/types.ts';
import type { Rng } from '../pose/random.ts';
import { between } from './draw-numbers.ts';
import { FIGURE_JOINTS, type FigureJoint } from './skeleton.ts';

export interface Body {
  /** Pixels, pixel centres at integers; a joint may lie outside the picture. */
  readonly joints: Readonly<Record<FigureJoint, Point>>;
  /** Extent of the joints and 6 % of the body height on every side. */
  readonly box: Box;
  /** Standing height and head height in pixels. */
  readonly height: number;
  readonly headHeight: number;
  /** Direction from the pelvis to the neck, in degrees clockwise from straight up. */
  readonly lean: number;
  /** Thickness of a limb in pixels. */
  readonly limb: number;
}

/** Lengths as parts of the body height; each is varied by ±10 %. */
const PROPORTIONS = {
  head: 0.14,
  torso: 0.3,
  upperArm: 0.17,
  forearm: 0.16,
  thigh: 0.24,
  shin: 0.24,
} as const;

/** A body in a square picture of `size` pixels, 55–85 % of it tall, leaning by a normal angle of 0.15 rad. */
export function randomBody(random: Rng, size: number): Body {
  const height = size * between(random, 0.55, 0.85);
  const length = (part: keyof typeof PROPORTIONS) =>
    height * PROPORTIONS[part] * between(random, 0.9, 1.1);
  const head = length('head');
  const torso = length('torso');
  const arm = [length('upperArm'), length('forearm')] as const;
  const leg = [length('thigh'), length('shin')] as const;
  const shoulder = height * between(random, 0.09, 0.13);
  const hip = height * between(random, 0.05, 0.08);
  const lean = 0.15 * random.normal();
  const up = { x: Math.sin(lean), y: -Math.cos(lean) };
  const across = { x: Math.cos(lean), y: Math.sin(lean) };
  const pelvis = {
    x: size * (0.5 + 0.03 * random.normal()),
    y: size * (0.52 + 0.03 * random.normal()),
  };
  const neck = along(pelvis, up, torso);

  // The figure faces us: its right side (-1) is on the viewer's left.
  const side = (sign: -1 | 1) => {
    const shoulderAt = along(along(neck, across, sign * shoulder), up, -0.02 * height);
    const hipAt = along(pelvis, across, sign * hip);
    const raised = sign * between(random, -0.3, 2.6);
    const elbow = hang(shoulderAt, raised, arm[0]);
    const wrist = hang(elbow, raised + sign * between(random, -0.2, 1.9), arm[1]);
    const spread = sign * between(random, -0.25, 1);
    const knee = hang(hipAt, spread, leg[0]);
    const ankle = hang(knee, spread - sign * between(random, -0.1, 1.1), leg[1]);
    return { shoulder: shoulderAt, elbow, wrist, hip: hipAt, knee, ankle };
  };
  const right = side(-1);
  const left = side(1);
  const joints: Body['joints'] = {
    right_ankle: right.ankle,
    right_knee: right.knee,
    right_hip: right.hip,
    left_hip: left.hip,
    left_knee: left.knee,
    left_ankle: left.ankle,
    right_wrist: right.wrist,
    right_elbow: right.elbow,
    right_shoulder: right.shoulder,
    left_shoulder: left.shoulder,
    left_elbow: left.elbow,
    left_wrist: left.wrist,
    neck,
    head_top: along(neck, up, head),
  };
  return {
    joints,
    box: extent(joints, 0.06 * height),
    height,
    headHeight: head,
    lean: (lean * 180) / Math.PI,
    limb: height * between(random, 0.045, 0.075),
  };
}

function along(from: Point, direction: Point, distance: number): Point {
  return { x: from.x + direction.x * distance, y: from.y + direction.y * distance };
}

/** The end of a segment that hangs from `from`, `angle` radians from straight down towards the viewer's right. */
function hang(from: Point, angle: number, length: number): Point {
  return along(from, { x: Math.sin(angle), y: Math.cos(angle) }, length);
}

function extent(joints: Body['joints'], margin: number): Box {
  const xs = FIGURE_JOINTS.map((name) => joints[name].x);
  const ys = FIGURE_JOINTS.map((name) => joints[name].y);
  const x = Math.min(...xs) - margin;
  const y = Math.min(...ys) - margin;
  return { x, y, width: Math.max(...xs) + margin - x, height: Math.max(...ys) + margin - y };
}
