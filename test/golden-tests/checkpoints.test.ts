// Checkpoints written by others: what must load gives every value that the writer recorded, what must be refused is refused with its reason.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, it } from 'vitest';
import type { TypedTensor } from '../../src/models/checkpoint/element-type.ts';
import { named } from '../../src/models/checkpoint/problem.ts';
import { readWeights } from '../../src/models/checkpoint/read-weights.ts';
import { decodeTorch } from '../../src/models/checkpoint/torch-file.ts';
import { TorchTensor } from '../../src/models/checkpoint/torch-tensor.ts';
import { Tuple } from '../../src/models/checkpoint/tuple.ts';
import { decodeTypedSafetensors } from '../../src/models/safetensors.ts';
import { recordDeviation } from '../support/deviations.ts';
import {
  describeGolden,
  expectGoldenFiles,
  goldenFiles,
  goldenJson,
  skipGolden,
} from '../support/golden.ts';

interface ExpectedTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values_row_major: readonly unknown[];
}

interface Expected {
  readonly must_load: Readonly<Record<string, { readonly content: unknown }>>;
  readonly must_load_safetensors: Readonly<
    Record<string, { readonly tensors: Readonly<Record<string, ExpectedTensor>> }>
  >;
  readonly must_reject: Readonly<Record<string, string>>;
}

expectGoldenFiles();

const expected = goldenFiles('checkpoints', /^expected.*\.json$/).map((file) =>
  goldenJson<Expected>(file),
);
const merged = <K extends keyof Expected>(key: K): Expected[K] =>
  Object.assign({}, ...expected.map((each) => each[key])) as Expected[K];
const mustLoad = merged('must_load');
const mustLoadSafetensors = merged('must_load_safetensors');
const mustReject = merged('must_reject');

/** What each reason for a refusal must be called in ours. */
const REASONS: readonly (readonly [RegExp, RegExp])[] = [
  [/GLOBAL/, /names the Python object [\w.]+, .*torch\.save\(model\.state_dict\(\)/s],
  [/zip cut/, /archive has no end: the file is cut off/],
  [/legacy file without/, /it is cut off: \d+ bytes expected at byte \d+/],
  [/arbitrary bytes/, /begins like none of the formats/],
  [/past the end/, /its tensors end at byte \d+ of the data, which has \d+/],
  [/shape x dtype/, /does not fit its offsets/],
  [/header length/, /its header says \d+ bytes/],
  [/unknown dtype/, /expected one of F64, F32/],
  [/overlap/, /begins at byte \d+ of the data, expected \d+/],
];

describeGolden('checkpoints', 'files', (file) => {
  const name = basename(file);
  const reason = mustReject[name];
  const torch = mustLoad[name];
  const safetensors = mustLoadSafetensors[name];
  const bytes = readFileSync(file);

  if (reason !== undefined) {
    it(`is refused: ${reason}`, () => {
      const [, ours = /./] = REASONS.find(([theirs]) => theirs.test(reason)) ?? [];
      // In words that name the file, and not by an error that nobody meant to happen.
      const words = / (cannot be read as a checkpoint|is not a safetensors file [^:]*): ./;
      for (const pattern of [ours, file, words]) {
        expect(() => readWeights(bytes, file)).toThrow(pattern);
      }
      recordDeviation(file, 0, 0, 'refused');
    });
  }

  if (torch !== undefined) {
    it('loads with every value that was saved', () => {
      const got = named(file, () => decodeTorch(bytes));
      expect(recorded(got)).toEqual(plain(torch.content));
      recordDeviation(file, 0, 0);
    });

    it('gives its weights by name', () => {
      const { tensors } = readWeights(bytes, file);
      expect(Object.keys(tensors).length).toBeGreaterThan(0);
    });
  }

  if (safetensors !== undefined) {
    it('loads with every value that was written', () => {
      const { tensors } = decodeTypedSafetensors(bytes, file);
      const wanted = Object.entries(safetensors.tensors);
      expect(Object.keys(tensors).sort()).toEqual(wanted.map(([key]) => key).sort());
      for (const [key, { dtype, shape, values_row_major: values }] of wanted) {
        const got = tensors[key]!;
        expect([key, got.type, got.shape]).toEqual([key, SAFETENSORS_TYPES[dtype], shape]);
        expect(numbers(got)).toEqual(plain(values));
      }
      recordDeviation(file, 0, 0);
    });
  }

  const known = [reason, torch, safetensors].filter((entry) => entry !== undefined);
  if (known.length === 0) {
    skipGolden(file, 'no expected*.json says what it holds');
    return;
  }

  it('is listed once in expected.json', () => {
    expect(known).toHaveLength(1);
  });
});

const SAFETENSORS_TYPES: Readonly<Record<string, string>> = {
  ...{ F64: 'float64', F32: 'float32', F16: 'float16', BF16: 'bfloat16' },
  ...{ I64: 'int64', I32: 'int32', I16: 'int16', I8: 'int8', U8: 'uint8', BOOL: 'bool' },
};

/** 64-bit integers beyond 2^53 as they are. */
const numbers = ({ data }: TypedTensor): (number | bigint)[] =>
  Array.from<number | bigint, number | bigint>(data, (value) =>
    typeof value === 'bigint' && !Number.isSafeInteger(Number(value)) ? value : Number(value),
  );

/** What the machine built, in the words of `plain`. */
function recorded(value: unknown): unknown {
  if (value instanceof TorchTensor) {
    const tensor = value.read();
    const isBool = tensor.type === 'bool';
    const values = numbers(tensor).map((n) => (isBool ? n === 1 : n));
    return { dtype: tensor.type, shape: tensor.shape, values };
  }
  if (value instanceof Tuple) return { tuple: value.items.map(recorded) };
  if (value instanceof Map) {
    return { dict: [...value].map(([key, item]) => [recorded(key), recorded(item)]) };
  }
  if (Array.isArray(value)) return value.map(recorded);
  return value;
}

/** The encoding that expected.json explains, decoded. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entry = value as Readonly<Record<string, unknown>>;
  if ('__tensor__' in entry) {
    const values = (entry['values_row_major'] as readonly unknown[]).map(plain);
    return { dtype: entry['dtype'], shape: entry['shape'], values };
  }
  if ('__tuple__' in entry) return { tuple: plain(entry['__tuple__']) };
  if ('__dict__' in entry) return { dict: plain(entry['__dict__']) };
  if ('__bigint__' in entry) return BigInt(entry['__bigint__'] as string);
  if ('__nonfinite__' in entry) return Number(entry['__nonfinite__']);
  if ('__numpy_scalar__' in entry) return entry['value'];
  throw new Error(`expected.json holds ${JSON.stringify(value)}, which this test does not know`);
}
