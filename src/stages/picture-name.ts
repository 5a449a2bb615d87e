// Which file names are pictures.

/** jpg, jpeg, png, webp, tif, tiff, avif, gif in any case; hidden files are none. */
export function isPictureName(name: string): boolean {
  return !name.startsWith('.') && /\.(jpe?g|png|webp|tiff?|avif|gif)$/i.test(name);
}
