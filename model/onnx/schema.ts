/**
 * The part of the ONNX format that a transformer needs, as functions from values to protobuf messages. Field numbers are
 * those of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 */
import { Message } from './protobuf.js';

/** TensorProto.DataType */
export const elementTypes = { float32: 1, uint8: 2, int32: 6, int64: 7 } as const;
export type ElementType = keyof typeof elementTypes;

/** A number is a fixed size; a name is a size known only at run time. */
export type Dimension = number | string;

export type Attribute = number | bigint | { readonly float: number } | readonly bigint[];

export function attributeProto(name: string, value: Attribute): Message {
  const message = new Message().add(1, name);
  if (typeof value === 'object' && 'float' in value) return message.float(2, value.float).int(20, 1);
  if (typeof value === 'object') {
    for (const i of value) message.int(8, i);
    return message.int(20, 7);
  }
  return message.int(3, value).int(20, 2);
}

export interface Node {
  readonly op: string;
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export function nodeProto(node: Node): Message {
  const message = new Message();
  for (const input of node.inputs) message.add(1, input);
  for (const output of node.outputs) message.add(2, output);
  message.add(3, node.name).add(4, node.op);
  for (const [name, value] of Object.entries(node.attributes)) message.add(5, attributeProto(name, value));
  if (node.domain) message.add(7, node.domain);
  return message;
}

export function valueInfoProto(name: string, type: ElementType, dims: readonly Dimension[]): Message {
  const shape = new Message();
  for (const d of dims) {
    shape.add(1, typeof d === 'number' ? new Message().int(1, d) : new Message().add(2, d));
  }
  const tensor = new Message().int(1, elementTypes[type]).add(2, shape);
  return new Message().add(1, name).add(2, new Message().add(1, tensor));
}

function tensorProto(name: string, type: ElementType, dims: readonly number[]): Message {
  const message = new Message();
  for (const d of dims) message.int(1, d);
  return message.int(2, elementTypes[type]).add(8, name);
}

/** A small tensor, kept in the model file itself. */
export function inlineTensorProto(
  name: string,
  type: ElementType,
  dims: readonly number[],
  raw: Uint8Array,
): Message {
  return tensorProto(name, type, dims).add(9, raw);
}

/** Where a large tensor's bytes are: a file beside the model file. */
export interface ExternalPlace {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

export function externalTensorProto(
  name: string,
  type: ElementType,
  dims: readonly number[],
  place: ExternalPlace,
): Message {
  const message = tensorProto(name, type, dims);
  for (const [key, value] of Object.entries(place)) {
    message.add(13, new Message().add(1, key).add(2, String(value)));
  }
  return message.int(14, 1);
}

export interface GraphParts {
  readonly name: string;
  readonly nodes: readonly Message[];
  readonly initializers: readonly Message[];
  readonly inputs: readonly Message[];
  readonly outputs: readonly Message[];
}

/** A whole model file. `opsets` maps each operator domain to its version. */
export function modelProto(
  graph: GraphParts,
  opsets: Readonly<Record<string, number>>,
  irVersion: number,
): Uint8Array {
  const body = new Message();
  for (const node of graph.nodes) body.add(1, node);
  body.add(2, graph.name);
  for (const tensor of graph.initializers) body.add(5, tensor);
  for (const input of graph.inputs) body.add(11, input);
  for (const output of graph.outputs) body.add(12, output);
  const model = new Message().int(1, irVersion).add(2, 'sotto').add(7, body);
  for (const [domain, version] of Object.entries(opsets)) {
    model.add(8, new Message().add(1, domain).int(2, version));
  }
  return model.finish();
}
