// Writes weights as torch.save does: an archive with the pickle of an OrderedDict, and one storage a tensor.
import type { NamedArray, StateArrays } from '../../engine/types.ts';
import { encodeZip } from './zip-write.ts';

/** `torch.load(file, weights_only=True)` reads it. */
export function encodeTorch(arrays: StateArrays): Uint8Array {
  const entries = Object.entries(arrays);
  const storages = entries.map(
    ([, { data }], key) =>
      [
        `weights/data/${key}`,
        new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      ] as const,
  );
  return encodeZip([
    ['weights/data.pkl', statePickle(entries)],
    ['weights/byteorder', Buffer.from('little')],
    ...storages,
    ['weights/version', Buffer.from('3\n')],
  ]);
}

/** Instructions of pickle protocol 2. */
const MARK = '(';
const TUPLE = 't';
const EMPTY_DICT = 'ccollections\nOrderedDict\n)R';

function statePickle(entries: readonly (readonly [string, NamedArray])[]): Uint8Array {
  const parts: Buffer[] = [];
  const op = (text: string) => parts.push(Buffer.from(text, 'latin1'));
  const text = (value: string) => {
    const bytes = Buffer.from(value, 'utf8');
    const head = Buffer.from('X\0\0\0\0', 'latin1');
    head.writeUInt32LE(bytes.length, 1);
    parts.push(head, bytes);
  };
  const integer = (value: number) => {
    const bytes = Buffer.from('J\0\0\0\0', 'latin1');
    bytes.writeInt32LE(value, 1);
    parts.push(bytes);
  };
  const integers = (values: readonly number[]) => {
    op(MARK);
    values.forEach(integer);
    op(TUPLE);
  };
  op(`\x80\x02${EMPTY_DICT}${MARK}`);
  for (const [key, [name, { shape, data }]] of entries.entries()) {
    text(name);
    op(`ctorch._utils\n_rebuild_tensor_v2\n${MARK}${MARK}`);
    text('storage');
    op('ctorch\nFloatStorage\n');
    text(String(key));
    text('cpu');
    integer(data.length);
    op(`${TUPLE}Q`); // the storage, kept outside
    integer(0); // its first element
    integers(shape);
    integers(rowMajor(shape));
    op(`\x89${EMPTY_DICT}${TUPLE}R`); // no gradient, no hooks
  }
  op('u.');
  return Buffer.concat(parts);
}

const rowMajor = (shape: readonly number[]): number[] =>
  shape.map((_, axis) => shape.slice(axis + 1).reduce((product, n) => product * n, 1));
