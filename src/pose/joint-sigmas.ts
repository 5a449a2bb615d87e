// OKS standard deviations by joint name, and a sentence that says where each came from.

/** cocoapi PythonAPI/pycocotools/cocoeval.py, in tenths as written there; both sides share a value. */
const COCO_TENTHS: Readonly<Record<string, number>> = {
  nose: 0.26,
  eye: 0.25,
  ear: 0.35,
  shoulder: 0.79,
  elbow: 0.72,
  wrist: 0.62,
  hip: 1.07,
  knee: 0.87,
  ankle: 0.89,
};

/** CrowdPose gives 0.079 to the head (its top) and the neck; `upper_neck` and `thorax` of MPII are the ends of the same neck. */
const CROWDPOSE_TENTHS: Readonly<Record<string, number>> = {
  head: 0.79,
  head_top: 0.79,
  top_head: 0.79,
  neck: 0.79,
  upper_neck: 0.79,
  thorax: 0.79,
};

/** For joints that neither knows. Between COCO's knee and elbow; numbers with it compare only with themselves. */
const DEFAULT_SIGMA = 0.079;

export interface JointSigmas {
  readonly sigmas: readonly number[];
  /** Printed beside every OKS number. */
  readonly source: string;
}

/** @param joints lower-case names with underscores, such as `left_ankle` */
export function sigmasOf(joints: readonly string[]): JointSigmas {
  const fromCrowdPose: string[] = [];
  const byDefault: string[] = [];
  const sigmas = joints.map((joint) => {
    const part = joint.replace(/^(left|right)_/, '');
    const coco = COCO_TENTHS[part];
    if (coco !== undefined) return coco / 10;
    const crowdPose = CROWDPOSE_TENTHS[part];
    (crowdPose === undefined ? byDefault : fromCrowdPose).push(joint);
    return crowdPose === undefined ? DEFAULT_SIGMA : crowdPose / 10;
  });
  const others = fromCrowdPose.length + byDefault.length;
  const parts = [
    ...(others < joints.length ? ['COCO'] : []),
    ...(fromCrowdPose.length > 0 ? [`CrowdPose 0.079 for ${fromCrowdPose.join(', ')}`] : []),
    ...(byDefault.length > 0
      ? [`no published value, default ${DEFAULT_SIGMA} for ${byDefault.join(', ')}`]
      : []),
  ];
  return { sigmas, source: parts.join('; ') };
}
