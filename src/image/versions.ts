// Which image library works here.
import sharp from 'sharp';

/** For people: `sharp 0.35.5, libvips 8.18.7`. */
export function libraryVersions(): string {
  const { sharp: library, vips } = sharp.versions;
  return `sharp ${library}, libvips ${vips}`;
}
