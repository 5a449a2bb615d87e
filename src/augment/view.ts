// Views by name: `affine60+joint-cutout5` is a base, which says how far the picture turns, and extras on top of it.

export type Extra =
  | { readonly kind: 'joint-cutout' | 'cutout' | 'cut-occlude' | 'cutmix'; readonly count: number }
  | { readonly kind: 'rand-augment'; readonly count: number; readonly magnitude: number }
  | { readonly kind: 'mixup' | 'colour' };

export interface View {
  readonly name: string;
  /** Random affines one after the other: 0 `original`, 1 `affine30`, 2 `affine60` (affine30 and a second warp). */
  readonly affines: number;
  readonly extras: readonly Extra[];
}

const BASES = ['original', 'affine30', 'affine60'] as const;

/** Defaults and sources of the numbers after a name. */
const EXTRAS: Record<Extra['kind'], { defaults: readonly number[]; source: string }> = {
  'joint-cutout': { defaults: [5], source: 'Semi_Human_Pose lib/models/pose_dual.py' },
  'rand-augment': { defaults: [2, 20], source: 'Semi_Human_Pose lib/dataset/rand_augment.py' },
  cutout: { defaults: [5], source: 'MultiAugs lib/utils/augments.py, after DeVries & Taylor 2017' },
  'cut-occlude': { defaults: [2], source: 'SSPCM lib/models/my_pose_triple.py, x and y unswapped' },
  cutmix: { defaults: [2], source: 'MultiAugs lib/utils/augments.py, after Yun et al. 2019' },
  mixup: { defaults: [], source: 'MultiAugs lib/utils/augments.py, after Zhang et al. 2018' },
  colour: { defaults: [], source: 'brightness, contrast and saturation by up to 40 %' },
};

/**
 * @param text a base and extras joined by `+`; numbers follow a name, as in `joint-cutout5` or `rand-augment(2,20)`
 * @throws RangeError naming the part that is no view
 */
export function parseView(text: string): View {
  const [base, ...rest] = text.split('+');
  const affines = BASES.findIndex((name) => name === base);
  if (affines < 0) {
    throw new RangeError(
      `Expected the view \`${text}\` to begin with ${BASES.join(', ')}, got \`${String(base)}\``,
    );
  }
  return { name: text, affines, extras: rest.map((part) => parseExtra(part, text)) };
}

function parseExtra(part: string, text: string): Extra {
  const [, kind = '', inBrackets, plain] = /^([a-z-]+)(?:\(([\d,]+)\)|([\d,]+))?$/.exec(part) ?? [];
  const known = EXTRAS[kind as Extra['kind']] as { defaults: readonly number[] } | undefined;
  if (!known) {
    throw new RangeError(
      `Expected each extra of the view \`${text}\` to be one of ${Object.keys(EXTRAS).join(', ')}, got \`${part}\``,
    );
  }
  const given = (inBrackets ?? plain)?.split(',').map(Number) ?? [];
  const isFine = given.length <= known.defaults.length && given.every((n) => n >= 1 && n <= 100);
  if (!isFine) {
    throw new RangeError(
      `Expected at most ${known.defaults.length} numbers of 1 … 100 after ${kind}, got \`${part}\``,
    );
  }
  const [count, magnitude] = known.defaults.map((value, i) => given[i] ?? value);
  if (magnitude !== undefined && magnitude > 30) {
    throw new RangeError(`Expected the magnitude of ${kind} to be 1 … 30, got ${magnitude}`);
  }
  return { kind, ...(count && { count }), ...(magnitude && { magnitude }) } as Extra;
}

/** Extras that work on the uint8 crop, before it comes to the step. */
export const isPictureOperation = ({ kind }: Extra): boolean =>
  kind === 'rand-augment' || kind === 'colour';
