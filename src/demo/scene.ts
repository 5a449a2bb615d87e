// One demo picture as data: background pixels, an SVG drawing of clutter, figure and occluder, and its labels.
import type { Rng } from '../pose/random.ts';
import type { Box, Keypoint, Point } from '../pose/types.ts';
import { randomBackground } from './background.ts';
import { type Body, randomBody } from './body.ts';
import { between, colour, integerBetween } from './draw-numbers.ts';
import { FIGURE_JOINTS } from './skeleton.ts';
import type { Traits } from './traits.ts';

export interface Scene {
  /** Side of the square picture in pixels. */
  readonly size: number;
  /** [size, size, 3] RGB 0–255. */
  readonly background: Uint8Array;
  /** Drawn over the background. */
  readonly svg: string;
  /** Amodal person box in pixels; may reach beyond the picture. */
  readonly box: Box;
  /** In the order of FIGURE_JOINTS: v = 2 in sight, 1 under the occluder, 0 (with x = y = 0) outside the picture. */
  readonly keypoints: readonly Keypoint[];
}

/** A picture of one figure among bars of clutter, as hard to see as `traits` say. */
export function randomScene(random: Rng, size: number, traits: Traits): Scene {
  const background = randomBackground(random, size, traits.patches);
  const clutter = Array.from({ length: traits.bars }, () => bar(random, size));
  const body = randomBody(random, size);
  const figure = drawBody(random, body);
  const occluder = traits.isCovered ? randomOccluder(random, size) : undefined;
  const cover = occluder === undefined ? '' : rectangle(occluder, colour(random));
  return {
    size,
    background,
    // Pixel centres are at integers in our coordinates and at halves in SVG's.
    svg: `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}"><g transform="translate(.5 .5)" stroke-linecap="round">${clutter.join('')}${figure}${cover}</g></svg>`,
    box: body.box,
    keypoints: FIGURE_JOINTS.map((name) => label(body.joints[name], size, occluder)),
  };
}

function label(joint: Point, size: number, occluder: Box | undefined): Keypoint {
  const last = size - 0.5;
  if (joint.x < -0.5 || joint.y < -0.5 || joint.x >= last || joint.y >= last)
    return { x: 0, y: 0, v: 0 };
  return { ...joint, v: occluder !== undefined && contains(occluder, joint) ? 1 : 2 };
}

function contains(box: Box, { x, y }: Point): boolean {
  return x >= box.x && y >= box.y && x <= box.x + box.width && y <= box.y + box.height;
}

function drawBody(random: Rng, body: Body): string {
  const { joints: j, limb } = body;
  const skin = colour(random);
  const shirt = colour(random);
  const trousers = colour(random);
  const leg = (s: 'right' | 'left') =>
    line(j[`${s}_hip`], j[`${s}_knee`], limb * 1.25, trousers) +
    line(j[`${s}_knee`], j[`${s}_ankle`], limb, random.uniform() < 0.6 ? trousers : skin);
  const arm = (s: 'right' | 'left') =>
    line(j[`${s}_shoulder`], j[`${s}_elbow`], limb, shirt) +
    line(j[`${s}_elbow`], j[`${s}_wrist`], limb * 0.85, skin);
  const outline = [j.right_shoulder, j.left_shoulder, j.left_hip, j.right_hip].map(
    (p) => `${px(p.x)},${px(p.y)}`,
  );
  const middle = { x: (j.neck.x + j.head_top.x) / 2, y: (j.neck.y + j.head_top.y) / 2 };
  const torso =
    `<polygon points="${outline.join(' ')}" fill="${shirt}" stroke="${shirt}" stroke-width=".5"/>` +
    line(j.neck, j.head_top, limb, skin) +
    `<ellipse rx="${px(body.headHeight * 0.38)}" ry="${px(body.headHeight * 0.5)}" fill="${skin}" transform="translate(${px(middle.x)} ${px(middle.y)}) rotate(${px(body.lean)})"/>`;
  const legs = leg('right') + leg('left');
  // Half of the figures hold their right arm behind the back.
  const isBehind = random.uniform() < 0.5;
  return (
    legs + (isBehind ? arm('right') + torso + arm('left') : torso + arm('right') + arm('left'))
  );
}

/** A bar anywhere in the picture, 2–9 pixels thick at 128 pixels: looks like a limb without a body. */
function bar(random: Rng, size: number): string {
  const end = () => ({
    x: integerBetween(random, 0, size - 1),
    y: integerBetween(random, 0, size - 1),
  });
  const from = end();
  return line(from, end(), (integerBetween(random, 2, 9) * size) / 128, colour(random));
}

/** A rectangle of 1/12 to 1/4 of the side. */
function randomOccluder(random: Rng, size: number): Box {
  const side = () => between(random, size / 12, size / 4);
  return {
    x: between(random, 0, size),
    y: between(random, 0, size),
    width: side(),
    height: side(),
  };
}

function rectangle(box: Box, fill: string): string {
  return `<rect x="${px(box.x)}" y="${px(box.y)}" width="${px(box.width)}" height="${px(box.height)}" fill="${fill}"/>`;
}

function line(from: Point, to: Point, width: number, stroke: string): string {
  return `<path d="M${px(from.x)} ${px(from.y)}L${px(to.x)} ${px(to.y)}" stroke="${stroke}" stroke-width="${px(Math.max(1, width))}"/>`;
}

/** Hundredths of a pixel, so that the text of a drawing is the same on every platform. */
function px(value: number): string {
  return value.toFixed(2);
}
