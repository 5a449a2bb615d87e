// How the heatmaps of a target are stored.

export const TARGET_CODECS = ['u8', 'f16', 'keypoints'] as const;
export type TargetCodec = (typeof TARGET_CODECS)[number];

/** [height, width, joints] */
export type MapShape = readonly [number, number, number];

export interface MapCodec {
  /** In byte 5 of the blob. */
  readonly number: number;
  /**
   * @param heatmap [height, width, joints], finite values
   * @param sigma heatmap px; for codecs that draw Gaussians
   * @returns the body, in parts
   */
  encode(heatmap: Float32Array, shape: MapShape, sigma: number): readonly Buffer[];
  /**
   * @param peaks of each joint, as they are stored in the blob's header
   * @throws what zlib throws, and RangeError, for a body of another length
   */
  decode(body: Buffer, shape: MapShape, peaks: Float32Array): Float32Array;
}
