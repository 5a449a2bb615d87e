// A pickle machine that executes nothing: it builds plain values, and asks its host for every global and every persistent object.
import type { ByteReader } from './byte-reader.ts';
import { LITERALS } from './pickle-literals.ts';
import { refuse } from './problem.ts';
import { Tuple } from './tuple.ts';

/** A class or function that a pickle names. */
export class PickleGlobal {
  readonly name: string;
  /** What a call gives; absent where it may be named but not called. */
  readonly call: ((args: readonly unknown[]) => unknown) | undefined;
  constructor(name: string, call?: (args: readonly unknown[]) => unknown) {
    this.name = name;
    this.call = call;
  }
}

/** An object that takes a state after it was made (`__setstate__`). */
export interface Stateful {
  setState(state: unknown): void;
}

export interface PickleHost {
  /** What stands for a global; refuses those that are not allowed. */
  global(module: string, name: string): PickleGlobal;
  /** What stands for an object that is kept outside the pickle. */
  persistent(id: unknown): unknown;
}

const STOP = 0x2e;
/** Values that calls may copy out of other values: what keeps a small file from doing endless work. */
const MAX_COPIES = 10_000_000;

/**
 * Reads one pickle of protocol 2 to 5; the reader then stands behind it. Dicts become maps, lists arrays,
 * None null, integers beyond 2^53 bigints, texts strings, bytes Uint8Arrays. Nothing here recurses.
 */
export function unpickle(reader: ByteReader, host: PickleHost): unknown {
  const machine = new Machine(reader, host);
  for (;;) {
    const at = reader.at;
    const code = reader.u8();
    if (code === STOP) return machine.pop();
    const literal = LITERALS.get(code);
    if (literal) machine.push(literal(reader));
    else if (!machine.work(code)) {
      const hex = code.toString(16).padStart(2, '0');
      refuse(`its pickle holds instruction 0x${hex} at byte ${at}, which no checkpoint needs`);
    }
  }
}

class Machine {
  readonly #reader: ByteReader;
  readonly #host: PickleHost;
  readonly #memo = new Map<number, unknown>();
  #stack: unknown[] = [];
  /** Stacks below the marks that are set. */
  readonly #below: unknown[][] = [];
  #copies = 0;

  constructor(reader: ByteReader, host: PickleHost) {
    this.#reader = reader;
    this.#host = host;
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  pop(): unknown {
    if (this.#stack.length === 0) refuse('its pickle takes a value from an empty stack');
    return this.#stack.pop();
  }

  /** @returns whether it knows the instruction */
  work(code: number): boolean {
    const reader = this.#reader;
    switch (code) {
      case 0x80: // PROTO
        if (reader.u8() > 5) refuse('its pickle has a protocol above 5');
        break;
      case 0x95: // FRAME
        reader.take(8);
        break;
      case 0x28: // MARK
        this.#below.push(this.#stack);
        this.#stack = [];
        break;
      case 0x30: // POP
        this.pop();
        break;
      case 0x31: // POP_MARK
        this.#toMark();
        break;
      case 0x32: // DUP
        this.push(this.#top());
        break;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        this.push(new Tuple(this.#last(code - 0x84)));
        break;
      case 0x74: // TUPLE
        this.push(new Tuple(this.#toMark()));
        break;
      case 0x6c: // LIST
        this.push(this.#toMark());
        break;
      case 0x64: // DICT
        this.push(new Map(pairs(this.#toMark())));
        break;
      case 0x91: // FROZENSET
        this.push(new Set(this.#toMark()));
        break;
      case 0x61: // APPEND
        this.#append(this.#last(1));
        break;
      case 0x65: // APPENDS
        this.#append(this.#toMark());
        break;
      case 0x90: // ADDITEMS
        this.#add(this.#toMark());
        break;
      case 0x73: // SETITEM
        this.#setItems(this.#last(2));
        break;
      case 0x75: // SETITEMS
        this.#setItems(this.#toMark());
        break;
      case 0x71: // BINPUT
        this.#memo.set(reader.u8(), this.#top());
        break;
      case 0x72: // LONG_BINPUT
        this.#memo.set(reader.u32(), this.#top());
        break;
      case 0x94: // MEMOIZE
        this.#memo.set(this.#memo.size, this.#top());
        break;
      case 0x68: // BINGET
        this.#recall(reader.u8());
        break;
      case 0x6a: // LONG_BINGET
        this.#recall(reader.u32());
        break;
      case 0x63: // GLOBAL
        this.push(this.#host.global(reader.line(), reader.line()));
        break;
      case 0x93: // STACK_GLOBAL
        this.#stackGlobal();
        break;
      case 0x51: // BINPERSID
        this.push(this.#host.persistent(this.pop()));
        break;
      case 0x52: // REDUCE
      case 0x81: // NEWOBJ
        this.#call();
        break;
      case 0x62: // BUILD
        this.#build();
        break;
      default:
        return false;
    }
    return true;
  }

  #top(): unknown {
    if (this.#stack.length === 0) refuse('its pickle looks at an empty stack');
    return this.#stack.at(-1);
  }

  /** Everything above the last mark, which goes. */
  #toMark(): unknown[] {
    const items = this.#stack;
    this.#stack = this.#below.pop() ?? refuse('its pickle goes back to a mark that it never set');
    return items;
  }

  /** The topmost values, the deepest first. */
  #last(count: number): unknown[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  #recall(key: number): void {
    if (!this.#memo.has(key)) refuse(`its pickle recalls value ${key}, which it never kept`);
    this.push(this.#memo.get(key));
  }

  #append(items: readonly unknown[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) return refuse('its pickle appends to what is no list');
    for (const item of items) list.push(item);
  }

  #add(items: readonly unknown[]): void {
    const set = this.#top();
    if (!(set instanceof Set)) return refuse('its pickle adds to what is no set');
    for (const item of items) set.add(item);
  }

  #setItems(items: readonly unknown[]): void {
    const map = this.#top();
    if (!(map instanceof Map)) return refuse('its pickle sets an item of what is no dict');
    for (const [key, value] of pairs(items)) map.set(key, value);
  }

  #stackGlobal(): void {
    const [module, name] = this.#last(2);
    if (typeof module !== 'string' || typeof name !== 'string') {
      return refuse('its pickle names a global by what is no text');
    }
    this.push(this.#host.global(module, name));
  }

  #call(): void {
    const [callee, args] = this.#last(2);
    if (!(callee instanceof PickleGlobal) || !(args instanceof Tuple)) {
      return refuse('its pickle calls what is no function');
    }
    if (!callee.call) return refuse(`its pickle calls ${callee.name}, which can only be named`);
    for (const arg of args.items) this.#copies += lengthOf(arg);
    if (this.#copies > MAX_COPIES) refuse('its pickle copies more values than a checkpoint holds');
    this.push(callee.call(args.items));
  }

  /** Dicts have no state that matters here: an OrderedDict carries `_metadata`. */
  #build(): void {
    const state = this.pop();
    const object = this.#top();
    if (object instanceof Map) return;
    if (!isStateful(object)) return refuse('its pickle gives a state to what takes none');
    object.setState(state);
  }
}

function pairs(items: readonly unknown[]): [unknown, unknown][] {
  if (items.length % 2 !== 0) refuse('its pickle sets a key without a value');
  return Array.from({ length: items.length / 2 }, (_, i) => [items[2 * i], items[2 * i + 1]]);
}

function lengthOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  if (value instanceof Tuple) return value.items.length;
  return value instanceof Map || value instanceof Set ? value.size : 0;
}

const isStateful = (value: unknown): value is Stateful =>
  typeof value === 'object' && value !== null && 'setState' in value;
