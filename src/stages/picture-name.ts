// Which file names are pictures, and which are videos.

/** jpg, jpeg, png, webp, tif, tiff, avif, gif in any case; hidden files are none. */
export function isPictureName(name: string): boolean {
  return !name.startsWith('.') && /\.(jpe?g|png|webp|tiff?|avif|gif)$/i.test(name);
}

/** mp4, avi, mov, mkv in any case; hidden files are none. */
export function isVideoName(name: string): boolean {
  return !name.startsWith('.') && /\.(mp4|avi|mov|mkv)$/i.test(name);
}
