// Writes an ONNX graph as the bytes of a model file (protobuf, field numbers of onnx.proto3).
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Attribute, Initializer, OnnxNode, Port } from './graph.ts';
import { OnnxGraph, onnxType } from './graph.ts';

/** Version 17 of the standard operators, and onnxruntime's own domains. */
const opsets = [
  ['', 17],
  ['com.microsoft', 1],
  ['com.microsoft.nchwc', 1],
] as const;

export interface ModelOptions {
  /** Texts by name that travel with the model. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Of the operators. @default the standard ones and onnxruntime's */
  readonly domains?: readonly string[];
}

export function writeModel(
  graph: OnnxGraph,
  { metadata = {}, domains }: ModelOptions = {},
): Uint8Array {
  const w = new BinaryWriter();
  field(w, 1, WireType.Varint).int64(8); // ir_version
  text(w, 2, 'heatstream');
  message(w, 7, () => {
    writeGraph(w, 'step', graph);
  });
  for (const [domain, version] of opsets) {
    if (domains && !domains.includes(domain)) continue;
    message(w, 8, () => {
      text(w, 1, domain);
      field(w, 2, WireType.Varint).int64(version);
    });
  }
  for (const [key, value] of Object.entries(metadata)) {
    message(w, 14, () => {
      text(w, 1, key);
      text(w, 2, value);
    });
  }
  return w.finish();
}

function writeGraph(w: BinaryWriter, name: string, graph: OnnxGraph): void {
  for (const node of graph.nodes)
    message(w, 1, () => {
      writeNode(w, node);
    });
  text(w, 2, name);
  for (const t of graph.initializers)
    message(w, 5, () => {
      writeTensor(w, t);
    });
  for (const port of graph.inputs)
    message(w, 11, () => {
      writePort(w, port);
    });
  for (const port of graph.outputs)
    message(w, 12, () => {
      writePort(w, port);
    });
}

function writeNode(w: BinaryWriter, { type, domain, inputs, outputs, attributes }: OnnxNode): void {
  for (const name of inputs) text(w, 1, name);
  for (const name of outputs) text(w, 2, name);
  text(w, 3, `${type}_${outputs[0]!}`);
  text(w, 4, type);
  for (const [name, value] of Object.entries(attributes)) {
    message(w, 5, () => {
      text(w, 1, name);
      writeAttribute(w, value);
    });
  }
  if (domain) text(w, 7, domain);
}

/** Value and its type number (AttributeProto.AttributeType). */
function writeAttribute(w: BinaryWriter, value: Attribute): void {
  const type = (n: number) => field(w, 20, WireType.Varint).int32(n);
  if (value instanceof OnnxGraph) {
    message(w, 6, () => {
      writeGraph(w, 'body', value);
    });
    type(5);
  } else if (typeof value === 'string') {
    text(w, 4, value);
    type(3);
  } else if (value instanceof Float32Array) {
    for (const x of value) field(w, 7, WireType.Bit32).float(x);
    type(6);
  } else if (typeof value !== 'number') {
    for (const x of value) field(w, 8, WireType.Varint).int64(x);
    type(7);
  } else if (Number.isInteger(value)) {
    field(w, 3, WireType.Varint).int64(value);
    type(2);
  } else {
    field(w, 2, WireType.Bit32).float(value);
    type(1);
  }
}

function writeTensor(w: BinaryWriter, { name, dims, type, bytes }: Initializer): void {
  for (const d of dims) field(w, 1, WireType.Varint).int64(d);
  field(w, 2, WireType.Varint).int32(onnxType[type]);
  text(w, 8, name);
  field(w, 9, WireType.LengthDelimited).bytes(bytes);
}

function writePort(w: BinaryWriter, { name, dims, type }: Port): void {
  text(w, 1, name);
  const dimension = (d: number | string) => () => {
    if (typeof d === 'string') text(w, 2, d);
    else field(w, 1, WireType.Varint).int64(d);
  };
  message(w, 2, () => {
    message(w, 1, () => {
      field(w, 1, WireType.Varint).int32(onnxType[type]);
      if (!dims) return;
      message(w, 2, () => {
        for (const d of dims) message(w, 1, dimension(d));
      });
    });
  });
}

const field = (w: BinaryWriter, number: number, type: WireType): BinaryWriter =>
  w.tag(number, type);

const text = (w: BinaryWriter, number: number, value: string): BinaryWriter =>
  w.tag(number, WireType.LengthDelimited).string(value);

function message(w: BinaryWriter, number: number, body: () => void): void {
  w.tag(number, WireType.LengthDelimited).fork();
  body();
  w.join();
}
