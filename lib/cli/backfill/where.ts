// `--where 'prompt=v3 and score<0.7'`: a claim about a run, read into the records' own conditions. Of the well-kept parsers none
// takes a bare word for a text, which is how people write it.
import { type Condition, holds, type Json, valueAt } from '../../records/index.ts';
import { nearest } from '../../support/nearest.ts';
import { CliError } from '../cli-error.ts';

export interface Where {
  /** The fields that it names, `score` or `input.day`. */
  readonly fields: readonly string[];
  /** Whether it holds of these facts. */
  of(facts: Json): boolean;
}

const comparisons = { '=': 'eq', '==': 'eq', '!=': 'ne', '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' } as const;
const isComparison = (token: string | undefined): token is keyof typeof comparisons =>
  token !== undefined && Object.hasOwn(comparisons, token);
const token = /\s*(?:([<>!=]=|[=<>()])|"([^"]*)"|'([^']*)'|([^\s()<>!="']+))/y;
const name = /^[A-Za-z_][\w-]*(\.[\w-]+)*$/;

interface Token {
  readonly text: string;
  readonly quoted: boolean;
  readonly at: number;
}

/** Throws CliError HDL694. */
export const readWhere = (text: string): Where => {
  const tokens = tokensOf(text);
  const fields = new Set<string>();
  let next = 0;
  const peek = (): Token | undefined => tokens[next];
  const isWord = (word: string): boolean => !peek()?.quoted && peek()?.text.toLowerCase() === word;
  const take = (): Token | undefined => tokens[next++];

  const any = (): Condition => joined('or', all);
  const all = (): Condition => joined('and', one);
  const joined = (kind: 'or' | 'and', part: () => Condition): Condition => {
    const conditions = [part()];
    while (isWord(kind)) {
      take();
      conditions.push(part());
    }
    const [only, ...more] = conditions;
    return only && more.length === 0 ? only : { kind, conditions };
  };
  const one = (): Condition => {
    if (isWord('not')) {
      take();
      return { kind: 'not', condition: one() };
    }
    if (isWord('(')) {
      take();
      const inside = any();
      if (!isWord(')')) throw refused(text, peek(), "a ')'");
      take();
      return inside;
    }
    return comparison();
  };
  const comparison = (): Condition => {
    const field = take();
    if (!field || field.quoted || !name.test(field.text)) throw refused(text, field, 'the name of a field');
    const sign = take();
    if (!sign || sign.quoted || !isComparison(sign.text)) throw refused(text, sign, 'one of = != < <= > >=');
    const value = take();
    if (!value || (!value.quoted && (isComparison(value.text) || /[()]/.test(value.text))))
      throw refused(text, value, 'a value');
    fields.add(field.text);
    return {
      kind: 'compare',
      comparison: comparisons[sign.text],
      left: { kind: 'ref', source: { kind: 'run' }, path: field.text.split('.') },
      right: { kind: 'value', value: value.quoted ? value.text : meant(value.text) },
    };
  };

  const condition = any();
  if (peek()) throw refused(text, peek(), "'and', 'or' or the end");
  return {
    fields: [...fields],
    of: (facts) =>
      holds(condition, (operand) => {
        if (operand.kind === 'value') return operand.value;
        return operand.kind === 'ref' ? valueAt(facts, operand.path) : null;
      }),
  };
};

const tokensOf = (text: string): readonly Token[] => {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  const end = text.trimEnd().length;
  while (token.lastIndex < end) {
    const at = token.lastIndex;
    const found = token.exec(text);
    if (!found) throw refused(text, { text: text.slice(at).trim(), quoted: false, at }, 'a name, a sign or a value');
    const quoted = found[2] ?? found[3];
    tokens.push({ text: quoted ?? found[1] ?? found[4] ?? '', quoted: quoted !== undefined, at });
  }
  return tokens;
};

const meant = (word: string): Json => {
  if (word === 'true' || word === 'false') return word === 'true';
  if (word === 'null') return null;
  return Number.isNaN(Number(word)) ? word : Number(word);
};

const refused = (text: string, found: Token | undefined, expected: string): CliError =>
  new CliError(
    'HDL694',
    2,
    `--where '${text}' has ${found ? `'${found.text}'` : 'its end'} where it cannot be read`,
    expected,
    "write it as 'prompt=v3 and score<0.7', with quotes around values that hold spaces",
  );

/** Throws CliError HDL695 where no run has a field that is asked for: nearly always it is misspelt. */
export const checkFields = ({ fields }: Where, facts: readonly Json[]): void => {
  if (facts.length === 0) return;
  const lacking = fields.find((field) => facts.every((each) => valueAt(each, field.split('.')) === null));
  if (lacking === undefined) return;
  const known = [...new Set(facts.flatMap((each) => Object.keys(each ?? {})))].sort();
  const near = nearest(lacking, known);
  throw new CliError(
    'HDL695',
    2,
    `none of the ${facts.length} runs has a field '${lacking}'`,
    `one of ${known.join(', ')}, or a field inside one, such as output.score`,
    near ? `did you mean ${near}?` : 'correct the name in --where',
  );
};
