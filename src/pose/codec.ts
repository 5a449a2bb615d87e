// Codecs: how keypoints become heatmaps for training, and how heatmaps drawn that way become keypoints again.
import { kernelSize } from './blur.ts';
import type { DecodeOptions, Refinement } from './decode.ts';
import {
  encodeDark,
  encodeGaussian,
  encodeMspn,
  encodeMsra,
  encodeUdp,
  type Encode,
} from './heatmap.ts';
import type { HeatmapAlign, PixelOrigin } from './types.ts';

export const CODEC_NAMES = ['msra', 'gaussian', 'udp', 'dark', 'mspn'] as const;
export type CodecName = (typeof CODEC_NAMES)[number];

export interface Codec {
  readonly name: CodecName;
  readonly encode: Encode;
  /** How peaks become keypoints where nothing else is asked for. */
  readonly refine: Refinement;
  readonly empty: NonNullable<DecodeOptions['empty']>;
  /** How heatmap pixels lie on the input; absent: as the pixels of the recipe's crops do. */
  readonly align?: HeatmapAlign;
}

const CODECS: Readonly<Record<CodecName, Codec>> = {
  msra: { name: 'msra', encode: encodeMsra, refine: 'quarter', empty: 'origin' },
  gaussian: {
    ...{ name: 'gaussian', encode: encodeGaussian },
    ...{ refine: 'quarter-each-axis', empty: 'highest' },
  },
  udp: { name: 'udp', encode: encodeUdp, refine: 'udp', empty: 'origin', align: 'corners' },
  dark: { name: 'dark', encode: encodeDark, refine: 'dark', empty: 'origin' },
  mspn: { name: 'mspn', encode: encodeMspn, refine: 'mspn', empty: 'origin', align: 'cells' },
};

export const codecNamed = (name: CodecName): Codec => CODECS[name];

/** How heatmaps are read. */
export interface Decoding extends Pick<DecodeOptions, 'refine' | 'empty' | 'kernel'> {
  /** @default the origin of the crops */
  readonly align?: HeatmapAlign;
}

/** How heatmaps that were learnt with this codec are read. @param sigma of the targets, heatmap px */
export function decodingOf({ refine, empty, align }: Codec, sigma: number): Decoding {
  return { refine, empty, kernel: kernelSize(sigma), ...(align && { align }) };
}

export const alignOf = ({ align }: Codec, origin: PixelOrigin): HeatmapAlign => align ?? origin;
