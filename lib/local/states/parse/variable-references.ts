// Which variables each state of a definition reads: `variableReferences` of DescribeStateMachine. Loaded when one is described.
import { isJsonata, unwrapped } from '../expressions/jsonata.ts';
import { jsonata } from '../expressions/jsonata-package.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';

/** Fields whose values are payload templates: only what stands under a name that ends in `.$` is worked out. */
const TEMPLATES = new Set(['Parameters', 'ResultSelector', 'ItemSelector', 'Assign', 'BatchInput', 'Credentials']);
const LITERAL = ['Comment', 'Result'];
const NESTED = ['Branches', 'ItemProcessor', 'Iterator'];

const QUOTED = /'(?:[^'\\]|\\.)*'/g;
const VARIABLE = /(?<!\$)\$([A-Za-z_À-￿][\w$À-￿]*)/g;

/** In a path, or in the arguments of an intrinsic function. */
const inPath = (text: string): string[] =>
  [...text.replace(QUOTED, '').matchAll(VARIABLE)].flatMap(([, name]) => name ?? []);

const inTemplate = (value: Json): string[] => {
  if (Array.isArray(value)) return value.flatMap(inTemplate);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key.endsWith('.$') && typeof inner === 'string' ? inPath(inner) : inTemplate(inner),
  );
};

/** JSONPath: what fields say that hold a path by their name, and templates. */
const inFields = (value: Json): string[] => {
  if (Array.isArray(value)) return value.flatMap(inFields);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([field, inner]) => {
    if (TEMPLATES.has(field)) return inTemplate(inner);
    if (typeof inner !== 'string') return inFields(inner);
    return field === 'Variable' || field.endsWith('Path') ? inPath(inner) : [];
  });
};

interface Names {
  readonly read: string[];
  readonly own: Set<string>;
}

/** The variables in a piece of JSONata's tree, apart from those that the expression makes itself. */
const collect = (node: unknown, names: Names): Names => {
  if (Array.isArray(node)) for (const part of node) collect(part, names);
  else if (isObject(node)) {
    const { type, value, lhs } = node;
    if (type === 'variable' && typeof value === 'string') names.read.push(value);
    if (type === 'bind' && isObject(lhs)) names.own.add(String(lhs.value));
    if (type === 'lambda')
      for (const { value: name } of node.arguments as readonly JsonObject[]) names.own.add(String(name));
    for (const bound of [node.focus, node.index]) if (typeof bound === 'string') names.own.add(bound); // @$x, #$i
    for (const part of Object.values(node)) collect(part, names);
  }
  return names;
};

const inExpression = (text: string): string[] => {
  const { read, own } = collect(jsonata(unwrapped(text)).ast(), { read: [], own: new Set() });
  return read.filter((name) => !own.has(name));
};

const inExpressions = (value: Json): string[] => {
  if (typeof value === 'string') return isJsonata(value) ? inExpression(value) : [];
  if (Array.isArray(value)) return value.flatMap(inExpressions);
  if (!isObject(value)) return [];
  return Object.values(value).flatMap(inExpressions);
};

/** Of its own: what the states in it read is theirs. */
const inState = (state: JsonObject, isPath: boolean): string[] => {
  const own = Object.fromEntries(
    Object.entries(state).filter(([field]) => !NESTED.includes(field) && !LITERAL.includes(field)),
  );
  return isPath ? inFields(own) : inExpressions(own);
};

interface Found {
  readonly name: string;
  readonly read: readonly string[];
}

const assignedIn = (value: Json): string[] => {
  if (Array.isArray(value)) return value.flatMap(assignedIn);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([field, inner]) =>
    field === 'Assign' && isObject(inner) ? Object.keys(inner) : assignedIn(inner),
  );
};

/** `assigned`: JSONata calls its functions as it reads variables; a variable is what some state assigns. */
const statesOf = (sequence: Json, global: Json, assigned: ReadonlySet<string>): Found[] => {
  const states = isObject(sequence) && isObject(sequence.States) ? sequence.States : {};
  return Object.entries(states).flatMap(([name, state]) => {
    if (!isObject(state)) return [];
    const isPath = (state.QueryLanguage ?? global) === 'JSONPath';
    const read = inState(state, isPath).filter((variable) => isPath || assigned.has(variable));
    const below = NESTED.flatMap((field) => state[field] ?? []).flatMap((inner) => statesOf(inner, global, assigned));
    return [{ name, read: [...new Set(read)].sort() }, ...below];
  });
};

/** The names of the states that read any, each with the variables. `definition` is sound. */
export const variableReferences = (definition: string): Record<string, readonly string[]> | undefined => {
  const machine = JSON.parse(definition) as JsonObject;
  const assigned = new Set(assignedIn(machine).map((name) => name.replace(/\.\$$/, '')));
  const found = statesOf(machine, machine.QueryLanguage ?? 'JSONPath', assigned).filter(({ read }) => read.length > 0);
  return found.length > 0 ? Object.fromEntries(found.map(({ name, read }) => [name, read])) : undefined;
};
