// How near a pipeline comes to the limits of Step Functions.
import { type PipelineGraph, placesIn } from '../../graph/index.ts';
import { byEvents, type Course } from './course.ts';
import { eventsOfExecution, mostEvents } from './events.ts';
import { controlValuesOf, flowBytesOf } from './flow-bytes.ts';
import { type AslMachine, innerMachinesOf, statesOf } from './machine.ts';
import { mostPayloadBytes, payloadsOf } from './payload.ts';
import { type EmittedMachine, ownerOf, type Scenario, type Subject } from './scenario.ts';

/** AWS: of a definition, with its placeholders filled in. */
export const mostDefinitionBytes = 1_048_576;

/** Of the execution that comes nearest, when a run has several. */
export interface LimitUse {
  readonly limit: 'history events' | 'definition bytes' | 'payload bytes';
  readonly most: number;
  /** What is certainly used. */
  readonly least: number;
  readonly happy: number;
  /** Infinite where a contract sets no bound. */
  readonly worst: number;
  /** The stage with the greatest part in it; undefined when that is no stage's. */
  readonly stage: string | undefined;
}

export interface LimitsAsked extends Subject {
  readonly graph: PipelineGraph;
  /** The machine that undoes what a failed run did, where there is one: no run executes it. */
  readonly compensation: EmittedMachine | undefined;
  readonly happy: Scenario;
  readonly worst: Scenario;
}

export const limitsOf = (asked: LimitsAsked): readonly LimitUse[] => [
  // Nothing keeps the history of an Express execution, so nothing bounds it.
  ...(asked.graph.pipeline.type === 'express' ? [] : [eventsUse(asked)]),
  definitionUse(asked),
  payloadUse(asked),
];

const eventsUse = ({ happy, worst, ...subject }: LimitsAsked): LimitUse => {
  const [usual, most] = [mostEventful(happy.course), mostEventful(worst.course)];
  const shares = new Map<string, number>();
  for (const visit of most.course.visits) {
    const stage = ownerOf(subject, visit.name);
    if (stage) shares.set(stage, (shares.get(stage) ?? 0) + visit.times * byEvents(visit));
  }
  return {
    limit: 'history events',
    most: mostEvents,
    least: usual.events,
    happy: usual.events,
    worst: most.events,
    stage: greatest(shares),
  };
};

/** The execution with most events, of this course and of those it starts. */
const mostEventful = (course: Course): { readonly course: Course; readonly events: number } => {
  const events = course.visits.reduce((sum, visit) => sum + visit.times * byEvents(visit), eventsOfExecution);
  const inner = course.children.map((child) => mostEventful(child.course));
  return inner.reduce((best, each) => (each.events > best.events ? each : best), { course, events });
};

const greatest = (shares: ReadonlyMap<string, number>): string | undefined =>
  [...shares].reduce<readonly [string | undefined, number]>(
    (best, each) => (each[1] > best[1] ? each : best),
    [undefined, 0],
  )[0];

/** The longest that a placeholder may become: the ARN of a function with 64 characters and a version. */
const arnBytes = 'arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:'.length + 64 + ':1234'.length;

/** Of the longest of a pipeline's definitions. */
const definitionUse = ({ machines, compensation, stages }: LimitsAsked): LimitUse => {
  const [first, ...others] = [...machines, ...(compensation ? [compensation] : [])].map(({ definition, machine }) => {
    const bytes = Buffer.byteLength(definition);
    const placeholders = [...definition.matchAll(/\$\{\w+\}/g)].map(([{ length }]) => length);
    return { machine, bytes, grown: placeholders.reduce((sum, length) => sum + Math.max(0, arnBytes - length), bytes) };
  }) as [Sized, ...Sized[]];
  const { machine, bytes, grown } = others.reduce((best, each) => (each.grown > best.grown ? each : best), first);
  const shares = new Map<string, number>();
  for (const [name, state] of statesOf(machine)) {
    const stage = ownerOf({ stages }, name);
    if (stage && innerMachinesOf(state).length === 0)
      shares.set(stage, (shares.get(stage) ?? 0) + JSON.stringify(state).length);
  }
  return {
    limit: 'definition bytes',
    most: mostDefinitionBytes,
    least: bytes,
    happy: grown,
    worst: grown,
    stage: greatest(shares),
  };
};

interface Sized {
  readonly machine: AslMachine;
  readonly bytes: number;
  readonly grown: number;
}

const payloadUse = ({ graph, machines, facts, stages }: LimitsAsked): LimitUse => {
  const values = controlValuesOf(graph);
  const choices = placesIn(graph.pipeline.flow).flatMap(({ id, node }) => (node.kind === 'choose' ? [id] : []));
  const flow = flowBytesOf(choices, values);
  const iterations = (map: string): number => facts.get(ownerOf({ stages }, map) ?? map)?.batches ?? 0;
  const at = (of: keyof typeof flow) =>
    new Map(machines.flatMap(({ machine }) => [...payloadsOf(machine, flow[of], iterations)]));
  const [least, usual, most] = [at('least'), at('usual'), at('most')];
  const longest = [...least].reduce((best, each) => (each[1] > best[1] ? each : best), ['', 0] as [string, number]);
  return {
    limit: 'payload bytes',
    most: mostPayloadBytes,
    least: longest[1],
    happy: Math.max(...usual.values()),
    worst: Math.max(...most.values()),
    // What is too long for certain is a constant or a fork; what may be is the longest value that a condition reads.
    stage:
      longest[1] > mostPayloadBytes
        ? ownerOf({ stages }, longest[0])
        : greatest(new Map(values.flatMap(({ stage, most }) => (stage ? [[stage, most]] : [])))),
  };
};
