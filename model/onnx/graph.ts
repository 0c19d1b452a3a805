import type { Message } from './protobuf.js';
import {
  type Attribute,
  type Dimension,
  type ElementType,
  type ExternalPlace,
  externalTensorProto,
  inlineTensorProto,
  modelProto,
  nodeProto,
  valueInfoProto,
} from './schema.js';

const OPSETS = { '': 18, 'com.microsoft': 1 };
/** Intermediate representation version that ONNX 1.13 introduced together with operator set 18. */
const IR_VERSION = 8;

export interface NodeOptions {
  /** Name of the node, and of its first output unless `outputs` says otherwise. */
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs?: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** Collects a graph's nodes and tensors in the order in which they are to be computed. */
export class Graph {
  readonly #name: string;
  readonly #nodes: Message[] = [];
  readonly #initializers: Message[] = [];
  readonly #inputs: Message[] = [];
  readonly #outputs: Message[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  input(name: string, type: ElementType, dims: readonly Dimension[]): string {
    this.#inputs.push(valueInfoProto(name, type, dims));
    return name;
  }

  output(name: string, type: ElementType, dims: readonly Dimension[]): void {
    this.#outputs.push(valueInfoProto(name, type, dims));
  }

  /** Adds a node of the ONNX standard and returns its first output. */
  op(op: string, options: NodeOptions): string {
    return this.#node('', op, options);
  }

  /** Adds a node of ONNX Runtime's own operators and returns its first output. */
  contrib(op: string, options: NodeOptions): string {
    return this.#node('com.microsoft', op, options);
  }

  /** A scalar or a list of 64-bit integers in the model file. */
  integers(name: string, values: bigint | readonly bigint[]): string {
    const list = typeof values === 'bigint' ? [values] : values;
    const raw = new Uint8Array(8 * list.length);
    const view = new DataView(raw.buffer);
    for (const [i, value] of list.entries()) view.setBigInt64(8 * i, value, true);
    this.#initializers.push(
      inlineTensorProto(name, 'int64', typeof values === 'bigint' ? [] : [list.length], raw),
    );
    return name;
  }

  /** A float32 scalar in the model file. */
  scalar(name: string, value: number): string {
    const raw = new Uint8Array(4);
    new DataView(raw.buffer).setFloat32(0, value, true);
    this.#initializers.push(inlineTensorProto(name, 'float32', [], raw));
    return name;
  }

  /** A tensor in the weight file. */
  weight(name: string, type: ElementType, dims: readonly number[], place: ExternalPlace): string {
    this.#initializers.push(externalTensorProto(name, type, dims, place));
    return name;
  }

  /** The bytes of the model file. */
  encode(): Uint8Array {
    return modelProto(
      {
        name: this.#name,
        nodes: this.#nodes,
        initializers: this.#initializers,
        inputs: this.#inputs,
        outputs: this.#outputs,
      },
      OPSETS,
      IR_VERSION,
    );
  }

  #node(domain: string, op: string, options: NodeOptions): string {
    const { name, inputs, outputs = [name], attributes = {} } = options;
    this.#nodes.push(nodeProto({ op, domain, name, inputs, outputs, attributes }));
    return outputs[0] ?? name;
  }
}
