// Finds and reads golden files: test/golden, or the folder in HEATSTREAM_GOLDEN; always by pattern, never one fixed name.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { goldenRoot } from './golden-root.ts';
import { GOLDEN_KINDS, kindOf, type Family, type Kind } from './golden-kinds.ts';

const root = goldenRoot;

export type GoldenJson = Readonly<Record<string, unknown>>;

/** Paths of the files of a family (`codec`, `eval`, `.` for the top) whose name matches, in name order. */
export function goldenFiles(family: string, pattern: RegExp): string[] {
  return namesIn(family)
    .filter((name) => pattern.test(name))
    .map((name) => join(root, family, name));
}

function namesIn(family: string): string[] {
  const folder = join(root, family);
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** Every file of the golden folder: family, name within it, and what it is ({@link kindOf}). */
export function everyGoldenFile(): {
  readonly family: string;
  readonly name: string;
  readonly is: ReturnType<typeof kindOf>;
}[] {
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return ['.', ...folders.map(({ name }) => name).sort()].flatMap((family) => {
    const files = readdirSync(join(root, family), {
      withFileTypes: true,
      recursive: family !== '.',
    })
      .filter((entry) => entry.isFile() && entry.name !== 'README.md')
      .map((entry) => relative(join(root, family), join(entry.parentPath, entry.name)));
    const names = new Set(files);
    return files.sort().map((name) => ({ family, name, is: kindOf(family, name, names) }));
  });
}

/** One block of tests a file of a kind; a kind without files is skipped by name. */
export function describeGolden<F extends Family>(
  family: F,
  kind: Kind<F>,
  tests: (file: string) => void,
): void {
  const all = namesIn(family);
  const names = new Set(all);
  const files = all
    .filter((name) => {
      const is = kindOf(family, name, names);
      return is !== undefined && 'kind' in is && is.kind === kind;
    })
    .map((name) => join(root, family, name));
  if (files.length === 0) {
    const pattern = GOLDEN_KINDS[family][kind] as RegExp;
    describe.skip(`${family}/${pattern.source}`, () => {
      it('has no golden file here', () => undefined);
    });
  }
  for (const file of files)
    describe(`${family}/${basename(file)}`, () => {
      tests(file);
    });
}

/** A golden file that is not checked, skipped by name with the reason. */
export function skipGolden(file: string, reason: string): void {
  it.skip(`${basename(file)} is not checked: ${reason}`, () => undefined);
}

/** Every test file on golden data calls this: a folder without any golden file must not pass. */
export function expectGoldenFiles(): void {
  it('finds golden files', () => {
    const count = existsSync(root)
      ? readdirSync(root, { recursive: true }).filter((name) =>
          /\.(f32|u8|i32|json)$/.test(String(name)),
        ).length
      : 0;
    expect(count, `golden files in ${root}`).toBeGreaterThan(0);
  });
}

/** JSON in which "NaN", "Infinity" and "-Infinity" stand for those numbers. */
// The type is the caller's knowledge of the file.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export function goldenJson<T = GoldenJson>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8'), (_key, value: unknown) =>
    value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : value,
  ) as T;
}

export interface GoldenArray<Sidecar = GoldenJson> {
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint8Array | Int32Array;
  readonly sidecar: Sidecar;
}

/** Raw little-endian numbers with the sidecar `<name>.json` beside them. */
export function goldenArray<Sidecar = GoldenJson>(file: string): GoldenArray<Sidecar> {
  const sidecar = goldenJson<Sidecar & { shape: number[] }>(
    file.replace(/\.(f32|u8|i32)$/, '.json'),
  );
  // A fresh copy: typed arrays need their own alignment.
  const bytes = Uint8Array.from(readFileSync(file)).buffer;
  const data = file.endsWith('.f32')
    ? new Float32Array(bytes)
    : file.endsWith('.i32')
      ? new Int32Array(bytes)
      : new Uint8Array(bytes);
  const expected = sidecar.shape.reduce((product, length) => product * length, 1);
  if (data.length !== expected) {
    throw new Error(
      `${file}: expected ${sidecar.shape.join('x')} = ${expected} numbers, got ${data.length}`,
    );
  }
  return { shape: sidecar.shape, data, sidecar };
}

/** [n, channels, height, width] to [n, height, width, channels]. */
export function channelsLast(data: ArrayLike<number>, shape: readonly number[]): Float32Array {
  const [n, channels, height, width] = shape as [number, number, number, number];
  const result = new Float32Array(data.length);
  let from = 0;
  for (let i = 0; i < n; i++)
    for (let c = 0; c < channels; c++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
          result[((i * height + y) * width + x) * channels + c] = data[from++]!;
  return result;
}

/** [n, height, width, channels] to [n, channels, height, width]. */
export function channelsFirst({
  shape,
  data,
}: {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}): { readonly shape: readonly number[]; readonly data: Float32Array } {
  const [n, height, width, channels] = shape as [number, number, number, number];
  // Rows and columns take the place of channels.
  const swapped = channelsLast(data, [n, height * width, channels, 1]);
  return { shape: [n, channels, height, width], data: swapped };
}

/** Largest absolute difference; NaN counts as infinitely far. */
export function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`Expected ${b.length} numbers, got ${a.length}`);
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (Number.isNaN(difference)) return Infinity;
    if (difference > largest) largest = difference;
  }
  return largest;
}
