// OKS sigmas that the user gives: numbers in the order of the joints, or a JSON file.
import { z } from 'zod';
import { readJson } from '../formats/read-json.ts';
import type { Skeleton } from '../pose/types.ts';

const sigma = z.number().positive();
const sigmaFile = z.union([z.array(sigma), z.record(z.string(), sigma)]);

/**
 * @param given `0.026,0.079,…`, or a JSON file: a list in the order of the joints, or an object of values by joint name
 * @returns the skeleton with these sigmas, and where they come from
 * @throws RangeError naming the joints and numbers that do not fit
 */
export async function withSigmas(skeleton: Skeleton, given: string): Promise<Skeleton> {
  const isList = /^[\d.,eE+\s-]+$/.test(given);
  const values: unknown = isList
    ? given.split(',').map((text) => (text.trim() === '' ? NaN : Number(text)))
    : await readJson(given);
  const parsed = sigmaFile.safeParse(values);
  if (!parsed.success) {
    throw new RangeError(
      `--sigmas ${given}: expected numbers > 0, as a list or by joint name, got ${JSON.stringify(values).slice(0, 80)}`,
    );
  }
  const { joints } = skeleton;
  const sigmas = Array.isArray(parsed.data) ? parsed.data : byName(joints, parsed.data, given);
  if (sigmas.length !== joints.length) {
    throw new RangeError(
      `--sigmas ${given}: expected ${joints.length} numbers for ${joints.join(', ')}, got ${sigmas.length}`,
    );
  }
  return { ...skeleton, sigmas, sigmasSource: isList ? `given (${given})` : given };
}

function byName(
  joints: readonly string[],
  values: Readonly<Record<string, number>>,
  file: string,
): number[] {
  const missing = joints.filter((joint) => values[joint] === undefined);
  const unknown = Object.keys(values).filter((name) => !joints.includes(name));
  if (missing.length + unknown.length > 0) {
    throw new RangeError(
      `--sigmas ${file}: missing ${missing.join(', ') || 'nothing'}, unknown ${unknown.join(', ') || 'nothing'}; the joints are ${joints.join(', ')}`,
    );
  }
  return joints.map((joint) => values[joint]!);
}
