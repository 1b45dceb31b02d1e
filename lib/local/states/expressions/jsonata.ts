// One compiled JSONata expression of a definition: `{% ... %}` without its brackets.
import type { Expression } from 'jsonata';
import { EvaluationProblem } from '../errors.ts';
import type { Json } from '../json.ts';
import { addFunctions } from './jsonata-functions.ts';
import { jsonata } from './jsonata-package.ts';
import { shortcutOf } from './jsonata-simple.ts';
import { checkPath, checkStates } from './jsonata-states.ts';
import { checkOperators, checkTopLevel } from './jsonata-top-level.ts';
import type { Ambient, Scope } from './scope.ts';

/** Gives JSON, or throws EvaluationProblem. Synchronous where the expression is simple enough. */
export interface Query {
  readonly source: string;
  evaluate(scope: Scope): Json | Promise<Json>;
}

/** One expression that did not compile: `path` is the name of its field. */
export type OnSyntaxError = (path: string, thrown: unknown) => void;

/** What is no code. */
const WORDS = /\/\*[\s\S]*?\*\/|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g;

const QUERY_ERROR = 'States.QueryEvaluationError';
const OPEN = '{%';
const CLOSE = '%}';

/** ASL: a JSONata string starts with `{%` and ends with `%}`, with nothing around them. */
export const isJsonata = (text: string): boolean => text.startsWith(OPEN) && text.endsWith(CLOSE) && text.length >= 4;

/** Has one of the brackets: AWS refuses it, since it looks like an expression and would be a text. */
export const isHalfOpen = (text: string): boolean =>
  (text.startsWith(OPEN) || text.endsWith(CLOSE)) && !isJsonata(text);

/** What is wrong with a text that has one bracket of an expression. The words are ours. */
export const halfOpen = (text: string): SyntaxError =>
  new SyntaxError(`'${text}' is not an expression: it must start with '{%' and end with '%}'`);

/** What is between the brackets. */
export const unwrapped = (text: string): string => text.slice(OPEN.length, -CLOSE.length).trim();

const describe = (source: string, field: string) =>
  `The JSONata expression '${source}' specified for the field '${field}'`;

interface Flagged {
  readonly sequence?: boolean;
  readonly _jsonata_function?: boolean;
  readonly _jsonata_lambda?: boolean;
}

const isFunction = (value: unknown): boolean => {
  if (typeof value === 'function') return true;
  const flags = value as Flagged;
  return typeof value === 'object' && value !== null && Boolean(flags._jsonata_function || flags._jsonata_lambda);
};

/** Throws EvaluationProblem where a value that JSONata made is not JSON. */
const checked = (value: unknown, source: string, field: string): Json => {
  if (value === undefined) {
    throw new EvaluationProblem(QUERY_ERROR, `${describe(source, field)} returned nothing (undefined).`, field);
  }
  if (isFunction(value)) {
    throw new EvaluationProblem(QUERY_ERROR, `${describe(source, field)} returned an unsupported result type.`, field);
  }
  return value as Json;
};

/** What AWS says of an evaluation that was too deep or too long. The words of the second were not seen there. */
const OVER_BOUNDS: Readonly<Record<string, string>> = {
  D1011:
    'Stack overflow error: Check for non-terminating recursive function.  Consider rewriting as tail-recursive. Depth=101 max=100',
  D1012: 'Expression evaluation timeout: Check for infinite loop',
};

const told = (thrown: unknown): { readonly code?: unknown; readonly message?: unknown } => {
  const { code, message } = (typeof thrown === 'object' ? thrown : {}) as { code?: unknown; message?: unknown };
  const bound = OVER_BOUNDS[String(code)];
  return bound === undefined ? { code, message } : { message: bound };
};

const problem = (thrown: unknown, source: string, field: string): EvaluationProblem => {
  if (thrown instanceof EvaluationProblem) return thrown;
  const { code, message } = told(thrown);
  const why = `: ${message === undefined ? thrown : message}`;
  // AWS has JSONata's own errors begin a sentence, with their code; what has none continues this one.
  const ending = code === undefined ? why : `. ${code}${why}`;
  return new EvaluationProblem(
    QUERY_ERROR,
    `${describe(source, field)} threw an error during evaluation${ending}`,
    field,
  );
};

const bindings = (scope: Scope): Record<string, unknown> => {
  const states: Record<string, unknown> = { input: scope.input };
  Object.defineProperty(states, 'context', { enumerable: true, get: scope.context });
  if (scope.result !== undefined) states.result = scope.result;
  if (scope.errorOutput !== undefined) states.errorOutput = scope.errorOutput;
  return { ...scope.variables, states };
};

/** Numbers that JSON has not are the names that JavaScript gives them (measured on AWS by others). */
const named = (value: unknown): unknown => {
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map(named);
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  const fields = Object.entries(value).map(([key, item]) => [key, item, named(item)] as const);
  return fields.every(([, item, known]) => item === known)
    ? value
    : Object.fromEntries(fields.map(([key, , known]) => [key, known]));
};

/** What may give a number that is none. */
const ARITHMETIC = /[-+*/%]|\$(?:power|sqrt|number|parseInteger|sum|average)\b/;

/** The bounds of AWS, as measured by others: a recursion that does not end would hold the whole engine. */
const TIMEOUT = 5000;
const DEEPEST = 100;
/** What the package counts where it evaluates parts side by side: all that they hold together, some steps for each key of an object. */
const DEEPEST_OF_ALL = 200_000;
const FUNCTION_HEAD = /(?:function|λ)\s*\([^()]*\)\s*(?:<[^{]*>\s*)?\{/g;

let underWay: Promise<unknown> | undefined;

/** One evaluation after the other: the package measures time by the clock, and what others took of it is not this one's. */
const inTurn = <T>(evaluate: () => Promise<T>): Promise<T> => {
  const mine = underWay === undefined ? evaluate() : underWay.then(evaluate, evaluate);
  underWay = mine;
  const over = (): void => {
    if (underWay === mine) underWay = undefined;
  };
  mine.then(over, over);
  return mine;
};

const boundsOf = (code: string) => ({
  timeout: TIMEOUT,
  stack: /[[{]/.test(code.replace(FUNCTION_HEAD, '')) ? DEEPEST_OF_ALL : DEEPEST,
});

const compiled = (source: string, ambient: Ambient): Expression => {
  const expression = jsonata(source, boundsOf(source.replace(WORDS, '""')));
  if (/\?[?:]/.test(source)) checkOperators(expression.ast(), source);
  checkTopLevel(expression.ast());
  addFunctions(expression, ambient);
  return expression;
};

/** Compiles `{% source %}`. Throws the parser's error (with `position`) where `source` is not JSONata. */
export const compileJsonata = (text: string, field: string, ambient: Ambient): Query => {
  const source = unwrapped(text);
  const shortcut = shortcutOf(source);
  let expression = shortcut ? undefined : compiled(source, ambient);
  if (expression === undefined) checkPath(source, field);
  else if (/\$\$|\$states/.test(source)) checkStates(expression.ast(), field);
  const calculates = ARITHMETIC.test(source.replace(WORDS, '""'));
  const whole = async (scope: Scope): Promise<Json> => {
    try {
      expression ??= compiled(source, ambient);
      const ready = expression;
      const value: unknown = await inTurn(() => ready.evaluate(undefined, bindings(scope)));
      return checked(calculates ? named(value) : value, source, field);
    } catch (thrown) {
      throw problem(thrown, source, field);
    }
  };
  if (shortcut === undefined) return { source, evaluate: whole };
  return {
    source,
    evaluate: (scope) => {
      const quick = shortcut(scope);
      return quick === undefined ? whole(scope) : quick;
    },
  };
};
