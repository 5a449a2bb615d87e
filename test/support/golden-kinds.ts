// Kinds of golden files: the names of each, and which files are read with another one. What neither table knows, nothing checks.

/** By family, the folder, and kind; names may have any prefix and suffix. */
export const GOLDEN_KINDS = {
  '.': { formula: /formula_check.*\.json$/ },
  models: { heatmaps: /\.f32$/, names: /names.*\.json$/, counts: /counts.*\.json$/ },
  train: { trajectory: /\.json$/ },
  codec: {
    targets: /target_(msra|udp|dark)[_.].*f32$/,
    mspnTargets: /target_mspn[_.].*f32$/,
    decoding: /decode_(?!mspn).*\.f32$/,
    mspnDecoding: /decode_mspn.*\.f32$/,
    kernels: /gaussian_kernels.*\.json$/,
    flips: /flip_.*\.f32$/,
  },
  consistency: {
    losses: /losses.*\.json$/,
    cutouts: /cutout_mask.*\.u8$/,
    hardViews: /hard_view.*\.f32$/,
    draws: /theta_draws.*\.json$/,
    warps: /warp_.*_ac[01].*\.f32$/,
  },
  geometry: {
    boxes: /box_to_center_scale.*\.json$/,
    affines: /affine.*\.json$/,
    cocoRecords: /coco_records.*\.json$/,
    mpiiRecords: /mpii_records.*\.json$/,
    flips: /flip_joints.*\.json$/,
    crops: /crop.*_(exact\.f32|cv2\.u8)$/,
    samples: /samples.*\.json$/,
  },
  eval: {
    oksAp: /oks_ap.*\.json$/,
    oksNms: /oks_nms.*\.json$/,
    rescoring: /rescore_nms.*\.json$/,
    pckTorso: /pck_torso.*\.json$/,
    pckh: /pckh_.*\.json$/,
    heatmapAccuracy: /heatmap_accuracy.*\.json$/,
    cocoParameters: /coco_params.*\.json$/,
  },
  checkpoints: { files: /\.(pth|pt|tar|safetensors|npz)$/ },
} as const satisfies Record<string, Record<string, RegExp>>;

export type Family = keyof typeof GOLDEN_KINDS;
export type Kind<F extends Family> = keyof (typeof GOLDEN_KINDS)[F] & string;

/** Names that are read with another file, and that file's name: the pattern with what replaces it. */
const COMPANIONS: Readonly<Partial<Record<Family, readonly (readonly [RegExp, string])[]>>> = {
  models: [[/_stats\.json$/, '.f32']],
  train: [[/_(targets|out0|grad_.*)\.f32$/, '.json']],
  codec: [[/_results\.json$/, '.f32']],
  consistency: [
    [/loss_(?:heatmaps|dual_grads)(.*)\.f32$/, 'losses$1.json'],
    [/_in(.*)\.f32$/, '_ac0$1.f32'],
    [/_in(.*)\.f32$/, '_ac1$1.f32'],
  ],
  geometry: [
    [/^image\.u8$/, 'samples.json'],
    [/^image\.u8$/, 'crop0_exact.f32'],
    [/sample\d+_(?:input\.u8|target\.f32)$/, 'samples.json'],
  ],
  checkpoints: [[/^expected.*\.json$/, '$&']],
};

/** The array that a name describes, if it describes one. */
const describedArray = (name: string, names: ReadonlySet<string>): string | undefined =>
  name.endsWith('.json')
    ? ['.f32', '.u8', '.i32'].map((end) => name.replace(/\.json$/, end)).find((n) => names.has(n))
    : undefined;

/** What a file of a family is: a kind, the name of the file that it is read with, or nothing that a test here knows. */
export function kindOf(
  family: string,
  name: string,
  names: ReadonlySet<string>,
): { readonly kind: string } | { readonly beside: string } | undefined {
  const known = Object.entries(GOLDEN_KINDS).find(([each]) => each === family);
  if (!known) return undefined;
  const array = describedArray(name, names);
  if (array !== undefined) return { beside: array };
  for (const [pattern, master] of COMPANIONS[family as Family] ?? []) {
    const beside = name.replace(pattern, master);
    if (pattern.test(name) && names.has(beside)) return { beside };
  }
  const kind = Object.entries(known[1]).find(([, pattern]) => pattern.test(name))?.[0];
  return kind === undefined ? undefined : { kind };
}
