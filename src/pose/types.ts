// The nouns of heatstream: sizes, points, boxes, affines, skeletons. No behaviour, no dependencies.

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Person box in pixels of the upright picture (EXIF orientation applied): left, top, width, height. */
export interface Box extends Size, Point {}

/** 2x3 affine, row-major: x' = a x + b y + c, y' = d x + e y + f. Named by what it maps: `cropFromImage`, `inputFromView`. */
export type Affine = readonly [number, number, number, number, number, number];

/** One keypoint in pixels. v as COCO: 0 = not labelled, 1 = occluded, 2 = visible. */
export interface Keypoint extends Point {
  readonly v: 0 | 1 | 2;
}

/** One predicted keypoint: pixels of the upright picture, score = height of the heatmap peak. */
export interface PredictedKeypoint extends Point {
  readonly score: number;
}

export interface Skeleton {
  readonly name: string;
  readonly joints: readonly string[];
  /** Pairs of joint indices (0-based) that swap when the picture is mirrored. */
  readonly flipPairs: readonly (readonly [number, number])[];
  /** Limbs to draw, 0-based. */
  readonly edges: readonly (readonly [number, number])[];
  /** OKS standard deviation a joint, as pycocotools `kpt_oks_sigmas`. */
  readonly sigmas: readonly number[];
  /** Where the sigmas come from, printed beside every OKS number. */
  readonly sigmasSource: string;
}

/** Where a person box came from. */
export type BoxSource = 'given' | 'labels' | 'whole-image' | 'teacher' | 'detector';

/**
 * How pixel coordinates meet when pictures are scaled.
 * - `centres`: x' = k x, pixel centres at integers: the convention of SimpleBaseline, HRNet and the paper's code (heatmap = input / 4).
 * - `edges`: x' + 0.5 = k (x + 0.5), the convention of align_corners=False: what recipe `peer` uses.
 */
export type PixelOrigin = 'centres' | 'edges';

/**
 * How pixels of a heatmap lie on pixels of the network input, x' and x.
 * - `centres`, `edges`: as the pixels of scaled pictures.
 * - `corners`: the outermost pixel centres meet, x = x' (W - 1) / (w - 1): UDP.
 * - `cells`: a heatmap pixel stands for the middle of its cell of input pixels, x = stride (x' + 0.5): MSPN.
 */
export type HeatmapAlign = PixelOrigin | 'corners' | 'cells';

/** Value outside the picture: 0 after normalisation (mean colour) or the nearest pixel. */
export type Padding = 'zero' | 'edge';

/** Everything that decides the pixels of a canonical crop; its digest is part of the crop's key. */
export interface CropSpec {
  /** Network input. */
  readonly input: Size;
  /** The aspect-fixed box is enlarged by this factor to become the input view (paper: 1.25, peer: 1.1). */
  readonly boxScale: number;
  /** Stored field of view over the input view, per axis, >= 1: room for rotated and zoomed views. */
  readonly margin: Size;
  /** Size of the stored crop in pixels. */
  readonly stored: Size;
  readonly padding: Padding;
  readonly origin: PixelOrigin;
  /** Fill of `zero` padding, RGB 0–255: the recipe's mean colour. */
  readonly fill: readonly [number, number, number];
}

/** A canonical crop in memory. */
export interface Crop {
  readonly id: number;
  /** [stored.height, stored.width, 3] RGB 0–255. */
  readonly pixels: Uint8Array;
  readonly size: Size;
  readonly cropFromImage: Affine;
}

/** A person as a model sees them. */
export interface PredictedPerson {
  /** As given by the caller: relative to the folder of pictures, with forward slashes. */
  readonly path: string;
  readonly imageSize: Size;
  /** Where the model looked. */
  readonly box: Box;
  readonly keypoints: readonly PredictedKeypoint[];
  /** Confidence in the whole person, by `personScore`. */
  readonly score: number;
}
