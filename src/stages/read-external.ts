// Opens the external network that a name stands for, and reads the files that describe it and its joints.
import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { readJson } from '../formats/read-json.ts';
import type { ExternalNetwork } from '../models/external/external-network.ts';
import { openMoveNet } from '../models/external/movenet.ts';
import { openOnnxNetwork } from '../models/external/onnx-network.ts';
import { parseOnnxSpec } from '../models/external/onnx-spec.ts';
import { mapJoints, type JointMap, type JointSources } from '../pose/joint-map.ts';
import { buildSkeleton, SKELETONS } from '../pose/skeleton.ts';
import type { Skeleton } from '../pose/types.ts';

/** Whether a model is none of ours: `movenet`, or an ONNX file. */
export function isExternal(where: string): boolean {
  return where === 'movenet' || where.endsWith('.onnx');
}

/** @param spec describes an ONNX file. @default FILE.onnx.json */
export async function openExternal(
  where: string,
  { spec, threads }: { readonly spec?: string | undefined; readonly threads?: number | undefined },
): Promise<ExternalNetwork> {
  if (where === 'movenet') return openMoveNet();
  const file = spec ?? `${where}.json`;
  const isThere = await stat(file).catch(() => undefined);
  if (!isThere) {
    throw new Error(
      `no description of ${where} at ${file}: say there how pictures go in and which joints come out (docs/teachers.md), or name the file with --teacher-spec`,
    );
  }
  return openOnnxNetwork(where, parseOnnxSpec(await readJson(file), file), { threads });
}

const source = z.union([
  z.string(),
  z.array(z.string()).min(1),
  z.record(z.string(), z.number()),
  z.null(),
]);
const mapFile = z.record(z.string(), source);

/**
 * @param given the name of a known skeleton, or a JSON file of joint sources
 * @param wanted the skeleton to map to. @default that of `given`, else the network's own
 */
export async function readJointMap(
  from: Skeleton,
  given: string | undefined,
  wanted?: Skeleton,
): Promise<JointMap> {
  if (given === undefined) return mapJoints(from.joints, wanted ?? from);
  const known = Object.values(SKELETONS).find(({ name }) => name === given);
  if (known) return mapJoints(from.joints, wanted ?? known);
  const parsed = mapFile.safeParse(await readJson(given));
  if (!parsed.success) {
    throw new Error(
      `${given}: expected an object: joint of the wanted skeleton to a joint's name, a list of names, weights by name, or null; ${parsed.error.issues[0]!.path.join('.')} is none of these`,
    );
  }
  const sources: JointSources = parsed.data;
  return mapJoints(from.joints, wanted ?? skeletonOfJoints(Object.keys(sources)), sources);
}

/** With the limbs of the published skeleton that has these joints. */
function skeletonOfJoints(joints: readonly string[]): Skeleton {
  const known = Object.values(SKELETONS).find((one) => one.joints.join() === joints.join());
  return known ?? buildSkeleton('mapped', joints, []);
}
