// Reads the fields of one JSON object of a definition, reporting what is missing or of the wrong kind.
import { nearest } from '../../../support/nearest.ts';
import type { OnSyntaxError } from '../expressions/jsonata.ts';
import { UnsupportedExpression } from '../expressions/jsonata-top-level.ts';
import type { Ambient } from '../expressions/scope.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { QueryLanguage } from './machine.ts';

/** An object of the definition, where it is, and what its expressions are written in. */
/** The largest number of seconds or attempts that a definition may name. */
export const LARGEST = 99_999_999;

export class Fields {
  readonly json: JsonObject;
  readonly location: string;
  /** Where it is in its state: empty, or like `Choices[0]/`. */
  readonly within: string;
  readonly language: QueryLanguage;
  readonly diagnostics: Diagnostics;
  readonly ambient: Ambient;

  constructor(
    json: JsonObject,
    location: string,
    language: QueryLanguage,
    diagnostics: Diagnostics,
    ambient: Ambient,
    within = '',
  ) {
    this.json = json;
    this.location = location;
    this.within = within;
    this.language = language;
    this.diagnostics = diagnostics;
    this.ambient = ambient;
  }

  has(field: string): boolean {
    return Object.hasOwn(this.json, field);
  }

  get(field: string): Json | undefined {
    return this.has(field) ? this.json[field] : undefined;
  }

  at(field: string): string {
    return `${this.location}/${field}`;
  }

  /** A field as AWS names it where its expression fails: by its place in the state. */
  name(field: string): string {
    return `${this.within}${field}`;
  }

  wrong(field: string, message: string): void {
    this.diagnostics.schema(field === '' ? this.location : this.at(field), message);
  }

  /** Reports every absent one of `fields` in one diagnostic, as AWS does. */
  require(...fields: string[]): void {
    const missing = fields.filter((field) => !this.has(field));
    if (missing.length > 0) this.wrong('', `These fields are required: [${missing.join(', ')}]`);
  }

  /** Reports every field that is none of `allowed`. A Comment may stand anywhere, and is a text. */
  only(allowed: readonly string[]): void {
    this.text('Comment');
    for (const field of Object.keys(this.json)) {
      if (field === 'Comment' || allowed.includes(field)) continue;
      this.diagnostics.schema(this.location, `Field '${field}' is not supported`, nearest(field, allowed));
    }
  }

  /** Reports `fields` where more than one of them is given. */
  exclusive(...fields: string[]): void {
    const given = fields.filter((field) => this.has(field));
    if (given.length > 1) this.wrong('', `Only one of these fields may be given: [${given.join(', ')}]`);
  }

  /** The value of a field that must be one of a few words. */
  word<T extends string>(field: string, ...words: readonly T[]): T | undefined {
    const value = this.get(field);
    const found = words.find((word) => word === value);
    if (value !== undefined && found === undefined && this.text(field) !== undefined)
      this.wrong(field, `Value should be one of the following: [${words.join(', ')}]`);
    return found;
  }

  text(field: string): string | undefined {
    const value = this.get(field);
    if (value === undefined || typeof value === 'string') return value;
    this.wrong(field, 'Expected value of type [STRING]');
    return undefined;
  }

  number(field: string, minimum: number, maximum = Number.POSITIVE_INFINITY): number | undefined {
    const value = this.get(field);
    if (value === undefined) return undefined;
    if (typeof value !== 'number') this.wrong(field, 'Expected value of type [NUMBER]');
    else if (value < minimum) this.wrong(field, `Minimum value is ${minimum}`);
    else if (value > maximum) this.wrong(field, `Maximum value is ${maximum}`);
    else return value;
    return undefined;
  }

  whole(field: string, minimum: number, maximum = LARGEST): number | undefined {
    const value = this.number(field, minimum, maximum);
    if (value !== undefined && !Number.isInteger(value)) this.wrong(field, 'Expected value of type [INTEGER]');
    return value;
  }

  object(field: string): Fields | undefined {
    const value = this.get(field);
    if (value === undefined) return undefined;
    if (isObject(value)) return this.child(value, field);
    this.wrong(field, 'Expected value of type [OBJECT]');
    return undefined;
  }

  objects(field: string): Fields[] {
    const value = this.get(field);
    if (value === undefined) return [];
    if (Array.isArray(value)) {
      const items = value as readonly Json[];
      return items.flatMap((item, index) => {
        if (isObject(item)) return [this.child(item, `${field}[${index}]`)];
        this.wrong(`${field}[${index}]`, 'Expected value of type [OBJECT]');
        return [];
      });
    }
    this.wrong(field, 'Expected value of type [ARRAY]');
    return [];
  }

  texts(field: string): string[] {
    const value = this.get(field);
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value as string[];
    this.wrong(field, 'Expected an array of strings');
    return [];
  }

  child(json: JsonObject, path: string): Fields {
    return new Fields(json, this.at(path), this.language, this.diagnostics, this.ambient, `${this.name(path)}/`);
  }

  /** `name`: of the field, as `name` gives it, and what is below it. */
  syntaxError: OnSyntaxError = (name, thrown) => {
    const code =
      this.language === 'JSONPath'
        ? 'SCHEMA_VALIDATION_FAILED'
        : `${thrown instanceof UnsupportedExpression ? 'UNSUPPORTED' : 'INVALID'}_JSONATA_EXPRESSION`;
    const { message } = thrown as { message?: unknown }; // what the jsonata package throws is no Error
    this.diagnostics.add(code, this.at(name.slice(this.within.length)), String(message));
  };
}
