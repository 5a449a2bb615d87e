// From the joints of one skeleton to those of another: the same joint, the mean of some, a weighted sum, or none.
import { plainName } from './skeleton.ts';
import type { Point, PredictedKeypoint, Skeleton } from './types.ts';

/** What a joint is made from: a joint of the other skeleton, the mean of several, weights by name that add up to 1, or nothing. */
export type JointSource = string | readonly string[] | Readonly<Record<string, number>> | null;

/** By joint of the skeleton that is wanted. */
export type JointSources = Readonly<Record<string, JointSource>>;

export interface JointMap {
  /** The skeleton that is wanted. */
  readonly skeleton: Skeleton;
  /** [joint]: joints of the other skeleton with their weights; empty where it knows nothing. */
  readonly parts: readonly (readonly { readonly joint: number; readonly weight: number }[])[];
  /** Names of joints about which nothing is known. */
  readonly missing: readonly string[];
}

/**
 * @param given overrides; a joint that is not among them is looked for by its name
 * @throws RangeError naming the joint that neither skeleton has, or weights that do not add up to 1
 */
export function mapJoints(
  from: readonly string[],
  skeleton: Skeleton,
  given: JointSources = {},
): JointMap {
  const stranger = Object.keys(given).find((name) => !skeleton.joints.includes(name));
  if (stranger !== undefined) {
    throw new RangeError(
      `joint map: no joint ${stranger} among ${skeleton.joints.join(', ')}, which the keys must name`,
    );
  }
  const plain = from.map(plainName);
  const find = (name: string) => {
    const joint = plain.indexOf(plainName(name));
    if (joint !== -1) return joint;
    throw new RangeError(`joint map: no joint ${name} among those to map from: ${from.join(', ')}`);
  };
  const parts = skeleton.joints.map((name) => {
    const source = given[name];
    if (source === null) return [];
    if (source === undefined)
      return plain.includes(plainName(name)) ? [{ joint: find(name), weight: 1 }] : [];
    const weights = weightsOf(source);
    const sum = weights.reduce((total, [, weight]) => total + weight, 0);
    if (Math.abs(sum - 1) > 1e-6) {
      throw new RangeError(`joint map: ${name}: expected weights that add up to 1, got ${sum}`);
    }
    return weights.map(([joint, weight]) => ({ joint: find(joint), weight }));
  });
  return { skeleton, parts, missing: skeleton.joints.filter((_, i) => parts[i]!.length === 0) };
}

/** Places by weight, with the lowest of the scores; (0, 0) with score 0 where nothing is known. */
export function mapKeypoints(
  { parts }: JointMap,
  keypoints: readonly PredictedKeypoint[],
): PredictedKeypoint[] {
  return parts.map((sources) => {
    if (sources.length === 0) return { x: 0, y: 0, score: 0 };
    const sum = (of: (point: Point) => number) =>
      sources.reduce((total, { joint, weight }) => total + weight * of(keypoints[joint]!), 0);
    const scores = sources.map(({ joint }) => keypoints[joint]!.score);
    return { x: sum(({ x }) => x), y: sum(({ y }) => y), score: Math.min(...scores) };
  });
}

function weightsOf(source: NonNullable<JointSource>): [string, number][] {
  if (typeof source === 'string') return [[source, 1]];
  if (isList(source)) return source.map((name) => [name, 1 / source.length]);
  return Object.entries(source);
}

const isList = (source: NonNullable<JointSource>): source is readonly string[] =>
  Array.isArray(source);
