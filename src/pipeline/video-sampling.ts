// Which frames of videos `--every` and `--scene` ask for.
import type { Options } from '../config/options.ts';
import { UsageError } from '../config/resolve.ts';
import type { Sampling } from '../stages/video/sampling.ts';

/** undefined where nothing is asked for. @throws UsageError where both are */
export function videoSampling({
  every,
  scene,
}: Pick<Options, 'every' | 'scene'>): Sampling | undefined {
  if (every !== undefined && scene !== undefined)
    throw new UsageError('--every and --scene: expected one of them');
  if (scene !== undefined) return { scene };
  return every === undefined ? undefined : { every };
}
