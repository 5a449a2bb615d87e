// Weighted sums of rows, then of columns, of RGB pixels: the inner loops of src/image/resample.ts, in WebAssembly SIMD.
// AssemblyScript; `npm run build:wasm` writes src/image/resample-wasm.ts.

/** Weights of each axis sum to 2^11. Sums of rows keep 7 bits behind the point, so that they fit 16 bits. */
const ROW_SHIFT: i32 = 4;
const ROW_HALF: i32 = 1 << (ROW_SHIFT - 1);
const SHIFT: i32 = 2 * 11 - ROW_SHIFT;
const HALF: i32 = 1 << (SHIFT - 1);

/**
 * All addresses are bytes of the memory. Reads up to 8 bytes behind a row of the source and behind `sums`, writes 1 byte behind
 * the result. Taps come in pairs: two places, and their weights in the halves of one word.
 * @param columns values of a source row that count, 3 a pixel
 * @param rowFrom [height, 2 rowPairs] i32: addresses of source rows
 * @param rowWeight [height, rowPairs] i32
 * @param columnFrom [width, 2 columnPairs] i32: bytes from the start of `sums`
 * @param columnWeight [width, columnPairs] i32
 * @param sums scratch, [1 pixel of fill + columns] i16; the fill is written by the caller, with 7 bits behind the point
 * @param result [height, width, 3] u8
 */
export function resample(
  columns: i32,
  height: i32,
  rowPairs: i32,
  rowFrom: usize,
  rowWeight: usize,
  width: i32,
  columnPairs: i32,
  columnFrom: usize,
  columnWeight: usize,
  sums: usize,
  result: usize,
): void {
  for (let y = 0; y < height; y++) {
    sumRows(columns, rowPairs, rowFrom, rowWeight, sums + 6);
    rowFrom += rowPairs << 3;
    rowWeight += rowPairs << 2;
    let from = columnFrom;
    let weight = columnWeight;
    let x = 0;
    // Bilinear taps, two pixels at a time: they share the steps after their sums.
    for (; columnPairs == 1 && x + 1 < width; x += 2) {
      const a = v128.load64_zero(sums + load<i32>(from));
      const b = v128.load64_zero(sums + load<i32>(from, 4));
      const c = v128.load64_zero(sums + load<i32>(from, 8));
      const d = v128.load64_zero(sums + load<i32>(from, 12));
      const first = i32x4.dot_i16x8_s(
        v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11),
        v128.load32_splat(weight),
      );
      const second = i32x4.dot_i16x8_s(
        v128.shuffle<i16>(c, d, 0, 8, 1, 9, 2, 10, 3, 11),
        v128.load32_splat(weight, 4),
      );
      const halves = i16x8.narrow_i32x4_s(
        i32x4.shr_s(i32x4.add(first, i32x4.splat(HALF)), SHIFT),
        i32x4.shr_s(i32x4.add(second, i32x4.splat(HALF)), SHIFT),
      );
      const bytes = i8x16.narrow_i16x8_u(halves, halves);
      store<i32>(result, i32x4.extract_lane(bytes, 0));
      store<i32>(result, i32x4.extract_lane(bytes, 1), 3);
      from += 16;
      weight += 8;
      result += 6;
    }
    for (; x < width; x++) {
      let sum = i32x4.splat(HALF);
      for (let k = 0; k < columnPairs; k++) {
        const left = v128.load64_zero(sums + load<i32>(from));
        const right = v128.load64_zero(sums + load<i32>(from, 4));
        const pairs = v128.shuffle<i16>(left, right, 0, 8, 1, 9, 2, 10, 3, 11);
        sum = i32x4.add(sum, i32x4.dot_i16x8_s(pairs, v128.load32_splat(weight)));
        from += 8;
        weight += 4;
      }
      const words = i32x4.shr_s(sum, SHIFT);
      const halves = i16x8.narrow_i32x4_s(words, words);
      // Four bytes, of which the next pixel overwrites the last.
      store<i32>(result, i32x4.extract_lane(i8x16.narrow_i16x8_u(halves, halves), 0));
      result += 3;
    }
  }
}

/** Two rows at a time: interleaved, so that one instruction weighs and adds both. */
function sumRows(columns: i32, pairs: i32, from: usize, weights: usize, sums: usize): void {
  for (let i = 0; i < columns; i += 8) {
    let first = i32x4.splat(ROW_HALF);
    let second = i32x4.splat(ROW_HALF);
    for (let k = 0; k < pairs; k++) {
      const upper = v128.load_ext<u8>(<usize>load<i32>(from + (k << 3)) + i);
      const lower = v128.load_ext<u8>(<usize>load<i32>(from + (k << 3), 4) + i);
      const both = v128.load32_splat(weights + (k << 2));
      const low = v128.shuffle<i16>(upper, lower, 0, 8, 1, 9, 2, 10, 3, 11);
      const high = v128.shuffle<i16>(upper, lower, 4, 12, 5, 13, 6, 14, 7, 15);
      first = i32x4.add(first, i32x4.dot_i16x8_s(low, both));
      second = i32x4.add(second, i32x4.dot_i16x8_s(high, both));
    }
    first = i32x4.shr_s(first, ROW_SHIFT);
    second = i32x4.shr_s(second, ROW_SHIFT);
    v128.store(sums + (i << 1), i16x8.narrow_i32x4_s(first, second));
  }
}
