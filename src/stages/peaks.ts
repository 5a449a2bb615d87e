// Heights of heatmaps.

/** Height of the maximum of each joint's map; [h, w, joints] in. */
export function peaksOf(heatmap: Float32Array, joints: number): Float32Array {
  const highest = heatmap.slice(0, joints);
  for (let pixel = joints; pixel < heatmap.length; pixel += joints) {
    for (let joint = 0; joint < joints; joint++) {
      const value = heatmap[pixel + joint]!;
      if (value > highest[joint]!) highest[joint] = value;
    }
  }
  return highest;
}
