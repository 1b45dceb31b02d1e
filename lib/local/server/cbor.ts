// CBOR (RFC 8949) as smithy-rpc-v2-cbor uses it: maps with text keys, lists, texts, bytes, numbers, times (tag 1).
// https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html

const BREAK = Symbol('break');
const TIME_TAG = 1;

class Reader {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #take(length: number): number {
    const at = this.#at;
    if (at + length > this.#bytes.length) throw new SyntaxError('CBOR ends too soon');
    this.#at += length;
    return at;
  }

  #argument(info: number): number {
    if (info < 24) return info;
    if (info === 24) return this.#view.getUint8(this.#take(1));
    if (info === 25) return this.#view.getUint16(this.#take(2));
    if (info === 26) return this.#view.getUint32(this.#take(4));
    if (info === 27) return Number(this.#view.getBigUint64(this.#take(8)));
    if (info === 31) return Number.POSITIVE_INFINITY; // until a break
    throw new SyntaxError(`CBOR length ${info} is reserved`);
  }

  #bytesOf(length: number): Uint8Array {
    if (length !== Number.POSITIVE_INFINITY) {
      const at = this.#take(length);
      return this.#bytes.subarray(at, at + length);
    }
    const parts = [...this.#items(length)].map((part) =>
      part instanceof Uint8Array ? part : Buffer.from(String(part)),
    );
    return Buffer.concat(parts);
  }

  *#items(count: number): Generator<unknown> {
    for (let read = 0; read < count; read += 1) {
      const value = this.read();
      if (value === BREAK) return;
      yield value;
    }
  }

  #map(count: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    for (const key of this.#items(count)) map[String(key)] = this.read();
    return map;
  }

  #simple(info: number): unknown {
    if (info === 20 || info === 21) return info === 21;
    if (info === 22 || info === 23) return undefined;
    if (info === 25) return halfFloat(this.#view.getUint16(this.#take(2)));
    if (info === 26) return this.#view.getFloat32(this.#take(4));
    if (info === 27) return this.#view.getFloat64(this.#take(8));
    if (info === 31) return BREAK;
    throw new SyntaxError(`CBOR simple value ${info} has no meaning here`);
  }

  read(): unknown {
    const first = this.#view.getUint8(this.#take(1));
    const kind = first >> 5;
    const info = first & 31;
    if (kind === 7) return this.#simple(info);
    const argument = this.#argument(info);
    if (kind === 0) return argument;
    if (kind === 1) return -1 - argument;
    if (kind === 2) return this.#bytesOf(argument);
    if (kind === 3) return new TextDecoder().decode(this.#bytesOf(argument));
    if (kind === 4) return [...this.#items(argument)];
    if (kind === 5) return this.#map(argument);
    return this.read(); // a tag: epoch seconds stay a number
  }
}

const halfFloat = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
};

/** Reads one value; times become epoch seconds. Throws SyntaxError. */
export const decodeCbor = (bytes: Uint8Array): unknown => new Reader(bytes).read();

const head = (kind: number, argument: number): Buffer => {
  const top = kind << 5;
  if (argument < 24) return Buffer.from([top | argument]);
  const wide = Buffer.alloc(9);
  wide[0] = top | 27;
  wide.writeBigUInt64BE(BigInt(argument), 1);
  return wide;
};

const double = (value: number): Buffer => {
  const bytes = Buffer.alloc(9);
  bytes[0] = 0xfb;
  bytes.writeDoubleBE(value, 1);
  return bytes;
};

const number = (value: number): Buffer => {
  if (!Number.isSafeInteger(value)) return double(value);
  return value < 0 ? head(1, -1 - value) : head(0, value);
};

/** Writes a JSON-like value. A number in a field that `isTime` names is a time in epoch seconds. */
export const encodeCbor = (value: unknown, isTime: (field: string) => boolean, field = ''): Buffer => {
  if (typeof value === 'number')
    return isTime(field) ? Buffer.concat([head(6, TIME_TAG), double(value)]) : number(value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === 'boolean') return Buffer.from([value ? 0xf5 : 0xf4]);
  if (value === null || value === undefined) return Buffer.from([0xf6]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  if (Array.isArray(value)) {
    return Buffer.concat([head(4, value.length), ...value.map((item) => encodeCbor(item, isTime, field))]);
  }
  const fields = Object.entries(value).filter(([, inner]) => inner !== undefined);
  const pairs = fields.flatMap(([name, inner]) => [encodeCbor(name, isTime), encodeCbor(inner, isTime, name)]);
  return Buffer.concat([head(5, fields.length), ...pairs]);
};
