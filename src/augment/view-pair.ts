// What teacher and student see of one crop: an easy view, and a hard one on top of it or beside it.
import { rng } from '../pose/random.ts';
import type { Affine } from '../pose/types.ts';
import {
  composed,
  inBothFrames,
  inverted,
  place,
  placeSheared,
  type Frame,
  type Placement,
} from './placement.ts';
import { isPictureOperation, parseView, type View } from './view.ts';
import { drawEasy, drawExtra, type ViewDraw } from './views.ts';

export interface ViewPair {
  /** The teacher's. */
  readonly easy: View;
  /** The student's. */
  readonly hard: View;
  /**
   * True: the hard view is the easy one and more, drawn on top of it, as in the paper.
   * False: it is not harder, and is drawn for itself; only the mirror is shared, so that joints keep their channels.
   */
  readonly onTop: boolean;
  /** The second affine is sheared as in the reference. */
  readonly isSheared: boolean;
}

/** @throws RangeError for views that do not exist, and for extras on the easy view that only a student can see */
export function viewPair(easyName: string, hardName: string, isSheared = false): ViewPair {
  const [easy, hard] = [parseView(easyName), parseView(hardName)];
  const [extra] = easy.extras;
  if (extra) {
    throw new RangeError(
      `Expected the easy view to be a base without extras, got \`${easyName}\`: the teacher's heatmaps say where ${extra.kind} goes`,
    );
  }
  const isMore =
    hard.affines > easy.affines || (hard.affines === easy.affines && hard.extras.length > 0);
  return { easy, hard, onTop: isMore, isSheared };
}

/** Whether the student's crop differs from the teacher's before it is warped. */
export const hasPictureOperations = ({ hard }: ViewPair): boolean =>
  hard.extras.some(isPictureOperation);

/** Which numbers are drawn: the same key gives the same views. */
export interface DrawKey {
  readonly seed: number;
  readonly step: number;
  readonly slot: number;
}

/** The view that a stored target was taught on. */
export interface StoredView {
  /** View pixel to canonical input pixel. */
  readonly view: Affine;
  readonly flip: boolean;
}

export interface DrawnPair {
  /** Easy view to canonical input. */
  readonly easy: Placement;
  /** Hard view to easy view. */
  readonly relative: Placement;
  /** The hard view is the mirror image of the easy one: its joints swap sides. */
  readonly isMirrored: boolean;
}

/** @param stored the teacher's view where its target is stored; `canonical`: the crop as it is, mirrored for the student only */
export function drawPair(
  pair: ViewPair,
  key: DrawKey,
  frame: Frame,
  stored?: StoredView | 'canonical',
): DrawnPair {
  const { easy, hard, onTop, isSheared } = pair;
  const base = drawEasy(keyed(key, 'easy view'));
  const extra = (purpose: string) =>
    (isSheared ? placeSheared : place)(drawExtra(keyed(key, purpose)), frame);
  /** The first affines of a view, one on top of the other. */
  const reach = (affines: number, first: ViewDraw, extraPurpose: string) => {
    const start = place(affines === 0 ? { ...STILL, mirror: first.mirror } : first, frame);
    return affines < 2 ? start : composed(start, extra(extraPurpose));
  };
  if (stored === 'canonical') {
    const relative = reach(hard.affines, base, 'hard view');
    return { easy: place(STILL, frame), relative, isMirrored: base.mirror };
  }
  const teacher = stored
    ? inBothFrames(stored.view, frame)
    : reach(easy.affines, base, 'hard view');
  if (onTop) {
    const layers = [place({ ...base, mirror: false }, frame), extra('hard view')];
    const added = layers.slice(easy.affines, hard.affines);
    const relative = added.reduce(composed, place(STILL, frame));
    return { easy: teacher, relative, isMirrored: false };
  }
  const second = drawEasy(keyed(key, 'second view'));
  const mirror = stored ? stored.flip : base.mirror;
  const student = reach(hard.affines, { ...second, mirror }, 'second hard view');
  return { easy: teacher, relative: composed(inverted(teacher), student), isMirrored: false };
}

/** An easy view for a target that will be stored. */
export function drawStoredView(easy: View, key: DrawKey, frame: Frame): StoredView {
  const random = keyed(key, 'teacher view');
  const base = drawEasy(random);
  const flip = base.mirror;
  if (easy.affines === 0) return { view: place({ ...STILL, mirror: flip }, frame).input, flip };
  const first = place(base, frame);
  if (easy.affines === 1) return { view: first.input, flip };
  return { view: composed(first, place(drawExtra(random), frame)).input, flip };
}

const STILL: ViewDraw = { degrees: 0, scale: 1, mirror: false };

const keyed = ({ seed, step, slot }: DrawKey, purpose: string) => rng(seed, purpose, step, slot);
