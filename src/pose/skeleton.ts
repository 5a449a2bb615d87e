// Skeletons: built from joint names, with flip pairs by left/right and OKS sigmas by joint; and the ones known by name.
import { sigmasOf } from './joint-sigmas.ts';
import type { Skeleton } from './types.ts';

type Pairs = readonly (readonly [number, number])[];

/**
 * A skeleton from joint names. Joints whose names differ in left/right alone (`left_hip`, `Right Hip`, `hip_L`, `lHip`)
 * swap when mirrored; a list of joints that is known gets its usual name.
 * @param edges limbs as pairs of 0-based joints
 * @throws RangeError when a joint is named twice or an edge leaves the list
 */
export function buildSkeleton(name: string, joints: readonly string[], edges: Pairs): Skeleton {
  const plain = joints.map(plainName);
  const twice = plain.find((joint, i) => plain.indexOf(joint) !== i);
  if (twice !== undefined) throw new RangeError(`Expected each joint once, got "${twice}" twice`);
  const outside = edges.flat().find((joint) => !(joint in joints));
  if (outside !== undefined) {
    throw new RangeError(
      `Expected limbs between ${joints.length} joints, got joint ${outside + 1}`,
    );
  }
  const flipPairs = plain.flatMap((joint, left) => {
    if (!joint.startsWith('left_')) return [];
    const right = plain.indexOf(joint.replace(/^left_/, 'right_'));
    return right === -1 ? [] : [[left, right] as const];
  });
  const { sigmas, source } = sigmasOf(plain);
  const known = Object.entries(KNOWN).find(
    ([, { joints: names }]) => names.join() === plain.join(),
  );
  return { name: known?.[0] ?? name, joints, flipPairs, edges, sigmas, sigmasSource: source };
}

const limbs = (joints: readonly string[], ...chains: readonly string[]): Pairs =>
  chains.flatMap((chain) => {
    const indices = chain.split(' ').map((joint) => joints.indexOf(joint));
    return indices.slice(1).map((joint, i) => [indices[i]!, joint] as const);
  });

const sides = (...parts: readonly string[]) =>
  parts.flatMap((part) => [`left_${part}`, `right_${part}`]);

const SIDES: Readonly<Record<string, string>> = {
  left: 'left',
  l: 'left',
  right: 'right',
  r: 'right',
};

const COCO_JOINTS = [
  'nose',
  ...sides('eye', 'ear', 'shoulder', 'elbow', 'wrist', 'hip', 'knee', 'ankle'),
];
const LEGS = ['right_ankle', 'right_knee', 'right_hip', 'left_hip', 'left_knee', 'left_ankle'];
const ARMS = [
  ...['right_wrist', 'right_elbow', 'right_shoulder'],
  ...['left_shoulder', 'left_elbow', 'left_wrist'],
];
const LSP_JOINTS = [...LEGS, ...ARMS, 'neck', 'head_top'];
const MPII_JOINTS = [...LEGS, 'pelvis', 'thorax', 'upper_neck', 'head_top', ...ARMS];

const KNOWN = {
  'coco-17': {
    joints: COCO_JOINTS,
    edges: limbs(
      COCO_JOINTS,
      'left_ankle left_knee left_hip right_hip right_knee right_ankle',
      'left_wrist left_elbow left_shoulder right_shoulder right_elbow right_wrist',
      'left_hip left_shoulder left_ear left_eye nose right_eye right_ear right_shoulder right_hip',
    ),
  },
  /** Leeds Sports Pose. */
  'lsp-14': {
    joints: LSP_JOINTS,
    edges: limbs(
      LSP_JOINTS,
      LEGS.join(' '),
      ARMS.join(' '),
      'right_shoulder neck left_shoulder',
      'neck head_top',
    ),
  },
  'mpii-16': {
    joints: MPII_JOINTS,
    edges: limbs(
      MPII_JOINTS,
      'right_ankle right_knee right_hip pelvis left_hip left_knee left_ankle',
      'right_wrist right_elbow right_shoulder thorax left_shoulder left_elbow left_wrist',
      'pelvis thorax upper_neck head_top',
    ),
  },
} satisfies Record<string, { joints: readonly string[]; edges: Pairs }>;

/** The published skeletons. */
export const SKELETONS = {
  coco17: buildSkeleton('coco-17', KNOWN['coco-17'].joints, KNOWN['coco-17'].edges),
  lsp14: buildSkeleton('lsp-14', KNOWN['lsp-14'].joints, KNOWN['lsp-14'].edges),
  mpii16: buildSkeleton('mpii-16', KNOWN['mpii-16'].joints, KNOWN['mpii-16'].edges),
} as const;

/** `Right Hip`, `rightHip`, `hip_R` and `r-hip` all become `right_hip`. */
export function plainName(joint: string): string {
  const words = joint
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[\s_.-]+/)
    .filter((word) => word !== '');
  const side = words.map((word) => SIDES[word]).find((found) => found !== undefined);
  const part = words.filter((word) => SIDES[word] === undefined);
  return (side === undefined ? part : [side, ...part]).join('_');
}
