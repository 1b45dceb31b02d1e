// What the stages of a run hang on, and where their inputs come from: read out of the state machine that runs them, so it is right
// for every version and for stages that have not begun.
import { type Binding, beginSlot } from '../records/index.ts';

export interface WiredStage {
  readonly stage: string;
  /** Ids of the stages that it reads from or waits for, and those that decide whether it runs. */
  readonly needs: readonly string[];
  /** Its input, or what it shows to a person; of a map, an item's. */
  readonly bind?: Binding;
  /** Of a map: the list of its items. */
  readonly items?: Binding;
}

export interface Wiring {
  /** In the order of the definition. */
  readonly stages: readonly WiredStage[];
  /** Machines that it hands parts of itself to. */
  readonly machines: readonly string[];
}

type Fields = { readonly [name: string]: unknown };

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every object inside a value, itself included. */
const objectsIn = (value: unknown): readonly Fields[] => {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  return isFields(value) ? [value, ...Object.values(value).flatMap(objectsIn)] : [];
};

const isBinding = (value: unknown): value is Binding => isFields(value) && typeof value.kind === 'string';

/** A call of a stage's wrapper or of settle, as the compiler writes them. */
interface Call extends Fields {
  readonly stage: string;
}

/** Of the calls that undo stages, the stage is only known when they are made. */
const isCall = (value: Fields): value is Call =>
  typeof value.stage === 'string' && !value.stage.startsWith('{%') && value.run !== undefined;

const callsIn = (value: unknown): readonly Call[] => objectsIn(value).filter(isCall);

interface Choice {
  readonly id: string;
  /** Stages whose outputs its condition reads. */
  readonly reads: readonly string[];
  /** Stages that run in one of its branches only. */
  readonly inside: readonly string[];
}

const nextsOf = (state: Fields): readonly string[] =>
  [state.Next, state.Default, ...objectsIn(state.Choices).map(({ Next }) => Next)].filter(
    (name) => typeof name === 'string',
  );

const reachFrom = (name: string, states: Fields): ReadonlySet<string> => {
  const reached = new Set<string>();
  const open = [name];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const state = states[at];
    if (reached.has(at) || !isFields(state)) continue;
    reached.add(at);
    open.push(...nextsOf(state));
  }
  return reached;
};

/** The choices among states that stand side by side. */
const choicesAmong = (states: Fields): readonly Choice[] =>
  Object.values(states).flatMap((state) => {
    if (!isFields(state) || state.Type !== 'Choice') return [];
    const text = JSON.stringify(state.Choices);
    const [, id = ''] = /chosen[^{]*\{\\+"([^"\\]+)\\+": '/.exec(text) ?? [];
    const reads = [...text.matchAll(/control\.`([^`]+)`/g)].map(([, stage = '']) => stage);
    const branches = [...new Set(nextsOf(state))].map((next) => reachFrom(next, states));
    const all = [...new Set(branches.flatMap((branch) => [...branch]))];
    const inside = all.filter((name) => !branches.every((branch) => branch.has(name)));
    return [
      {
        id,
        reads: [...new Set(reads)],
        inside: inside.flatMap((name) => callsIn(states[name]).map(({ stage }) => stage)),
      },
    ];
  });

/** Ids of stages and choices that a call names, wherever in it. */
const namedIn = (call: Call): readonly string[] => {
  const { after, batch } = call;
  const { follows, beside } = isFields(batch) ? batch : {};
  const listed = [after, beside].flatMap((list) => (Array.isArray(list) ? list : []));
  const bound = objectsIn(call).flatMap(({ kind, source, choose }) => [
    ...(kind === 'ref' && isFields(source) ? [source.stage] : []),
    ...(kind === 'chosen' ? [choose] : []),
  ]);
  return [...listed, ...bound, follows].filter((name) => typeof name === 'string');
};

/** Reads the definition of a state machine that Heddle compiled. */
export const wiringOf = (definition: string): Wiring => {
  const machine: unknown = JSON.parse(definition);
  const scopes = objectsIn(machine).flatMap(({ States }) => (isFields(States) ? [States] : []));
  const choices = scopes.flatMap(choicesAmong);
  const insideOf = new Map(choices.map(({ id, inside }) => [id, inside]));
  const found = new Map<string, { bind?: Binding; items?: Binding; readonly needs: Set<string> }>();
  for (const call of callsIn(machine)) {
    const own = found.get(call.stage) ?? { needs: new Set<string>() };
    const items = [isFields(call.batch) ? call.batch.items : undefined, call.items].find(isBinding);
    const bind = [call.bind, call.show, call.input].find(isBinding);
    if (items) own.items ??= items;
    if (bind) own.bind ??= bind;
    found.set(call.stage, own);
    for (const need of namedIn(call).flatMap((id) => insideOf.get(id) ?? [id])) own.needs.add(need);
  }
  for (const { reads, inside } of choices)
    for (const stage of inside) for (const read of reads) found.get(stage)?.needs.add(read);
  const machines = objectsIn(machine).flatMap(({ StateMachineArn }) =>
    typeof StateMachineArn === 'string' && StateMachineArn.startsWith('arn:') ? [StateMachineArn] : [],
  );
  return {
    stages: [...found].map(([stage, { needs, ...rest }]) => ({
      stage,
      // One that is not here is another machine's of the same pipeline.
      needs: [...needs].filter((need) => need !== stage && need !== beginSlot),
      ...rest,
    })),
    machines: [...new Set(machines)],
  };
};

/** Of machines that make one pipeline together. Needs that point into another of them are kept. */
export const joinWirings = (wirings: readonly Wiring[]): readonly WiredStage[] => {
  const stages = new Map<string, WiredStage>();
  for (const one of wirings.flatMap(({ stages: own }) => own)) if (!stages.has(one.stage)) stages.set(one.stage, one);
  return [...stages.values()];
};
