// PyTorch checkpoints (.pth, .pt, .pth.tar): the archive of torch.save since 1.6, and the row of pickles from before.
import { ByteReader, utf8 } from './byte-reader.ts';
import { ELEMENT_BYTES } from './element-type.ts';
import { type PickleHost, unpickle } from './pickle.ts';
import { refuse } from './problem.ts';
import { count, StorageType, torchGlobal } from './torch-globals.ts';
import { TorchStorage } from './torch-tensor.ts';
import { Tuple } from './tuple.ts';
import { isZip, openZip, type ZipEntry } from './zip.ts';

/** First pickle of a file in the old format. */
const MAGIC = 0x1950a86a20f9469cfc6cn;
const OLD_VERSION = 1001;

/** The object that a file of either format holds; its tensors are TorchTensors. */
export const decodeTorch = (bytes: Uint8Array): unknown =>
  isZip(bytes) ? decodeTorchArchive(openZip(bytes)) : decodeTorchPickles(bytes);

/** Whether an archive is one that torch.save wrote. */
export const isTorchArchive = (entries: ReadonlyMap<string, ZipEntry>): boolean =>
  pickleName(entries) !== undefined;

/** The object that was saved; its tensors are TorchTensors. */
export function decodeTorchArchive(entries: ReadonlyMap<string, ZipEntry>): unknown {
  const name = pickleName(entries)!;
  const folder = name.slice(0, -'data.pkl'.length);
  if (entries.has(`${folder}constants.pkl`)) {
    refuse('it is a TorchScript program, expected weights: torch.save(model.state_dict(), …)');
  }
  const order = entries.get(`${folder}byteorder`);
  if (order && utf8(order.read()) !== 'little') refuse('its numbers are big-endian');
  const storages = new Map<string, TorchStorage>();
  return unpickle(
    new ByteReader(entries.get(name)!.read()),
    host((type, key, size) => {
      const known = storages.get(key);
      if (known) return known;
      const entry = entries.get(`${folder}data/${key}`);
      if (!entry) return refuse(`its archive has no storage data/${key}: it is damaged`);
      const expected = size * ELEMENT_BYTES[type.type];
      if (entry.size < expected) {
        refuse(
          `its storage data/${key} has ${entry.size} bytes, expected ${expected}: it is damaged`,
        );
      }
      const made = new TorchStorage(type.type, size, () => entry.read());
      storages.set(key, made);
      return made;
    }),
  );
}

const pickleName = (entries: ReadonlyMap<string, ZipEntry>): string | undefined =>
  [...entries.keys()].find((name) => /^(?:[^/]*\/)?data\.pkl$/.test(name));

/** Whether the bytes begin with a pickle, as the old format does. */
export const isPickle = (bytes: Uint8Array): boolean => bytes[0] === 0x80 && (bytes[1] ?? 9) <= 5;

/** The old format: magic number, version, facts of the machine, the object, the keys of its storages, and their bytes. */
export function decodeTorchPickles(bytes: Uint8Array): unknown {
  const reader = new ByteReader(bytes);
  if (unpickle(reader, plain) !== MAGIC) refuse('it is a pickle that torch.save did not write');
  const version = unpickle(reader, plain);
  if (version !== OLD_VERSION)
    refuse(`its format is not ${OLD_VERSION}, the only one that is known`);
  const machine = unpickle(reader, plain);
  if (machine instanceof Map && machine.get('little_endian') === false) {
    refuse('its numbers are big-endian');
  }
  const storages = new Map<string, { bytes?: Uint8Array; readonly storage: TorchStorage }>();
  const root = unpickle(
    reader,
    host((type, key, size) => {
      const known = storages.get(key);
      if (known) return known.storage;
      const made: { bytes?: Uint8Array; readonly storage: TorchStorage } = {
        storage: new TorchStorage(
          type.type,
          size,
          () => made.bytes ?? refuse(`its storage ${key} is missing`),
        ),
      };
      storages.set(key, made);
      return made.storage;
    }),
  );
  const keys = unpickle(reader, plain);
  if (!Array.isArray(keys)) return refuse('it has no list of storages');
  for (const key of keys) {
    const entry = typeof key === 'string' ? storages.get(key) : undefined;
    if (!entry) return refuse('its list of storages names one that no tensor uses');
    const size = reader.u64();
    if (size !== entry.storage.count) {
      refuse(`a storage has ${size} elements, its tensors expect ${entry.storage.count}`);
    }
    entry.bytes = reader.take(size * ELEMENT_BYTES[entry.storage.type]);
  }
  return root;
}

type FindStorage = (type: StorageType, key: string, count: number) => TorchStorage;

/** Persistent ids are ('storage', class, key, device, elements[, view]); the device it lay on does not matter. */
const host = (find: FindStorage): PickleHost => ({
  global: torchGlobal,
  persistent(id) {
    const [kind, type, key, , size, view] = id instanceof Tuple ? id.items : [];
    if (kind !== 'storage' || !(type instanceof StorageType) || typeof key !== 'string') {
      return refuse('it keeps something else than storages outside its pickle');
    }
    if (view instanceof Tuple)
      refuse('it holds a view of a storage in a form from before PyTorch 0.4');
    return find(type, key, count(size));
  },
});

const plain: PickleHost = {
  global: torchGlobal,
  persistent: () => refuse('a pickle of its head refers to a storage'),
};
