// A run without failures, or one in which all that can fail does: what each stage's part of it uses and costs.
import {
  dollarsOf,
  expressSeconds as longestExpress,
  noUsage,
  type Prices,
  totalUsage,
  type Usage,
} from '../../records/index.ts';
import { type Call, repeated, usageOfCalls } from './calls.ts';
import { byEvents, type Conditions, type Course, courseOf, type Visit } from './course.ts';
import { eventsOfExecution } from './events.ts';
import { calleeOf, type KnownStage } from './facts.ts';
import { type RunLoad, stepsOf } from './load.ts';
import { type AslMachine, argumentOf, placeholderIn } from './machine.ts';
import { callsOf, callsOfEnd, callsOfLook, callsOfStart, type Door, operatorSeconds, usageOf } from './usage.ts';

/** Of one run. `events` are those of all its executions together. */
export interface Figures {
  readonly transitions: number;
  readonly events: number;
  readonly lambdaCalls: number;
  readonly lambdaSeconds: number;
  /** All that is billed. */
  readonly usage: Usage;
  /** Of a thousand runs. */
  readonly dollars: number;
}

export interface Scenario {
  /** The course with most events. */
  readonly course: Course;
  readonly total: Figures;
  /** All that a run calls, its start and end included. */
  readonly calls: readonly Call[];
  /** The same over time: what comes after what. */
  readonly load: Omit<RunLoad, 'pipeline'>;
  /** A stage's part; of `undefined`, what is no stage's own. */
  of(stage: string | undefined): Figures;
}

export interface EmittedMachine {
  /** What stands for its ARN in the machines that start it; undefined for the pipeline's own. */
  readonly placeholder?: string;
  readonly definition: string;
  readonly machine: AslMachine;
}

/** The pipeline as emitted, and what is known of it. */
export interface Subject {
  /** What a run executes: the pipeline's own machine first, then those that it starts. */
  readonly machines: readonly [EmittedMachine, ...EmittedMachine[]];
  /** Of the stages that have a handler. */
  readonly facts: ReadonlyMap<string, KnownStage>;
  /** Ids of all stages. */
  readonly stages: ReadonlySet<string>;
  readonly door: Door;
}

/** The stage that a state belongs to: `clean.failed` to `clean`. */
export const ownerOf = ({ stages }: Pick<Subject, 'stages'>, state: string): string | undefined => {
  const [stage = ''] = state.split('.');
  return stages.has(stage) ? stage : undefined;
};

/** Step Functions bills an Express execution for this much memory at least. */
const expressGb = 64 / 1_024;

const none: Figures = { transitions: 0, events: 0, lambdaCalls: 0, lambdaSeconds: 0, usage: noUsage, dollars: 0 };

export interface ScenarioOptions {
  readonly failing: boolean;
  readonly prices: Prices;
  /** How long the execution lasts, when it is an Express one. */
  readonly expressSeconds?: number;
}

export const scenarioOf = (subject: Subject, { failing, prices, expressSeconds }: ScenarioOptions): Scenario => {
  const isStandard = expressSeconds === undefined;
  const { facts } = subject;
  const [{ machine }, ...children] = subject.machines;
  const stageOf = (placeholder: string) => calleeOf(facts, placeholder);
  const used = (visit: Pick<Visit, 'state' | 'attempts'>, standard: boolean): Usage =>
    usageOf(visit, stageOf, { failing, standard });
  const secondsOf = ({ state, attempts }: Visit): number => {
    const called = placeholderIn(argumentOf(state, 'FunctionName'));
    if (called === undefined) return 0;
    const stage = stageOf(called);
    return attempts * (stage ? (failing ? stage.timeoutSeconds : stage.seconds) : operatorSeconds);
  };
  const conditions: Conditions = {
    failing,
    iterations: (map) => facts.get(ownerOf(subject, map) ?? map)?.batches ?? 0,
    rounds: () => 1,
    machine: (placeholder) => {
      const child = children.find((each) => each.placeholder === placeholder);
      return child && { machine: child.machine, express: false };
    },
    weigh: byEvents,
    weighsChildren: false,
  };
  const weigh = (visit: Visit): number => dollarsOf(used(visit, isStandard), prices);
  const dearest = courseOf(machine, { ...conditions, weigh, weighsChildren: true });
  const dear = laidOut(dearest, isStandard);
  const course = courseOf(machine, conditions);

  const parts = new Map<string | undefined, { usage: Usage; seconds: number; events: number }>();
  const add = (state: string, usage: Partial<Usage>, times: number, seconds: number, events: number): void => {
    const owner = ownerOf(subject, state);
    const part = parts.get(owner);
    parts.set(owner, {
      usage: totalUsage([...(part ? [{ usage: part.usage, times: 1 }] : []), { usage, times }]),
      seconds: (part?.seconds ?? 0) + seconds,
      events: (part?.events ?? 0) + events,
    });
  };
  for (const { visit, standard } of dear.visits)
    add(visit.name, used(visit, standard), visit.times, visit.times * secondsOf(visit), 0);
  for (const { startedBy, times, course: started } of dear.executions.filter(({ express }) => express)) {
    // At most the time of its Lambdas one after another.
    const seconds = started.visits.reduce((sum, visit) => sum + visit.times * secondsOf(visit), 0);
    add(startedBy, { expressExecutions: 1, expressGbSeconds: expressGb * seconds }, times, 0, 0);
  }
  // Of an Express execution there is no history.
  for (const { visit } of isStandard ? laidOut(course).visits : [])
    add(visit.name, {}, 0, 0, visit.times * byEvents(visit));
  for (const { startedBy, times } of isStandard ? laidOut(course).executions : [])
    add(startedBy, {}, 0, 0, times * eventsOfExecution);
  const start = callsOfStart(subject.door);
  const end = [...callsOfEnd(subject.door), ...(isStandard ? [] : callsOfLook)];
  const around = [...start, ...end];
  add('', usageOfCalls(around), 1, 0, isStandard ? eventsOfExecution : 0);
  if (!isStandard) {
    const expressGbSeconds = expressGb * Math.min(longestExpress, expressSeconds);
    add('', { expressExecutions: 1, expressGbSeconds }, 1, 0, 0);
  }

  const figures = new Map(
    [...parts].map(([owner, { usage, seconds, events }]) => [
      owner,
      {
        transitions: usage.transitions,
        events,
        lambdaCalls: usage.lambdaCalls,
        lambdaSeconds: seconds,
        usage,
        dollars: 1_000 * dollarsOf(usage, prices),
      },
    ]),
  );
  return {
    course,
    total: [...figures.values()].reduce(sumOf, none),
    calls: [
      ...around,
      ...dear.visits.flatMap(({ visit, standard }) =>
        repeated(callsOf(visit, stageOf, { failing, standard }), visit.times),
      ),
    ],
    load: {
      start,
      end,
      steps: stepsOf(machine, {
        iterations: conditions.iterations,
        machine: conditions.machine,
        course: dearest,
        callsOf: (state, standard) =>
          callsOf({ state, attempts: 1 }, stageOf, { failing: false, standard: standard && isStandard }),
        secondsOf: (state) =>
          typeof state.Seconds === 'number'
            ? state.Seconds
            : secondsOf({ name: '', state, times: 1, attempts: 1, iterations: 0 }),
      }),
    },
    of: (stage) => figures.get(stage) ?? none,
  };
};

const sumOf = (one: Figures, other: Figures): Figures => ({
  transitions: one.transitions + other.transitions,
  events: one.events + other.events,
  lambdaCalls: one.lambdaCalls + other.lambdaCalls,
  lambdaSeconds: one.lambdaSeconds + other.lambdaSeconds,
  usage: totalUsage([one, other].map(({ usage }) => ({ usage, times: 1 }))),
  dollars: one.dollars + other.dollars,
});

/** A course with all that it starts, laid out: each visit and each execution with how often it happens in a run. */
const laidOut = (course: Course, standard = true, times = 1): LaidOut => {
  const inner = course.children.map((child) => laidOut(child.course, !child.express, child.times * times));
  return {
    visits: [
      ...course.visits.map((visit) => ({ visit: { ...visit, times: visit.times * times }, standard })),
      ...inner.flatMap(({ visits }) => visits),
    ],
    executions: [
      ...course.children.map((child) => ({ ...child, times: child.times * times })),
      ...inner.flatMap(({ executions }) => executions),
    ],
  };
};

interface LaidOut {
  readonly visits: readonly { readonly visit: Visit; readonly standard: boolean }[];
  readonly executions: Course['children'];
}
