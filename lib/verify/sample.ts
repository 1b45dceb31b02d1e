// A value that satisfies a JSON Schema, made from a seed: the same seed gives the same value, another one mostly another.
import type { JsonSchema } from '../graph/index.ts';
import type { Json } from '../records/index.ts';
import { sha256 } from '../support/sha256.ts';

/** The keywords that a sample must heed beside those that the graph's checks read. */
interface Schema extends JsonSchema {
  readonly $defs?: { readonly [name: string]: Schema };
  readonly definitions?: { readonly [name: string]: Schema };
  readonly prefixItems?: readonly Schema[];
  readonly propertyNames?: Schema;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
}

export interface SampleOptions {
  /** How long texts without a form or bound of their own are. @default a few characters */
  readonly textLength?: number;
}

/** The elements of a list that may have any number of them: enough for a map to lose one; less deep down, where they multiply. */
const usualItems = (depth: number): number => (depth < 3 ? 3 : 1);
const mostDepth = 12;

const digest = (seed: string): number => Number.parseInt(sha256(seed).slice(0, 8), 16);

const forms: { readonly [format: string]: (seed: number) => string } = {
  date: (seed) => `2024-01-${String(1 + (seed % 28)).padStart(2, '0')}`,
  time: (seed) => `12:00:${String(seed % 60).padStart(2, '0')}Z`,
  'date-time': (seed) => `2024-01-${String(1 + (seed % 28)).padStart(2, '0')}T12:00:00Z`,
  duration: (seed) => `PT${1 + (seed % 59)}M`,
  email: (seed) => `someone${seed % 1000}@example.com`,
  uri: (seed) => `https://example.com/${seed % 1000}`,
  url: (seed) => `https://example.com/${seed % 1000}`,
  uuid: (seed) => `00000000-0000-4000-8000-${String(seed).padStart(12, '0').slice(-12)}`,
  ipv4: (seed) => `192.0.2.${seed % 255}`,
  ipv6: (seed) => `2001:db8::${(seed % 65_536).toString(16)}`,
};

/** A value for a schema; what it cannot heed (`pattern`, `not`) the contract's own check will tell. */
export const sampleOf = (schema: JsonSchema | undefined, seed: string, options: SampleOptions = {}): Json => {
  const root = (schema ?? {}) as Schema;

  const whole = (at: Schema): Schema => {
    if (at.$ref === undefined) return at;
    if (at.$ref === '#') return root;
    const name = at.$ref.split('/').at(-1) ?? '';
    return root.$defs?.[name] ?? root.definitions?.[name] ?? {};
  };

  const text = (at: Schema, place: string): string => {
    const form = forms[at.format ?? ''];
    if (form) return form(digest(place));
    const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = at;
    const wanted = at.pattern === undefined ? (options.textLength ?? 8) : 8;
    const length = Math.min(Math.max(wanted, minLength), maxLength);
    return sha256(place)
      .repeat(Math.ceil(length / 64))
      .slice(0, length);
  };

  const number = (at: Schema, place: string, isWhole: boolean): number => {
    const step = at.multipleOf ?? (isWhole ? 1 : 0.125);
    const least = at.minimum ?? (at.exclusiveMinimum === undefined ? undefined : at.exclusiveMinimum + step);
    const most = at.maximum ?? (at.exclusiveMaximum === undefined ? undefined : at.exclusiveMaximum - step);
    const from = Math.ceil((least ?? Math.min(1, most ?? 1)) / step);
    const to = Math.max(from, Math.floor((most ?? (from + 8) * step) / step));
    const value = (from + (digest(place) % (Math.min(to - from, 8) + 1))) * step;
    return least !== undefined && value < least ? least : value;
  };

  const object = (at: Schema, place: string, depth: number): Json => {
    const named = (at.propertyNames?.enum ?? []) as readonly string[];
    const rest = typeof at.additionalProperties === 'object' ? at.additionalProperties : undefined;
    const extra = named.length > 0 ? named : rest && !at.properties ? ['one'] : [];
    const fields = [
      ...Object.entries(at.properties ?? {}).filter(
        ([name]) => depth < mostDepth / 2 || at.required?.includes(name) === true,
      ),
      ...extra.map((name) => [name, rest ?? {}] as const),
    ];
    return Object.fromEntries(fields.map(([name, field]) => [name, value(field, `${place}.${name}`, depth + 1)]));
  };

  const list = (at: Schema, place: string, depth: number): Json => {
    const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, prefixItems = [] } = at;
    const wanted = depth >= mostDepth / 2 ? minItems : Math.min(Math.max(usualItems(depth), minItems), maxItems);
    const length = prefixItems.length > 0 ? Math.max(prefixItems.length, minItems) : wanted;
    return Array.from({ length }, (_, index) =>
      value(prefixItems[index] ?? at.items ?? {}, `${place}[${index}]`, depth + 1),
    );
  };

  const value = (given: Schema, place: string, depth: number): Json => {
    const at = whole(given);
    if (depth > mostDepth) return null;
    if ('const' in at) return at.const as Json;
    if (at.enum) return at.enum[digest(place) % at.enum.length] as Json;
    const union = at.anyOf ?? at.oneOf;
    if (union && at.type === undefined) {
      const first = union.find((one) => one.type !== 'null' && depth < mostDepth / 2) ?? union.at(-1);
      return value((first ?? {}) as Schema, place, depth + 1);
    }
    if (at.allOf) return Object.assign({}, ...at.allOf.map((one) => value(one as Schema, place, depth + 1)));
    const types = typeof at.type === 'string' ? [at.type] : (at.type ?? []);
    switch (types.find((type) => type !== 'null') ?? types[0]) {
      case 'object':
        return object(at, place, depth);
      case 'array':
        return list(at, place, depth);
      case 'number':
        return number(at, place, false);
      case 'integer':
        return number(at, place, true);
      case 'boolean':
        return digest(place) % 2 === 0;
      case 'null':
        return null;
      default:
        return text(at, place);
    }
  };
  return value(root, seed, 0);
};
