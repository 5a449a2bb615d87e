// Which frames of a video are taken: every so many, or where the scene changes.

export type Sampling = { readonly every: number } | { readonly scene: number };

/** A frame a second of most cameras. */
export const DEFAULT_SAMPLING: Sampling = { every: 30 };

/** For the database: `every 30`, `scene 0.4`. */
export function samplingName(sampling: Sampling): string {
  return 'every' in sampling ? `every ${sampling.every}` : `scene ${sampling.scene}`;
}

/**
 * ffmpeg's filter. Time stamps become frame numbers first, so that a frame can be named by where it stands in the video;
 * for scenes, the numbers come out on file descriptor 3. The first frame starts a scene.
 */
export function samplingFilter(sampling: Sampling): string {
  return 'every' in sampling
    ? `select='not(mod(n\\,${sampling.every}))'`
    : `setpts=N,select='eq(n\\,0)+gt(scene\\,${sampling.scene})',metadata=mode=print:file=pipe\\\\:3`;
}
