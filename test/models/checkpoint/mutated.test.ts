import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StateArrays } from '../../../src/engine/types.ts';
import { encodeNpz } from '../../../src/models/checkpoint/npz.ts';
import { readWeights } from '../../../src/models/checkpoint/read-weights.ts';
import { encodeTorch } from '../../../src/models/checkpoint/torch-write.ts';
import { goldenFiles } from '../../support/golden.ts';
import { dict, integer, tensor, text, torchArchive } from '../../support/pickles.ts';

const WORDS = /^(it loads$|x\.pth (cannot be read as a checkpoint|is not a safetensors file))/;

/** `it loads`, or why not. Whatever else is thrown fails the test. */
function outcome(bytes: Uint8Array): string {
  try {
    readWeights(bytes, 'x.pth');
    return 'it loads';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('bytes at random', () => {
  const files = goldenFiles('checkpoints', /^(?!reject_).*\.(pth|tar|safetensors)$/);
  const ours: StateArrays = { w: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) } };
  const seeds = [
    ...files.map((file) => readFileSync(file)),
    encodeNpz(ours),
    encodeTorch(ours),
  ].filter((bytes) => bytes.length < 10_000);

  it('either load or are refused in words, whatever was changed, cut or doubled', () => {
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      value: fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)),
      kind: fc.constantFrom('set', 'set', 'set', 'cut', 'insert', 'repeat'),
    });
    let loaded = 0;
    fc.assert(
      fc.property(
        fc.nat(seeds.length - 1),
        fc.array(edit, { minLength: 1, maxLength: 6 }),
        (which, edits) => {
          let bytes = Buffer.from(seeds[which]!);
          for (const { at, value, kind } of edits) {
            const i = Math.floor(at * bytes.length);
            if (kind === 'set') bytes[i] = value;
            else if (kind === 'cut') bytes = bytes.subarray(0, Math.max(1, i));
            else if (kind === 'insert') {
              bytes = Buffer.concat([
                bytes.subarray(0, i),
                Buffer.from([value]),
                bytes.subarray(i),
              ]);
            } else bytes = Buffer.concat([bytes.subarray(0, i), bytes.subarray(i >> 1)]);
          }
          const said = outcome(bytes);
          if (said === 'it loads') loaded += 1;
          expect(said).toMatch(WORDS);
        },
      ),
      { numRuns: 800, seed: 7 },
    );
    expect(loaded).toBeGreaterThan(0);
  });

  it('in the pickle itself, under right checksums, do no harm either', () => {
    const whole = dict(
      ...[text('epoch'), integer(3), text('w')],
      ...[
        tensor('0', 4, { shape: [2, 2], strides: [1, 2] }),
        text('o'),
        'ccollections\nOrderedDict\n)R',
      ],
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }),
        (flips) => {
          const data = Buffer.from(whole);
          for (const [at, value] of flips) data[at] = value;
          const said = outcome(torchArchive(data, { 0: new Uint8Array(16) }));
          expect(said).toMatch(WORDS);
        },
      ),
      { numRuns: 800, seed: 8 },
    );
  });
});
