// The Python globals that a PyTorch checkpoint may name, and the plain value that stands for each call. Everything else is refused by name.
import type { ElementType } from './element-type.ts';
import { dtype, scalar } from './numpy-scalar.ts';
import { PickleGlobal } from './pickle.ts';
import { refuse } from './problem.ts';
import { TorchStorage, TorchTensor } from './torch-tensor.ts';
import { Tuple } from './tuple.ts';

const STORAGES: ReadonlyMap<string, ElementType> = new Map([
  ['DoubleStorage', 'float64'],
  ['FloatStorage', 'float32'],
  ['HalfStorage', 'float16'],
  ['BFloat16Storage', 'bfloat16'],
  ['LongStorage', 'int64'],
  ['IntStorage', 'int32'],
  ['ShortStorage', 'int16'],
  ['CharStorage', 'int8'],
  ['ByteStorage', 'uint8'],
  ['BoolStorage', 'bool'],
]);

/** A storage class that a persistent id names. */
export class StorageType extends PickleGlobal {
  readonly type: ElementType;
  constructor(name: string, type: ElementType) {
    super(name);
    this.type = type;
  }
}

type Call = (args: readonly unknown[]) => unknown;

/** Storage, offset, sizes and strides; gradients and hooks have no meaning here; last, whether its values are negated on the way. */
const rebuildTensor: Call = ([storage, offset, shape, strides, , , views]) => {
  if (!(storage instanceof TorchStorage)) return refuse('a tensor is built from no storage');
  if (views instanceof Map && [...views.values()].includes(true)) {
    return refuse(
      `a tensor is a ${[...views.keys()].map(String).join(', ')} view of what is stored: save its clone()`,
    );
  }
  return new TorchTensor(storage, count(offset), counts(shape), counts(strides));
};

const rebuildParameter: Call = ([tensor]) =>
  tensor instanceof TorchTensor ? tensor : refuse('a parameter is built from no tensor');

/** A dict of nothing, of a dict, or of pairs. */
const dictOf: Call = ([source]) => {
  if (source === undefined) return new Map();
  if (source instanceof Map) return new Map(source);
  if (!Array.isArray(source)) return refuse('a dict is made from what has no items');
  return new Map(source.map(pair));
};

const setOf: Call = ([source]) =>
  source === undefined || Array.isArray(source)
    ? new Set(source)
    : refuse('a set is made from what is no list');

/** Bytes, as protocol 2 writes them. */
const encode: Call = ([text, encoding]) =>
  typeof text === 'string' && encoding === 'latin1'
    ? new Uint8Array(Buffer.from(text, 'latin1'))
    : refuse('bytes are encoded from what is no latin1 text');

const describe: Call = (args) => args.map((arg) => (isPlain(arg) ? String(arg) : '')).join(':');

const CALLS: Readonly<Record<string, Call | undefined>> = {
  'collections OrderedDict': dictOf,
  'collections Counter': dictOf,
  'collections defaultdict': ([, source]) => dictOf([source]),
  '__builtin__ set': setOf,
  'builtins set': setOf,
  '__builtin__ frozenset': setOf,
  'builtins frozenset': setOf,
  '_codecs encode': encode,
  'torch._utils _rebuild_tensor': rebuildTensor,
  'torch._utils _rebuild_tensor_v2': rebuildTensor,
  'torch._utils _rebuild_parameter': rebuildParameter,
  'torch._utils _rebuild_parameter_with_state': rebuildParameter,
  'torch Size': ([sizes]) => (sizes instanceof Tuple ? sizes : new Tuple(counts(sizes))),
  'torch device': describe,
  'numpy dtype': dtype,
  'numpy.core.multiarray scalar': scalar,
  'numpy._core.multiarray scalar': scalar,
};

/** Types that a checkpoint names without calling them: the factory of a defaultdict, an element type. */
const NAMED_ONLY =
  /^(?:(?:__builtin__|builtins) (?:int|float|str|bool|list|dict)|torch (?:float|bfloat|int|uint)\d+)$/;

export function torchGlobal(module: string, name: string): PickleGlobal {
  const full = `${module} ${name}`;
  const type = module === 'torch' || module === 'torch.cuda' ? STORAGES.get(name) : undefined;
  if (type !== undefined) return new StorageType(full, type);
  const call = CALLS[full];
  if (call) return new PickleGlobal(full, call);
  if (NAMED_ONLY.test(full)) return new PickleGlobal(full);
  return refuse(
    `it names the Python object ${`${module}.${name}`.slice(0, 120)}, which is no part of plain weights and could run code. ` +
      `Where you trust the file, save its weights alone in Python: torch.save(model.state_dict(), 'weights.pth')`,
  );
}

function pair(item: unknown): readonly [unknown, unknown] {
  const items = item instanceof Tuple ? item.items : item;
  if (!Array.isArray(items) || items.length !== 2) return refuse('a dict is made from no pairs');
  return items as [unknown, unknown];
}

function counts(value: unknown): number[] {
  const items = value instanceof Tuple ? value.items : value;
  if (!Array.isArray(items)) return refuse('the sizes of a tensor are no list');
  return items.map(count);
}

export function count(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  return refuse(`it holds ${typeof value === 'number' ? value : typeof value} as a size`);
}

const isPlain = (value: unknown): value is string | number =>
  typeof value === 'string' || typeof value === 'number';
