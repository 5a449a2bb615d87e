// Weighted sums of rows, then of columns, of RGB pixels: the inner loops of src/image/resample.ts, in WebAssembly SIMD.
// AssemblyScript; `npm run build:wasm` writes src/image/resample-wasm.ts.

/** Both axes' weights sum to 2^11. */
const SHIFT: i32 = 22;
const HALF: i32 = 1 << (SHIFT - 1);

/**
 * All addresses are bytes of the memory. Reads up to 8 bytes behind a row of the source and writes 1 byte behind the result.
 * @param source [rows, stride] u8
 * @param columns values of a source row that count, 3 a pixel
 * @param rowFrom [height, rowTaps] i32: addresses of source rows
 * @param rowWeight [height, rowTaps] i32
 * @param rowTaps even
 * @param columnFrom [width, columnTaps] i32: bytes from the start of `sums`
 * @param columnWeight [width, columnTaps] i32
 * @param sums scratch, [1 pixel of fill + columns + 8] i32; the fill is written by the caller
 * @param result [height, width, 3] u8
 */
export function resample(
  columns: i32,
  height: i32,
  rowTaps: i32,
  rowFrom: usize,
  rowWeight: usize,
  width: i32,
  columnTaps: i32,
  columnFrom: usize,
  columnWeight: usize,
  sums: usize,
  result: usize,
): void {
  for (let y = 0; y < height; y++) {
    sumRows(columns, rowTaps, rowFrom, rowWeight, sums + 12);
    rowFrom += rowTaps << 2;
    rowWeight += rowTaps << 2;
    let from = columnFrom;
    let weight = columnWeight;
    for (let x = 0; x < width; x++) {
      let sum = i32x4.splat(HALF);
      for (let k = 0; k < columnTaps; k++) {
        const value = v128.load(sums + load<i32>(from));
        sum = i32x4.add(sum, i32x4.mul(value, v128.load32_splat(weight)));
        from += 4;
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
function sumRows(columns: i32, taps: i32, from: usize, weights: usize, sums: usize): void {
  for (let k = 0; k < taps; k += 2) {
    const a = <usize>load<i32>(from + (k << 2));
    const b = <usize>load<i32>(from + (k << 2), 4);
    const pair = load<i32>(weights + (k << 2)) | (load<i32>(weights + (k << 2), 4) << 16);
    const both = i32x4.splat(pair);
    for (let i = 0; i < columns; i += 8) {
      const upper = v128.load_ext<u8>(a + i);
      const lower = v128.load_ext<u8>(b + i);
      let first = i32x4.dot_i16x8_s(
        v128.shuffle<i16>(upper, lower, 0, 8, 1, 9, 2, 10, 3, 11),
        both,
      );
      let second = i32x4.dot_i16x8_s(
        v128.shuffle<i16>(upper, lower, 4, 12, 5, 13, 6, 14, 7, 15),
        both,
      );
      const to = sums + (i << 2);
      if (k > 0) {
        first = i32x4.add(first, v128.load(to));
        second = i32x4.add(second, v128.load(to, 16));
      }
      v128.store(to, first);
      v128.store(to, second, 16);
    }
  }
}
