// The pictures of a COCO file by id.
import type { CocoImage } from './coco-schema.ts';
import { checkFileName } from './file-name.ts';
import { FormatError } from './format-error.ts';
import type { LabelledImage } from './label-set.ts';

export interface ImageIndex {
  readonly images: readonly LabelledImage[];
  /** @throws FormatError when `entry` (such as `annotation 17`) names a picture that is not in the file */
  readonly fileNameOf: (imageId: number, entry: string) => string;
}

/** @throws FormatError when an id stands twice or a file name leaves the folder */
export function indexImages(entries: readonly CocoImage[], file: string): ImageIndex {
  const names = new Map<number, string>();
  const images = entries.map(({ id, file_name, width, height }): LabelledImage => {
    if (names.has(id)) throw new FormatError(file, `image ${id}: expected each id once`);
    const fileName = checkFileName(file_name, `image ${id}`, file);
    names.set(id, fileName);
    return { id, fileName, width, height };
  });
  return {
    images,
    fileNameOf(imageId, entry) {
      const name = names.get(imageId);
      if (name !== undefined) return name;
      throw new FormatError(
        file,
        `${entry}: image_id: expected the id of one of ${images.length} images, got ${imageId}`,
      );
    },
  };
}
