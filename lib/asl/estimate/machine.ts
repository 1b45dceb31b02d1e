// The parts of an emitted state machine that a run's cost and limits depend on. Any machine, not only those emitted today.
import type { Json } from '../../records/index.ts';

export interface AslMachine {
  readonly StartAt: string;
  readonly States: { readonly [name: string]: AslState };
}

export interface AslState {
  readonly Type: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly Resource?: string;
  readonly Arguments?: Json;
  readonly Output?: Json;
  readonly Assign?: Json;
  readonly ItemSelector?: Json;
  readonly ResultWriter?: Json;
  readonly MaxConcurrency?: number;
  /** Of a Wait. */
  readonly Seconds?: Json;
  readonly Choices?: readonly { readonly Next: string; readonly Output?: Json }[];
  readonly Retry?: readonly {
    readonly ErrorEquals: readonly string[];
    readonly MaxAttempts?: number;
    readonly IntervalSeconds?: number;
    readonly BackoffRate?: number;
    readonly MaxDelaySeconds?: number;
  }[];
  readonly Catch?: readonly {
    readonly ErrorEquals: readonly string[];
    readonly Next: string;
    readonly Output?: Json;
  }[];
  readonly Branches?: readonly AslMachine[];
  readonly ItemProcessor?: AslMachine & {
    readonly ProcessorConfig?: { readonly Mode?: string; readonly ExecutionType?: string };
  };
}

/** The states that may follow, failures included. */
export const successorsOf = (state: AslState, { failing }: { readonly failing: boolean }): readonly string[] => [
  ...[state.Next, state.Default].flatMap((next) => next ?? []),
  ...[...(state.Choices ?? []), ...(failing ? (state.Catch ?? []) : [])].map(({ Next }) => Next),
];

/** Tries of a state's work at most: the first, and every retry of every retrier, each of which AWS counts by itself. */
export const attemptsOf = ({ Retry = [] }: AslState): number =>
  Retry.reduce((sum, { MaxAttempts = 3 }) => sum + MaxAttempts, 1);

export const isDistributed = ({ ItemProcessor }: AslState): boolean =>
  ItemProcessor?.ProcessorConfig?.Mode === 'DISTRIBUTED';

/** The name of the placeholder in a text such as `${stage_clean}`; undefined when there is none. */
export const placeholderIn = (value: Json | undefined): string | undefined =>
  typeof value === 'string' ? /\$\{(\w+)\}/.exec(value)?.[1] : undefined;

/** An argument of a Task, when its Arguments are an object. */
export const argumentOf = ({ Arguments }: AslState, name: string): Json | undefined =>
  typeof Arguments === 'object' && Arguments !== null && !Array.isArray(Arguments)
    ? (Arguments as { readonly [field: string]: Json })[name]
    : undefined;

export const isStartExecution = ({ Resource = '' }: AslState): boolean =>
  Resource.startsWith('arn:aws:states:::states:startExecution');

/** The machines inside a state: its branches, or what it runs for each item. */
export const innerMachinesOf = ({ Branches = [], ItemProcessor }: AslState): readonly AslMachine[] => [
  ...Branches,
  ...(ItemProcessor ? [ItemProcessor] : []),
];

/** Every state of a machine by name, those inside Parallel and Map states included. */
export const statesOf = (machine: AslMachine): readonly (readonly [string, AslState])[] => {
  const found: (readonly [string, AslState])[] = [];
  const machines = [machine];
  for (const { States } of machines) {
    for (const entry of Object.entries(States)) {
      found.push(entry);
      machines.push(...innerMachinesOf(entry[1]));
    }
  }
  return found;
};
