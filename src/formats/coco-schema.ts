// The parts of COCO files that are read, as zod schemas, and their errors in plain words.
import { z } from 'zod';
import { FormatError } from './format-error.ts';

/** Pixels; the bound keeps arithmetic on them finite. */
const pixels = z.number().min(-1e6).max(1e6);
const box = z.tuple([pixels, pixels, pixels, pixels]);

const image = z.object({
  id: z.int(),
  file_name: z.string().min(1),
  width: z.int().positive(),
  height: z.int().positive(),
});

const annotation = z.object({
  id: z.int(),
  image_id: z.int(),
  category_id: z.int(),
  bbox: box,
  area: z.number().nonnegative().optional(),
  iscrowd: z.union([z.literal(0), z.literal(1), z.boolean()]).optional(),
  num_keypoints: z.int().nonnegative().optional(),
  keypoints: z.array(pixels).optional(),
});

const category = z.object({
  id: z.int(),
  name: z.string(),
  keypoints: z.array(z.string().min(1)).optional(),
  skeleton: z.array(z.tuple([z.int(), z.int()])).optional(),
});

/** A labels file. */
export const cocoFile = z.object({
  images: z.array(image),
  annotations: z.array(annotation),
  categories: z.array(category),
});

/** The pictures that a results file counts on. */
export const cocoImages = z.object({
  images: z.array(image),
  categories: z.array(category).optional(),
});

/** A results file: what detectors write. */
export const cocoResults = z.array(
  z.object({
    image_id: z.int(),
    category_id: z.int(),
    bbox: box,
    score: z.number().optional(),
  }),
);

export type CocoImage = z.infer<typeof image>;
export type CocoAnnotation = z.infer<typeof annotation>;
export type CocoCategory = z.infer<typeof category>;

/** @throws FormatError at the first entry that is not as expected, with its id */
export function checkCoco<T>(schema: z.ZodType<T>, data: unknown, file: string): T {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const [where, rest] = entryOf(data, issue.path);
  const field = rest
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('');
  const place = [where, field.replace(/^\./, '')].filter((part) => part !== '').join(': ');
  throw new FormatError(file, `${place === '' ? '' : `${place}: `}${lowerFirst(issue.message)}`);
}

/** `annotations[3].bbox` in words: the entry by its id, then the path within it. */
function entryOf(data: unknown, path: readonly PropertyKey[]): [string, readonly PropertyKey[]] {
  const [list, index] = path;
  if (typeof list === 'number') return [`result ${list + 1}`, path.slice(1)];
  if (typeof list !== 'string' || typeof index !== 'number') return ['', path];
  const entries = (data as Record<string, unknown[]>)[list];
  const entry = entries?.[index] as { id?: unknown } | null | undefined;
  const noun = list === 'categories' ? 'category' : list.replace(/s$/, '');
  const name = typeof entry?.id === 'number' ? `${noun} ${entry.id}` : `${list}[${index}]`;
  return [name, path.slice(2)];
}

function lowerFirst(message: string): string {
  const plain = message.replace(/^Invalid input: /, '');
  return plain.charAt(0).toLowerCase() + plain.slice(1);
}
