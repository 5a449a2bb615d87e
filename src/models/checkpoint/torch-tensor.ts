// A tensor of a PyTorch checkpoint: a view with strides over a storage that may be shared.
import { type ElementArray, decodeElements, ELEMENT_BYTES } from './element-type.ts';
import type { ElementType, TypedTensor } from './element-type.ts';
import { refuse } from './problem.ts';
import { gather, type View } from './strided.ts';

/** PyTorch itself has no more. */
const MAX_RANK = 64;

export class TorchStorage {
  readonly type: ElementType;
  /** Elements. */
  readonly count: number;
  readonly #bytes: () => Uint8Array;
  #elements: ElementArray | undefined;

  /** @param bytes gives at least `count` elements; asked once, when a tensor is read */
  constructor(type: ElementType, count: number, bytes: () => Uint8Array) {
    this.type = type;
    this.count = count;
    this.#bytes = bytes;
  }

  elements(): ElementArray {
    this.#elements ??= decodeElements(
      this.#bytes().subarray(0, this.count * ELEMENT_BYTES[this.type]),
      this.type,
    );
    return this.#elements;
  }
}

export class TorchTensor implements View {
  readonly storage: TorchStorage;
  /** Elements. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** Elements. */
  readonly strides: readonly number[];
  /** Elements. */
  readonly size: number;

  constructor(
    storage: TorchStorage,
    offset: number,
    shape: readonly number[],
    strides: readonly number[],
  ) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
    if (shape.length !== strides.length || shape.length > MAX_RANK) {
      refuse(`a tensor has ${shape.length} axes and ${strides.length} strides`);
    }
    // Sizes whose product is infinite make no number of an axis of 0.
    this.size = shape.includes(0) ? 0 : shape.reduce((product, length) => product * length, 1);
    const last = shape.reduce((at, length, i) => at + (length - 1) * strides[i]!, offset);
    if (this.size > 0 && last >= storage.count) {
      refuse(
        `a tensor [${shape.join(', ')}] reaches beyond its storage of ${storage.count} elements`,
      );
    }
  }

  /** Its elements in row-major order. */
  read(): TypedTensor {
    const data = gather(this.storage.elements(), this);
    return { type: this.storage.type, shape: this.shape, data };
  }
}
