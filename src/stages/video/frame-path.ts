// Names of video frames: `clip.mp4#frame=120` is the frame with number 120, counted from 0.

export function framePath(video: string, frame: number): string {
  return `${video}#frame=${frame}`;
}

/** The video of a frame's path; undefined for any other path. */
export function videoOf(path: string): string | undefined {
  return /^(.+)#frame=\d+$/s.exec(path)?.[1];
}
