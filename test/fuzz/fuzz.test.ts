// Mutated pictures and label files: each is ingested or refused with a reason, none crashes or hangs.
// HEATSTREAM_FUZZ=1000 inputs (`npm run test:fuzz`), HEATSTREAM_FUZZ_SEED=1.
import { readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { listQuarantine } from '../../db/quarantine.ts';
import { readBoxes } from '../../src/formats/boxes.ts';
import { readCocoLabels } from '../../src/formats/coco.ts';
import { FormatError } from '../../src/formats/format-error.ts';
import { ingest$ } from '../../src/pipeline/ingest.ts';
import { temporaryDatabase } from '../support/database.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ingest, size, spec, whole } from '../support/ingestion.ts';
import { cocoOf } from '../support/label-files.ts';
import { mutate } from '../support/mutate.ts';
import { animated, noise, noiseJpeg, pngHeader, rgb, rotatedJpeg } from '../support/pictures.ts';
import { collect, iterate } from '../support/streams.ts';

const count = Number(process.env['HEATSTREAM_FUZZ'] ?? 51);
const seed = Number(process.env['HEATSTREAM_FUZZ_SEED'] ?? 1);
/** Longest time for one input, ms. */
const LONGEST = 5000;
const outcomes = { accepted: 0, refused: 0, slowest: 0 };

afterAll(() => {
  const { accepted, refused, slowest } = outcomes;
  console.log(
    `fuzz: ${accepted + refused} inputs of seed ${seed}: ${accepted} accepted, ${refused} refused, the slowest took ${slowest.toFixed(0)} ms`,
  );
});

/** What pictures are mutated from. */
async function sources(): Promise<readonly (readonly [string, Buffer])[]> {
  return [
    ['jpg', await noiseJpeg(size, 1)],
    ['png', await rgb(noise(size, 2), size).png().toBuffer()],
    ['jpg', await rotatedJpeg(size, 6)],
    ['jpg', await rgb(noise(size, 7), size).withMetadata({ orientation: 1 }).jpeg().toBuffer()],
    ['jpg', await rgb(noise(size, 3), size).jpeg({ progressive: true }).toBuffer()],
    ['png', await rgb(noise(size, 4), size).png({ palette: true }).toBuffer()],
    ['gif', await animated(size, 'gif')],
    ['webp', await rgb(noise(size, 5), size).webp().toBuffer()],
    ['tiff', await rgb(noise(size, 6), size).tiff().toBuffer()],
  ];
}

async function inTime<T>(work: Promise<T>, what: string): Promise<T> {
  const start = performance.now();
  const value = await work;
  const took = performance.now() - start;
  expect(took, `${what} took too long`).toBeLessThan(LONGEST);
  outcomes.slowest = Math.max(outcomes.slowest, took);
  return value;
}

describe('fuzz', () => {
  it(
    'ingests or quarantines every mutated picture',
    { timeout: 60_000 + count * 500 },
    async () => {
      const originals = await sources();
      const pictures = Math.ceil((2 * count) / 3);
      const db = temporaryDatabase();
      const folder = temporaryFolder();
      for (let n = 0; n < pictures; n++) {
        const [extension, bytes] = originals[n % originals.length]!;
        const path = join(folder, `${n}.${extension}`);
        writeFileSync(path, mutate(bytes, seed, n));
        const { admitted, rejected } = await inTime(ingest(db, [path]), `input ${n} of ${seed}`);
        // Exactly one of both, and a reason for the owner.
        expect(admitted.length + rejected.length, path).toBe(1);
        if (rejected[0]) expect(rejected[0].reason.length).toBeGreaterThan(10);
        outcomes[admitted.length === 1 ? 'accepted' : 'refused'] += 1;
      }
      const held = listQuarantine(db).map(({ path }) => basename(path));
      const known = db.prepare<string>('SELECT path FROM file JOIN image ON image_id = id').pluck();
      const seen = new Set([...held, ...known.all().map((path) => basename(path))]);
      expect([...seen].sort()).toEqual(readdirSync(folder).sort());
    },
  );

  it('reads or refuses every mutated label file', { timeout: 60_000 + count * 100 }, async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'labels.json');
    const document = Buffer.from(JSON.stringify(cocoOf()));
    for (let n = 0; n < Math.floor(count / 3); n++) {
      writeFileSync(file, mutate(document, seed, 1_000_000 + n));
      const read = n % 2 === 0 ? readCocoLabels(file) : readBoxes(file);
      const outcome = await inTime(
        read.catch((error: unknown) => error),
        `label file ${n} of ${seed}`,
      );
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(FormatError);
      outcomes[outcome instanceof Error ? 'refused' : 'accepted'] += 1;
    }
  });

  it('refuses image bombs by their header, whatever stands behind it', async () => {
    const folder = temporaryFolder();
    const db = temporaryDatabase();
    const jpeg = await noiseJpeg(size, 1);
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
    const wide = Buffer.from(jpeg);
    wide.writeUInt16BE(65500, frame + 5);
    wide.writeUInt16BE(65500, frame + 7);
    const bombs = {
      'deep.png': pngHeader({ width: 60_000, height: 60_000 }),
      'wide.jpg': wide,
    };
    for (const [name, bytes] of Object.entries(bombs)) writeFileSync(join(folder, name), bytes);
    const counts: Record<string, number> = {};
    const rejected: string[] = [];
    const pictures = Object.keys(bombs).map((name) => ({
      path: join(folder, name),
      people: [whole],
    }));
    const context = {
      db,
      spec,
      counters: (name: string, by: number) => (counts[name] = (counts[name] ?? 0) + by),
      onReject: ({ stage, reason }: { stage: string; reason: string }) =>
        rejected.push(`${stage}: ${reason}`),
    };
    const before = process.resourceUsage().maxRSS;
    expect(await collect(ingest$(iterate(pictures), context))).toEqual([]);
    expect(rejected).toHaveLength(2);
    for (const reason of rejected) expect(reason).toMatch(/^identify: .*pixels are more than/);
    expect(counts).toEqual({ pictures_rejected: 2 });
    // A decoded bomb would take gigabytes.
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(200 * 1024);
  });
});
