// The reference trains heads of 24 channels, one a joint of any data set it knows; a skeleton takes its own channels of them.
import type { NamedArray, StateArrays } from '../../engine/types.ts';

/** The reference's order (lib/dataset/JointsDataset.py of Semi_Human_Pose). */
const UNION = [
  ...['pelvis', 'right_hip', 'right_knee', 'right_ankle', 'left_hip', 'left_knee', 'left_ankle'],
  ...['belly', 'thorax', 'neck', 'upper_neck', 'nose', 'head', 'head_top'],
  ...['left_shoulder', 'left_elbow', 'left_wrist', 'right_shoulder', 'right_elbow', 'right_wrist'],
  ...['right_eye', 'left_eye', 'right_ear', 'left_ear'],
];
const HEAD = ['final_layer.weight', 'final_layer.bias'];

/**
 * The weights with a head for these joints, where theirs has the reference's 24; otherwise as they are.
 * @param joints plain names (`left_hip`); a skeleton with a joint that the reference does not know changes nothing
 */
export function ownChannels(tensors: StateArrays, joints: readonly string[]): StateArrays {
  const channels = joints.map((joint) => UNION.indexOf(joint));
  const isUnion = HEAD.every((name) => tensors[name]?.shape[0] === UNION.length);
  if (!isUnion || joints.length === UNION.length || channels.includes(-1)) return tensors;
  const heads = HEAD.map((name) => [name, rows(tensors[name]!, channels)] as const);
  return { ...tensors, ...Object.fromEntries(heads) };
}

/** Chosen entries of the first axis. */
function rows({ shape, data }: NamedArray, chosen: readonly number[]): NamedArray {
  const size = data.length / shape[0]!;
  const out = new Float32Array(chosen.length * size);
  chosen.forEach((row, i) => {
    out.set(data.subarray(row * size, (row + 1) * size), i * size);
  });
  return { shape: [chosen.length, ...shape.slice(1)], data: out };
}
