import { describe, expect, it } from 'vitest';
import { readWeights } from '../../../src/models/checkpoint/read-weights.ts';
import {
  archive,
  dict,
  pickle,
  sameBytes,
  tensor,
  text,
  torchArchive,
} from '../../support/pickles.ts';

const refusal = (bytes: Uint8Array): string => {
  try {
    readWeights(bytes, 'x.pth');
  } catch (error) {
    return (error as Error).message;
  }
  return 'it loads';
};

const floats = (count: number) => new Uint8Array(4 * count);

describe('a hostile checkpoint is refused in words:', () => {
  it.each([
    [
      'a call of the system',
      torchArchive(pickle(0x80, 2, `cos\nsystem\n(${text('true')}tR.`)),
      /names the Python object os\.system.*torch\.save\(model\.state_dict\(\)/s,
    ],
    [
      'a global that JavaScript objects have by birth',
      torchArchive(pickle(0x80, 2, 'ctorch\nconstructor\n)R.')),
      /names the Python object torch\.constructor/,
    ],
    [
      'code in an instruction of old pickles',
      torchArchive(pickle(0x80, 2, '(ios\nsystem\n.')),
      /instruction 0x69 at byte 3/,
    ],
    [
      'a call of a storage class',
      torchArchive(pickle(0x80, 2, 'ctorch\nFloatStorage\n)R.')),
      /calls torch FloatStorage, which can only be named/,
    ],
    [
      'a tensor beyond its storage',
      torchArchive(dict(text('w'), tensor('0', 4, { offset: 1, shape: [2, 2], strides: [2, 1] })), {
        0: floats(4),
      }),
      /a tensor \[2, 2\] reaches beyond its storage of 4 elements/,
    ],
    [
      'a negative stride',
      torchArchive(dict(text('w'), tensor('0', 4, { shape: [2], strides: [-1] })), {
        0: floats(4),
      }),
      /holds -1 as a size/,
    ],
    [
      'a view that repeats one number beyond all memory',
      torchArchive(
        dict(text('w'), tensor('0', 1, { shape: [2 ** 30, 2 ** 30], strides: [0, 0] })),
        { 0: floats(1) },
      ),
      /larger than what is stored/,
    ],
    [
      'a view that negates what is stored',
      torchArchive(
        dict(
          text('w'),
          tensor('0', 4, { shape: [4], strides: [1] }).replace(
            '\x89}tR',
            `\x89}}${text('neg')}\x88stR`,
          ),
        ),
        { 0: floats(4) },
      ),
      /a tensor is a neg view of what is stored: save its clone\(\)/,
    ],
    [
      'a storage that is not there',
      torchArchive(dict(text('w'), tensor('7', 1, { shape: [1], strides: [1] }))),
      /no storage data\/7/,
    ],
    [
      'a storage that is shorter than it says',
      torchArchive(dict(text('w'), tensor('0', 2, { shape: [1], strides: [1] })), { 0: floats(1) }),
      /data\/0 has 4 bytes, expected 8/,
    ],
    [
      'a dict that holds itself',
      torchArchive(pickle(0x80, 2, `}q\x00${text('state_dict')}h\x00s.`)),
      /holds no weights by name: its keys are state_dict/,
    ],
    [
      'dicts within dicts, each twice as many',
      torchArchive(
        pickle(
          0x80,
          2,
          '}',
          ...Array.from({ length: 100 }, () => `q\x00}(${text('a')}h\x00${text('b')}h\x00u`),
          '.',
        ),
      ),
      /holds no weights by name/,
    ],
    [
      'many lists within lists',
      torchArchive(pickle(0x80, 2, `}(${text('a')}`, ']'.repeat(1e5), 'a'.repeat(1e5 - 1), 'u.')),
      /holds no weights by name/,
    ],
    [
      'copies of copies',
      torchArchive(
        pickle(
          ...[0x80, 2, '](', 'N'.repeat(10_000), 'eq\x00'],
          ...['(', 'cbuiltins\nset\nh\x00\x85R'.repeat(2_000), 't.'],
        ),
      ),
      /copies more values than a checkpoint holds/,
    ],
    [
      'an integer of a megabyte',
      torchArchive(pickle(0x80, 2, 0x8b, 0, 0, 16, 0, '\x01'.repeat(2 ** 20), '.')),
      /an integer of 1048576 bytes/,
    ],
    ['an empty stack', torchArchive(pickle(0x80, 2, '.')), /takes a value from an empty stack/],
    ['a mark that was never set', torchArchive(pickle(0x80, 2, 'Nt.')), /a mark that it never set/],
    ['a value that was never kept', torchArchive(pickle(0x80, 2, 'h\x05.')), /recalls value 5/],
    ['a pickle without end', torchArchive(pickle(0x80, 2, '}')), /it is cut off/],
    ['another protocol', torchArchive(pickle(0x80, 9, '.')), /protocol above 5/],
    [
      'an archive that unpacks to a thousand times its size',
      archive([{ name: 'x/data.pkl', data: Buffer.alloc(2 ** 27), deflate: true }]),
      /unpacks from \d+ to 134217728 bytes/,
    ],
    [
      'an archive of many entries, each of which unpacks to a thousand times its size',
      archive(
        Array.from({ length: 5 }, (_, i) => ({
          ...{ name: `w${i}.npy`, deflate: true },
          data: Buffer.alloc(2 ** 24),
        })),
      ),
      /its archive unpacks from \d+ to 83886080 bytes/,
    ],
    [
      'an archive with many names for the same bytes',
      sameBytes(['a.npy', 'b.npy', 'c.npy'], floats(100)),
      /entries of its archive lie on top of each other/,
    ],
    [
      'sizes whose product is no number, which would free the budget of views',
      torchArchive(
        dict(
          text('a'),
          tensor('0', 1, {
            shape: [...Array.from({ length: 50 }, () => 2 ** 30), 0],
            strides: Array.from({ length: 51 }, () => 0),
          }),
          text('b'),
          tensor('0', 1, { shape: [2 ** 30], strides: [0] }),
        ),
        { 0: floats(1) },
      ),
      /tensors, b among them, are larger than what is stored/,
    ],
    [
      'a tuple of many numbers that is looked at many times',
      torchArchive(
        pickle(
          ...[0x80, 2, `](${'K\x00'.repeat(10_000)}eq\x00(`],
          ...['ctorch\nSize\nh\x00\x85R0'.repeat(2_000), 't.'],
        ),
      ),
      /copies more values than a checkpoint holds/,
    ],
    [
      'an entry that unpacks to more than it says',
      archive([{ name: 'x/data.pkl', data: Buffer.alloc(1000), deflate: true, size: 10 }]),
      /does not unpack|unpacks to/,
    ],
    [
      'a wrong checksum',
      archive([{ name: 'x/data.pkl', data: pickle(0x80, 2, '}.'), crc: 1 }]),
      /checksum of its entry x\/data\.pkl is wrong/,
    ],
    [
      'a name twice',
      archive([
        { name: 'x/data.pkl', data: pickle(0x80, 2, '}.') },
        { name: 'x/data.pkl', data: pickle(0x80, 2, '}.') },
      ]),
      /holds x\/data\.pkl twice/,
    ],
    [
      'an archive of something else',
      archive([{ name: 'a.txt', data: floats(1) }]),
      /neither data\.pkl/,
    ],
    ['one array', Buffer.from('\x93NUMPY\x01\x00', 'latin1'), /one array without a name/],
    [
      'Python objects in .npz',
      archive([
        {
          name: 'w.npy',
          data: Buffer.from(
            "\x93NUMPY\x01\x00\x3a\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n".padEnd(
              80,
            ),
            'latin1',
          ),
        },
      ]),
      /its array w is of type \|O|has the header/,
    ],
    [
      'more axes than there are',
      archive([
        {
          name: 'w.npy',
          data: Buffer.from(
            `\x93NUMPY\x01\x00\xf6\x03${`{'descr': '|u1', 'fortran_order': True, 'shape': (${'1, '.repeat(300)}), }`.padEnd(1014)}1`,
            'latin1',
          ),
        },
      ]),
      /its array w has 300 axes/,
    ],
    ['nothing', new Uint8Array(), /begins like none of the formats/],
    [
      'control characters in its names',
      torchArchive(pickle(0x80, 2, 'ca\x1b[2J\nb\n.')),
      /a\?\[2J\.b/,
    ],
  ])('%s', (_what, bytes, problem) => {
    const start = process.cpuUsage();
    const said = refusal(bytes);
    expect(said).toMatch(problem);
    expect(said).toMatch(/^x\.pth cannot be read as a checkpoint: /);
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1000).toBeLessThan(2000);
  });
});
