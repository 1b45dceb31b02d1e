// JSON as the interpreter passes it along: values are immutable and shared, their text is made at most once.

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [field: string]: Json };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A JSON value with its text. States hand payloads on untouched, so neither side is computed twice. */
export class Payload {
  #value: Json | undefined;
  #text: string | undefined;
  /** Of an array: what it is made of, until its value is asked for. Mostly it is not. */
  #items: readonly Payload[] | undefined;

  private constructor(value: Json | undefined, text: string | undefined, items?: readonly Payload[]) {
    this.#value = value;
    this.#text = text;
    this.#items = items;
  }

  static of(value: Json): Payload {
    return new Payload(value, undefined);
  }

  /** Throws SyntaxError on first use of `value` where `text` is not JSON. */
  static parse(text: string): Payload {
    return new Payload(undefined, text);
  }

  /** An array of payloads whose texts are already known. */
  static array(items: readonly Payload[]): Payload {
    return new Payload(undefined, `[${items.map((item) => item.text).join(',')}]`, items);
  }

  get value(): Json {
    if (this.#value === undefined) {
      this.#value = this.#items?.map((item) => item.value) ?? (JSON.parse(this.#text ?? 'null') as Json);
      this.#items = undefined;
    }
    return this.#value;
  }

  get text(): string {
    if (this.#text === undefined) this.#text = JSON.stringify(this.#value) ?? 'null';
    return this.#text;
  }
}

/** A text as it is, anything else as its JSON: `String` calls what an object has for a `toString`. */
export const asText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Is `text` more than `limit` bytes as UTF-8? Counts only where the length alone does not tell. */
export const isLongerThan = (text: string, limit: number): boolean =>
  text.length > limit || (text.length * 3 > limit && Buffer.byteLength(text) > limit);

/** What JavaScript values mean as JSON, e.g. results of an AWS call: dates as ISO text, bytes as text, no `undefined`. */
export const toJson = (value: unknown): Json => {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'object') {
    const fields = Object.entries(value).filter(([, inner]) => inner !== undefined);
    return Object.fromEntries(fields.map(([field, inner]) => [field, toJson(inner)]));
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : String(value);
};

/** A time (milliseconds since the epoch) as the context object tells it: a whole second has no fraction. */
export const timeText = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
