// Constants inside a state machine's definition, kept from being read as something else.
import type { Json } from '../records/index.ts';

/**
 * A JSON value with every string spelled so that it stands for itself. Text that Step Functions would take for JSONata
 * (`{% … %}`, or half of it, which it rejects) and text with `${` (a CloudFormation placeholder) become JSONata literals.
 */
export const constant = (value: unknown): Json => {
  if (typeof value === 'string') return isPlain(value) ? value : inJsonata(value);
  if (Array.isArray(value)) return value.map(constant);
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    // CloudFormation replaces placeholders in names too, and a name cannot be spelled as JSONata but inside an expression.
    if (fields.some(([name]) => name.includes('${'))) return inJsonata(Object.fromEntries(fields));
    return Object.fromEntries(fields.map(([name, field]) => [name, constant(field)]));
  }
  return value as Json; // A number, boolean or null: all that is left in JSON.
};

/** A JSON value as the source of a JSONata expression, in which none of `${`, `{%` and `%}` appears. */
export const literal = (value: unknown): string => {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .flatMap(([name, field]) => (field === undefined ? [] : [`${text(name)}: ${literal(field)}`]))
      .join(', ')}}`;
  }
  return JSON.stringify(value);
};

const inJsonata = (value: Json): string => `{% ${literal(value)} %}`;

const isPlain = (value: string): boolean => !value.includes('${') && !/^\s*\{%|%\}\s*$/.test(value);

/** JSON's string literals are JSONata's too; each mark is cut in two. */
const text = (value: string): string =>
  value
    .split(/(?<=\$)(?=\{)|(?<=\{)(?=%)|(?<=%)(?=\})/)
    .map((part) => JSON.stringify(part))
    .join(' & ');
