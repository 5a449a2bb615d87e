// Colour profiles of three primaries and a curve, as cameras and programs write them.
export type Curve = { readonly entries: number; readonly at: (x: number) => number };

export const SRGB_PRIMARIES = [
  [0.4361, 0.2225, 0.0139],
  [0.3851, 0.7169, 0.0971],
  [0.1431, 0.0606, 0.7141],
] as const;

export const srgbCurve = (x: number): number =>
  x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;

/** @param more names of further tags, empty ones */
export function matrixProfile(
  primaries: readonly (readonly number[])[],
  { entries, at }: Curve,
  more: readonly string[] = [],
): Buffer {
  const names = ['rXYZ', 'gXYZ', 'bXYZ', 'rTRC', 'gTRC', 'bTRC', ...more];
  const table = Buffer.alloc(12 + 2 * entries);
  table.write('curv');
  table.writeUInt32BE(entries, 8);
  for (let i = 0; i < entries; i++)
    table.writeUInt16BE(Math.round(at(i / (entries - 1)) * 65535), 12 + 2 * i);
  const contents = [...primaries.map(colour), table];
  const head = Buffer.alloc(132 + 12 * names.length);
  head.write('mntrRGB XYZ ', 12);
  head.write('acsp', 36);
  head.writeUInt32BE(names.length, 128);
  const starts = contents.map(
    (_, i) => head.length + contents.slice(0, i).reduce((sum, { length }) => sum + length, 0),
  );
  for (const [i, name] of names.entries()) {
    // The three colours share a curve.
    const which = Math.min(i, 3);
    head.write(name, 132 + 12 * i);
    head.writeUInt32BE(starts[which]!, 136 + 12 * i);
    head.writeUInt32BE(contents[which]!.length, 140 + 12 * i);
  }
  const profile = Buffer.concat([head, ...contents]);
  profile.writeUInt32BE(profile.length, 0);
  return profile;
}

function colour(values: readonly number[]): Buffer {
  const tag = Buffer.alloc(20);
  tag.write('XYZ ');
  for (const [i, value] of values.entries()) tag.writeInt32BE(Math.round(value * 65536), 8 + 4 * i);
  return tag;
}
