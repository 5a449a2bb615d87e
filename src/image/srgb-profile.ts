// Whether a colour profile says sRGB: then a picture's levels are what they seem, and converting them is work for nothing.
// Source: ICC.1:2022 sections 7 and 10 for the format, IEC 61966-2-1 for sRGB.

/** The primaries of sRGB, adapted to D50: X, Y, Z of red, green and blue. */
const PRIMARIES = {
  rXYZ: [0.4361, 0.2225, 0.0139],
  gXYZ: [0.3851, 0.7169, 0.0971],
  bXYZ: [0.1431, 0.0606, 0.7141],
} as const;
/** Its curve as parameters g, a, b, c, d: (a·x + b)^g from d, c·x below. */
const CURVE = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045];
/** Profiles round differently; those of other spaces are further away by far. */
const NEAR = 5e-4;
/** Of a curve's values, in which half a level of the darkest is 1.5e-4 and of the brightest 4e-3. */
const NEAR_CURVE = 1e-4;

/** The last one that said so: the pictures of a folder carry the same few. */
let known = Buffer.alloc(0);

/** False for everything else, broken profiles and those with tables for each intent included. */
export function isSrgbProfile(profile: Uint8Array): boolean {
  if (known.equals(profile)) return known.length > 0;
  const isSrgb = saysSrgb(Buffer.from(profile.buffer, profile.byteOffset, profile.length));
  if (isSrgb) known = Buffer.from(profile);
  return isSrgb;
}

function saysSrgb(bytes: Buffer): boolean {
  if (bytes.length < 132) return false;
  const text = (at: number) => bytes.toString('latin1', at, at + 4);
  if (text(16) !== 'RGB ' || text(20) !== 'XYZ ') return false;
  const tags = new Map<string, Buffer>();
  const count = bytes.readUInt32BE(128);
  for (let i = 0; i < count && 144 + 12 * i <= bytes.length; i++) {
    const at = 132 + 12 * i;
    const start = bytes.readUInt32BE(at + 4);
    tags.set(text(at), bytes.subarray(start, start + bytes.readUInt32BE(at + 8)));
  }
  if ([...tags.keys()].some((name) => /^[AD]2B/.test(name))) return false;
  return (
    Object.entries(PRIMARIES).every(([name, primary]) => isNear(tags.get(name), primary)) &&
    ['rTRC', 'gTRC', 'bTRC'].every((name) => isSrgbCurve(tags.get(name)))
  );
}

function isNear(tag: Buffer | undefined, primary: readonly number[]): boolean {
  if (tag === undefined || tag.length < 20 || tag.toString('latin1', 0, 4) !== 'XYZ ') return false;
  return primary.every((value, i) => Math.abs(fixed(tag, 8 + 4 * i) - value) < NEAR);
}

function isSrgbCurve(tag: Buffer | undefined): boolean {
  if (tag === undefined || tag.length < 12) return false;
  const type = tag.toString('latin1', 0, 4);
  if (type === 'para') {
    if (tag.readUInt16BE(8) !== 3 || tag.length < 32) return false;
    return CURVE.every((value, i) => Math.abs(fixed(tag, 12 + 4 * i) - value) < NEAR_CURVE);
  }
  const entries = tag.readUInt32BE(8);
  // One entry is a plain power, none is a straight line.
  if (type !== 'curv' || entries < 256 || tag.length < 12 + 2 * entries) return false;
  for (let i = 0; i < entries; i++) {
    const value = tag.readUInt16BE(12 + 2 * i) / 65535;
    if (Math.abs(value - linear(i / (entries - 1))) > NEAR_CURVE) return false;
  }
  return true;
}

/** s15Fixed16. */
const fixed = (tag: Buffer, at: number): number => tag.readInt32BE(at) / 65536;

function linear(x: number): number {
  const [g, a, b, c, d] = CURVE as [number, number, number, number, number];
  return x >= d ? (a * x + b) ** g : c * x;
}
