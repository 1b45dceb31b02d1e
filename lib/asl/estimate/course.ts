// The dearest way through a state machine: which states a run enters, how often, and how often each tries its work.
import { invariant } from '../../support/invariant.ts';
import { stronglyConnected } from '../../support/strongly-connected.ts';
import { eventsOf } from './events.ts';
import {
  type AslMachine,
  type AslState,
  argumentOf,
  attemptsOf,
  isDistributed,
  isStartExecution,
  placeholderIn,
  successorsOf,
} from './machine.ts';

/** One state's part of a run. `times` counts entries, `attempts` the tries of its work at each entry. */
export interface Visit {
  readonly name: string;
  readonly state: AslState;
  readonly times: number;
  readonly attempts: number;
  /** Of a Map, at each attempt; 0 for other states. */
  readonly iterations: number;
}

/** What one execution does. */
export interface Course {
  readonly visits: readonly Visit[];
  readonly children: readonly Children[];
}

/** Executions that a state starts: the children of a distributed map, or a child machine. */
export interface Children {
  readonly startedBy: string;
  readonly times: number;
  readonly express: boolean;
  readonly course: Course;
}

/** What is taken for granted of a run. */
export interface Conditions {
  /** Every retry is used, and of going on and a Catch the dearer happens. */
  readonly failing: boolean;
  /** How often a Map runs what is inside. */
  iterations(map: string): number;
  /** How often a loop through these states goes round. */
  rounds(states: readonly string[]): number;
  /** The machine behind the placeholder of a StateMachineArn; undefined when it is not known. */
  machine(placeholder: string): { readonly machine: AslMachine; readonly express: boolean } | undefined;
  /** What makes one way dearer than another: of a visit, once. */
  weigh(visit: Visit): number;
  /** Whether what the executions started by a state do makes the way through that state dearer. */
  readonly weighsChildren: boolean;
}

/** History events as a weight. */
export const byEvents = ({ state, attempts, iterations }: Visit): number => eventsOf(state, attempts, iterations);

interface Way extends Course {
  readonly weight: number;
}
const nowhere: Way = { visits: [], children: [], weight: 0 };

/** The dearest way from a machine's start to its end. At a choice it takes one branch; a loop goes round as often as it may. */
export const courseOf = (machine: AslMachine, conditions: Conditions): Course => wayFrom(machine, conditions);

const wayFrom = (machine: AslMachine, conditions: Conditions): Way => {
  const nextOf = (name: string) => successorsOf(stateIn(machine, name), conditions);
  return joined(dearest(machine, machine.StartAt, nextOf, conditions));
};

/** The pieces of the dearest way, in order. */
const dearest = (
  machine: AslMachine,
  start: string,
  nextOf: (name: string) => readonly string[],
  conditions: Conditions,
): readonly Way[] => {
  const best = new Map<string, { readonly own: Way; readonly next: string | undefined; readonly weight: number }>();
  for (const group of stronglyConnected(start, nextOf)) {
    const inside = new Set(group);
    const own = groupWay(machine, group, inside, nextOf, conditions);
    let next: string | undefined;
    for (const name of group)
      for (const after of nextOf(name))
        if (!inside.has(after) && (best.get(after)?.weight ?? 0) > (next ? (best.get(next)?.weight ?? 0) : -1))
          next = after;
    const weight = own.weight + (next ? (best.get(next)?.weight ?? 0) : 0);
    for (const name of group) best.set(name, { own, next, weight });
  }
  const ways: Way[] = [];
  for (let at: string | undefined = start; at !== undefined; at = best.get(at)?.next) {
    const piece = best.get(at);
    invariant(piece, `the state ${at} was not reached`);
    ways.push(piece.own);
  }
  return ways;
};

/** The way through one state, or through a loop as often as it goes round. */
const groupWay = (
  machine: AslMachine,
  group: readonly string[],
  inside: ReadonlySet<string>,
  nextOf: (name: string) => readonly string[],
  conditions: Conditions,
): Way => {
  const [only] = group;
  invariant(only !== undefined, 'a group of states is empty');
  const loops = group.length > 1 || nextOf(only).includes(only);
  if (!loops) return stateWay(only, stateIn(machine, only), conditions);
  // `only` is where the loop was entered: without the ways back to it, it is one round.
  const roundOf = (name: string) => nextOf(name).filter((next) => next !== only && inside.has(next));
  const once = dearest(machine, only, roundOf, conditions);
  return scaled(joined(once), conditions.rounds(group));
};

const stateWay = (name: string, state: AslState, conditions: Conditions): Way => {
  const attempts = conditions.failing ? attemptsOf(state) : 1;
  const iterations = state.Type === 'Map' ? conditions.iterations(name) : 0;
  const visit: Visit = { name, state, times: 1, attempts, iterations };
  const own: Way = { visits: [visit], children: [], weight: conditions.weigh(visit) };
  if (state.ItemProcessor) {
    const item = wayFrom(state.ItemProcessor, conditions);
    const times = attempts * iterations;
    const express = state.ItemProcessor.ProcessorConfig?.ExecutionType === 'EXPRESS';
    if (isDistributed(state)) return joined([own, children(name, times, express, item, conditions)]);
    return joined([own, scaled(item, times)]);
  }
  if (state.Branches) {
    const branches = state.Branches.map((branch) => wayFrom(branch, conditions));
    return joined([own, scaled(joined(branches), attempts)]);
  }
  if (isStartExecution(state)) {
    const child = conditions.machine(placeholderIn(argumentOf(state, 'StateMachineArn')) ?? '');
    if (child)
      return joined([own, children(name, attempts, child.express, wayFrom(child.machine, conditions), conditions)]);
  }
  return own;
};

const children = (
  startedBy: string,
  times: number,
  express: boolean,
  { visits, children, weight }: Way,
  { weighsChildren }: Conditions,
): Way => ({
  visits: [],
  children: [{ startedBy, times, express, course: { visits, children } }],
  weight: weighsChildren ? weight * times : 0,
});

const joined = (ways: readonly Way[]): Way => {
  const [only] = ways;
  if (only && ways.length === 1) return only;
  return {
    visits: ways.flatMap(({ visits }) => visits),
    children: ways.flatMap(({ children }) => children),
    weight: ways.reduce((sum, { weight }) => sum + weight, 0),
  };
};

const scaled = (way: Way, factor: number): Way => {
  if (factor === 1) return way;
  if (factor === 0) return nowhere;
  return {
    visits: way.visits.map((visit) => ({ ...visit, times: visit.times * factor })),
    children: way.children.map((child) => ({ ...child, times: child.times * factor })),
    weight: way.weight * factor,
  };
};

const stateIn = (machine: AslMachine, name: string): AslState => {
  const state = machine.States[name];
  invariant(state, `the machine has no state ${name}`);
  return state;
};
