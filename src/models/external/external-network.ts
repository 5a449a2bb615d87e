// A pose network that heatstream did not train, seen from outside: pictures in, joints out.
import type { Heatmaps } from '../../pose/warp-heatmap.ts';
import type { Affine, PixelOrigin, PredictedKeypoint, Size, Skeleton } from '../../pose/types.ts';

export interface ExternalNetwork {
  /** For people: `MoveNet Lightning`. */
  readonly name: string;
  /** sha256 of all that decides what it sees in a picture, hex. */
  readonly digest: string;
  /** Its own joints. */
  readonly skeleton: Skeleton;
  readonly input: Size;
  /** The aspect-fixed person box is enlarged by this factor to become its input. */
  readonly boxScale: number;
  readonly origin: PixelOrigin;
  /** What it is shown outside a picture, RGB 0–255. */
  readonly fill: readonly [number, number, number];
  /** Pictures a call, at most. */
  readonly batch: number;
  /** How joints are read from it, in words. */
  readonly decoding: string;
  /** @param pictures at most `batch`, each [input.height, input.width, 3] RGB 0–255 */
  look(pictures: readonly Uint8Array[]): Promise<Sight[]>;
  dispose(): Promise<void>;
}

/** What it sees in one picture. */
export interface Sight {
  /** Pixels of the input, one a joint. */
  readonly keypoints: readonly PredictedKeypoint[];
  /** Its own heatmaps, where targets are to be made from them. */
  readonly heatmaps?: Heatmaps & {
    /** Pixels of the heatmaps to pixels of the input. */
    readonly inputFromMap: Affine;
  };
}
