// One run of a pipeline as work for many services over time: which calls come after which, from the machine as emitted. What a
// simulation of many runs is fed with; the calls are those of the estimate.
import { type Call, repeated } from './calls.ts';
import type { Conditions, Course } from './course.ts';
import {
  type AslMachine,
  type AslState,
  argumentOf,
  isDistributed,
  isStartExecution,
  placeholderIn,
} from './machine.ts';

/** A state that a run enters. */
export interface LoadStep {
  readonly state: string;
  /** What stands for the Lambda that it calls; undefined where it calls none. */
  readonly lambda: string | undefined;
  /** Of one call, or of a wait. */
  readonly seconds: number;
  /** How often it is entered: once, or for each batch of a map. */
  readonly times: number;
  /** How many of them at once. */
  readonly atOnce: number;
  /** The steps that end before it begins, by their places. */
  readonly after: readonly number[];
  /** Of one entry. */
  readonly calls: readonly Call[];
  /** The pause before each further try when Lambda is throttled, at most, in seconds. */
  readonly throttled: readonly number[];
}

export interface RunLoad {
  readonly pipeline: string;
  /** Before its execution: what dispatch does. */
  readonly start: readonly Call[];
  readonly steps: readonly LoadStep[];
  /** After its execution. */
  readonly end: readonly Call[];
}

export interface LoadAsked extends Pick<Conditions, 'iterations' | 'machine'> {
  /** The way that a run takes. */
  readonly course: Course;
  callsOf(state: AslState, standard: boolean): readonly Call[];
  secondsOf(state: AslState): number;
}

/** AWS: an inline map runs 40 iterations at once, a distributed one 10,000 children. */
const [mostInline, mostChildren] = [40, 10_000];

interface Inside {
  readonly times: number;
  readonly atOnce: number;
  readonly standard: boolean;
}

/** The steps of a run on its way through a machine. A step may wait for one that stands behind it: a latch does. */
export const stepsOf = (machine: AslMachine, asked: LoadAsked): readonly LoadStep[] => {
  const places = new Map(namesIn(asked.course).map((name, place) => [name, place]));
  const placeOf = (name: string): number => places.get(name) ?? Number.POSITIVE_INFINITY;
  const steps: LoadStep[] = [];
  const latches = new Map<number, string>();
  const releases = new Map<string, number[]>();

  const walk = (within: AslMachine, from: readonly number[], inside: Inside): readonly number[] => {
    const walked = new Set<string>();
    let after = from;
    for (let name: string | undefined = within.StartAt; name !== undefined && !walked.has(name); ) {
      const state: AslState | undefined = within.States[name];
      if (!state) break;
      walked.add(name);
      after = enter(name, state, after, inside);
      // Of the ways on, the one that the course takes.
      name = [state.Next, state.Default, ...(state.Choices ?? []).map(({ Next }) => Next)]
        .flatMap((next) => (next !== undefined && places.has(next) && !walked.has(next) ? [next] : []))
        .sort((one, other) => placeOf(one) - placeOf(other))[0];
    }
    return after;
  };

  const enter = (name: string, state: AslState, after: readonly number[], inside: Inside): readonly number[] => {
    const at = steps.push({
      state: name,
      lambda: placeholderIn(argumentOf(state, 'FunctionName')),
      seconds: asked.secondsOf(state),
      times: inside.times,
      atOnce: inside.atOnce,
      after,
      calls: asked.callsOf(state, inside.standard),
      throttled: pausesOf(state),
    });
    if (/waitForTaskToken$/.test(state.Resource ?? '') && name.endsWith(latch))
      latches.set(at - 1, name.slice(0, -latch.length));
    for (const released of releasedBy(state)) releases.set(released, [...(releases.get(released) ?? []), at - 1]);
    const own = [at - 1];
    if (state.ItemProcessor) {
      const times = inside.times * asked.iterations(name);
      if (times === 0) return own;
      const distributed = isDistributed(state);
      const declared = state.MaxConcurrency ?? 0;
      const most = distributed ? mostChildren : mostInline;
      const standard = inside.standard && state.ItemProcessor.ProcessorConfig?.ExecutionType !== 'EXPRESS';
      const atOnce = inside.atOnce * (declared > 0 ? Math.min(declared, most) : most);
      return walk(state.ItemProcessor, own, { times, atOnce, standard });
    }
    if (state.Branches) return state.Branches.flatMap((branch) => walk(branch, own, inside));
    if (isStartExecution(state)) {
      const child = asked.machine(placeholderIn(argumentOf(state, 'StateMachineArn')) ?? '');
      if (child) return walk(child.machine, own, inside);
    }
    return own;
  };

  walk(machine, [], { times: 1, atOnce: 1, standard: true });
  return steps.map((step, at) => ({ ...step, after: [...step.after, ...(releases.get(latches.get(at) ?? '') ?? [])] }));
};

/** What the names of the states end with that wait in the ledger. */
const latch = '.latch';

const namesIn = ({ visits, children }: Course): readonly string[] => [
  ...visits.map(({ name }) => name),
  ...children.flatMap(({ course }) => namesIn(course)),
];

/** The latches that a call releases at its end. */
const releasedBy = (state: AslState): readonly string[] => {
  const { release = [] } = (argumentOf(state, 'Payload') ?? {}) as { release?: readonly { readonly latch: string }[] }; // as emitted
  return release.map(({ latch }) => latch);
};

const throttle = 'Lambda.TooManyRequestsException';

/** The longest that each pause of the ladder for throttled calls may be: with full jitter, any share of it. */
const pausesOf = ({ Retry = [] }: AslState): readonly number[] => {
  const ladder = Retry.find(({ ErrorEquals }) => ErrorEquals.includes(throttle) || ErrorEquals.includes('States.ALL'));
  if (!ladder) return [];
  const { IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds = Number.POSITIVE_INFINITY, MaxAttempts = 3 } = ladder;
  return Array.from({ length: MaxAttempts }, (_, n) => Math.min(MaxDelaySeconds, IntervalSeconds * BackoffRate ** n));
};

/** All that a run calls, each as often as it does. */
export const callsOfLoad = ({ start, steps, end }: RunLoad): readonly Call[] => [
  ...start,
  ...steps.flatMap(({ calls, times }) => repeated(calls, times)),
  ...end,
];
