// The labels of demo figures as a COCO-keypoints document.
import type { Scene } from './scene.ts';
import { FIGURE_EDGES, FIGURE_JOINTS } from './skeleton.ts';

export interface NamedScene extends Pick<Scene, 'size' | 'box' | 'keypoints'> {
  /** Relative to the folder of pictures, with forward slashes. */
  readonly fileName: string;
}

/** A COCO document: one person a picture; without `hasKeypoints` the person has a box only. Pixels to two decimals. */
export function cocoOfScenes(scenes: readonly NamedScene[], hasKeypoints: boolean) {
  return {
    images: scenes.map(({ fileName, size }, index) => ({
      id: index + 1,
      file_name: fileName,
      width: size,
      height: size,
    })),
    annotations: scenes.map(({ box, keypoints }, index) => ({
      id: index + 1,
      image_id: index + 1,
      category_id: 1,
      iscrowd: 0,
      bbox: [box.x, box.y, box.width, box.height].map(hundredths),
      area: hundredths(box.width * box.height),
      ...(hasKeypoints && {
        keypoints: keypoints.flatMap(({ x, y, v }) => [hundredths(x), hundredths(y), v]),
        num_keypoints: keypoints.filter(({ v }) => v > 0).length,
      }),
    })),
    categories: [
      {
        id: 1,
        name: 'person',
        keypoints: FIGURE_JOINTS,
        // COCO counts joints from 1.
        skeleton: FIGURE_EDGES.map(([a, b]) => [a + 1, b + 1]),
      },
    ],
  };
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
