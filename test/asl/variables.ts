// What expressions read: variables that are certainly assigned, and of `$states` what the field that holds them may see.
// https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html and .../transforming-data.html
import jsonata from 'jsonata';
import type { Json } from '../../lib/records/index.ts';
import { innerMachines, type Machine, type State } from './sample.ts';

/** JSONata's own functions, and those that Step Functions adds. */
const functions = new Set(
  `sum count max min average string substring substringBefore substringAfter lowercase uppercase length trim pad match
  contains replace split join formatNumber formatBase formatInteger parseInteger number floor ceil round abs sqrt power
  boolean not map zip filter single reduce sift keys lookup append exists spread merge reverse each error assert type sort
  shuffle distinct base64encode base64decode encodeUrlComponent encodeUrl decodeUrlComponent decodeUrl millis now toMillis
  fromMillis clone partition range hash random uuid parse`.split(/\s+/),
);

interface Ast {
  readonly type?: string;
  readonly value?: unknown;
  readonly steps?: readonly Ast[];
  readonly arguments?: readonly Ast[];
  readonly lhs?: Ast | readonly unknown[];
}

/** What an expression reads: variables, and first fields of `$states`. */
const readBy = (tree: unknown): { readonly variables: readonly string[]; readonly states: readonly string[] } => {
  const read = new Set<string>();
  const bound = new Set<string>();
  const states = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const ast = node as Ast;
    if (ast.type === 'variable') read.add(String(ast.value));
    if (ast.type === 'bind' && !Array.isArray(ast.lhs)) bound.add(String((ast.lhs as Ast).value));
    if (ast.type === 'lambda') for (const each of ast.arguments ?? []) bound.add(String(each.value));
    const [first, second] = ast.type === 'path' ? (ast.steps ?? []) : [];
    if (first?.type === 'variable' && first.value === 'states') states.add(String(second?.value));
    Object.values(ast).forEach(visit);
  };
  visit(tree);
  const known = (name: string) => ['', '$', 'states'].includes(name) || functions.has(name) || bound.has(name);
  return { variables: [...read].filter((name) => !known(name)), states: [...states] };
};

/** Where a field of a state stands, and what of `$states` it may read there. */
const everywhere = ['input', 'context'];
const afterSuccess = [...everywhere, 'result'];
const afterError = [...everywhere, 'errorOutput'];
const givesResult = ['Task', 'Parallel', 'Map'];

interface Found {
  readonly at: string;
  readonly source: string;
  readonly may: readonly string[];
}

const sourcesOf = (name: string, state: State): readonly Found[] => {
  const found: Found[] = [];
  const visit = (value: Json | undefined, at: string, may: readonly string[]): void => {
    if (typeof value === 'string') {
      if (value.startsWith('{%') && value.endsWith('%}')) found.push({ at, source: value.slice(2, -2), may });
    } else if (typeof value === 'object' && value !== null)
      for (const inner of Object.values(value)) visit(inner, at, may);
  };
  for (const [field, value] of Object.entries(state)) {
    const at = `${name}.${field}`;
    if (field === 'Branches' || field === 'ItemProcessor') continue;
    if (field === 'Catch') visit(value, at, afterError);
    else if (field === 'Output' || field === 'Assign')
      visit(value, at, givesResult.includes(String(state.Type)) ? afterSuccess : everywhere);
    else visit(value, at, everywhere);
  }
  return found;
};

const parse = (source: string): { readonly ast: unknown } | { readonly message: string } => {
  try {
    return { ast: jsonata(source).ast() };
  } catch (error) {
    return { message: (error as { readonly message: string }).message }; // JSONata's errors are no Errors.
  }
};

type Names = ReadonlySet<string>;
const assignedBy = (assign: Json | undefined): readonly string[] =>
  typeof assign === 'object' && assign !== null ? Object.keys(assign) : [];

/** The variables that are assigned on the way from a state to one that follows it. */
const ways = (state: State): readonly (readonly [string, readonly string[]])[] => [
  ...[state.Next, state.Default].flatMap((next) =>
    typeof next === 'string' ? [[next, assignedBy(state.Assign)] as const] : [],
  ),
  ...[...((state.Choices ?? []) as unknown as State[]), ...((state.Catch ?? []) as unknown as State[])].map(
    (rule) => [String(rule.Next), assignedBy(rule.Assign)] as const,
  ),
];

export const variableProblems = (machine: Machine, outer: Names = new Set()): readonly string[] => {
  const before = certain(machine, outer);
  return Object.entries(machine.States).flatMap(([name, state]) => {
    const known = before.get(name) ?? outer;
    const reads = sourcesOf(name, state).flatMap(({ at, source, may }) => {
      const parsed = parse(source);
      if ('message' in parsed) return [`${at}: ${source} does not parse: ${parsed.message}`];
      const { variables, states } = readBy(parsed.ast);
      return [
        ...variables.filter((each) => !known.has(each)).map((each) => `${at}: $${each} may not be assigned`),
        ...states.filter((each) => !may.includes(each)).map((each) => `${at}: $states.${each} is not there`),
      ];
    });
    const shadowed = [...new Set([...assignedBy(state.Assign), ...ways(state).flatMap(([, names]) => names)])]
      .filter((each) => outer.has(each))
      .map((each) => `${name}: assigns $${each}, which is assigned outside of its Parallel or Map too`);
    return [...reads, ...shadowed, ...innerMachines(state).flatMap((inner) => variableProblems(inner, known))];
  });
};

/** The variables that every way to a state has assigned. */
const certain = (machine: Machine, outer: Names): ReadonlyMap<string, Names> => {
  const before = new Map<string, Names>([[machine.StartAt, outer]]);
  const waiting = [machine.StartAt];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const state = machine.States[name] ?? {};
    for (const [next, assigned] of ways(state)) {
      const here = new Set([...(before.get(name) ?? []), ...assigned]);
      const known = before.get(next);
      const both = known ? new Set([...known].filter((each) => here.has(each))) : here;
      if (known && both.size === known.size) continue;
      before.set(next, both);
      waiting.push(next);
    }
  }
  return before;
};
