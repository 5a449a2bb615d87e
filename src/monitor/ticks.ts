// Round numbers for the axis of a chart.

/** About `count` round values (1, 2 or 5 times a power of ten) that span `low` … `high`, first <= low, last >= high. */
export function roundTicks(low: number, high: number, count: number): number[] {
  const range = high > low ? high - low : Math.abs(low) || 1;
  const rough = range / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999) ?? 10 * power;
  // Whole multiples are computed one by one, so that errors do not add up.
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toFixed(digits)),
  );
}
