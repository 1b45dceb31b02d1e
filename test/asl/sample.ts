// Contracts and shapes that the tests of the compiler share.
import * as z from 'zod';
import { type CompiledPipeline, compile } from '../../lib/asl/index.ts';
import { definePipeline, defineStage, type Flow, type Pipeline } from '../../lib/definition/index.ts';
import { graphOf } from '../../lib/graph/index.ts';
import type { Json } from '../../lib/records/index.ts';

export const numbers = z.object({ n: z.number(), list: z.array(z.number()) });
export type Numbers = z.infer<typeof numbers>;

/** A stage that takes anything and gives a number and a list of numbers. */
export const stage = <const Name extends string>(name: Name) =>
  defineStage(name, { input: z.looseObject({}), output: numbers });

export const pipelineOf = <Output>(body: (flow: Flow<Numbers, { readonly before: Numbers }>) => Output): Pipeline =>
  definePipeline('sample', { input: numbers, upstream: { before } }, body);

const before = definePipeline('before', { input: numbers }, (flow) => {
  const only = flow.task(stage('only'), { n: flow.input.n });
  return { n: only.n, list: only.list };
});

/** A pipeline for others to run. */
export const child = definePipeline('child', { input: numbers }, (flow) => flow.task(stage('only'), flow.input));

export type State = { readonly [field: string]: Json };
export interface Machine {
  readonly StartAt: string;
  readonly States: { readonly [name: string]: State };
}

export const compiled = (pipeline: Pipeline): CompiledPipeline => compile(graphOf(pipeline));

/** The machine as it would be deployed: every placeholder filled in with its own name. */
export const machineOf = (pipeline: Pipeline): Machine =>
  JSON.parse(compiled(pipeline).definition.replaceAll(/\$\{(\w+)\}/g, '$1'));

/** Every state of a machine by name, those inside Parallel and Map states included. */
export const statesOf = (machine: Machine): readonly (readonly [string, State, Machine])[] =>
  Object.entries(machine.States).flatMap(([name, state]) => [
    [name, state, machine] as const,
    ...innerMachines(state).flatMap(statesOf),
  ]);

export const innerMachines = (state: State): readonly Machine[] =>
  // The machine came from our own compiler: its Branches and ItemProcessor are machines.
  [
    ...((state.Branches ?? []) as unknown as Machine[]),
    ...(state.ItemProcessor ? [state.ItemProcessor as unknown as Machine] : []),
  ];

/** The states that may follow a state. */
export const nextOf = (state: State): readonly string[] => [
  ...[state.Next, state.Default].flatMap((next) => (typeof next === 'string' ? [next] : [])),
  ...[...((state.Choices ?? []) as unknown as State[]), ...((state.Catch ?? []) as unknown as State[])].map(
    ({ Next }) => String(Next),
  ),
];
