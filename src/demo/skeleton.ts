// The joints of a demo figure: the 14 joints of Leeds Sports Pose in their order, and the limbs between them.

/** Joint names in LSP order; "right" is the figure's own right, which is the viewer's left. */
export const FIGURE_JOINTS = [
  'right_ankle',
  'right_knee',
  'right_hip',
  'left_hip',
  'left_knee',
  'left_ankle',
  'right_wrist',
  'right_elbow',
  'right_shoulder',
  'left_shoulder',
  'left_elbow',
  'left_wrist',
  'neck',
  'head_top',
] as const;

export type FigureJoint = (typeof FIGURE_JOINTS)[number];

/** Limbs as pairs of 0-based joint indices. */
export const FIGURE_EDGES: readonly (readonly [number, number])[] = [
  [0, 1],
  [1, 2],
  [2, 3],
  [2, 8],
  [3, 9],
  [3, 4],
  [4, 5],
  [6, 7],
  [7, 8],
  [8, 9],
  [9, 10],
  [10, 11],
  [8, 12],
  [9, 12],
  [12, 13],
];
