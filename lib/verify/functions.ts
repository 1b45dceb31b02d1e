// The functions of a pipeline and of those that it runs, as the engine calls them: the wrapper that ships over stubs, and what
// stands for calls of AWS.
import type { Context } from 'aws-lambda';
import type { Pipeline, Stage } from '../definition/index.ts';
import { functionsOf, type PipelineGraph } from '../graph/index.ts';
import type { RegisteredFunctions } from '../local/index.ts';
import type { Json, StageCall } from '../records/index.ts';
import type { PaceClock, stageHandler } from '../runtime/index.ts';
import { PermanentError } from '../support/run-errors.ts';
import type { ReadAbove } from './declared.ts';
import { type Deployed, environmentOf, functionName } from './deploy.ts';
import { invoke, noteEffect, type StubWork, stubHandler, type Watch } from './invocations.ts';
import type { RowsText } from './stored.ts';
import type { Stubs } from './stubs.ts';

/** What a run is made of: its values, and what happens to it. */
export interface Setup {
  readonly watch: Watch;
  readonly input: Json;
  readonly stubs: Stubs;
  /** What upstream pipelines of those that it runs have given. */
  readonly above: readonly ReadAbove[];
  /** What lies in S3 before it. */
  readonly files: readonly RowsText[];
  stub(stage: string, contract: Stage): StubWork;
  /** Whether the stages of the pipeline fail that a stage runs. */
  childrenFail(stage: string): boolean;
  /** What a person answers to a stage's question. Undefined: nobody does. */
  answer(stage: string): Json | undefined;
}

/** The wrapper that ships. A test hands in another one, to see the matrix fail. */
export type Wrapper = typeof stageHandler;

export interface FunctionsOptions {
  /** The pipeline that is verified; the others are those that it runs. */
  readonly main: Pipeline;
  readonly wrapper: Wrapper;
  setupOf(run: string): Setup;
  /** Of the run that was asked for last: there is one at a time. */
  latest(): Setup;
  deployed(): Deployed;
  /** Virtual time. */
  now(): number;
  /** The stage of the main pipeline for which a run of another is, however far below. */
  askedBy(pipeline: string, run: string): Promise<string>;
}

/** Stages of pipelines that the main one runs are told from its own. */
export const watchedAs = (main: Pipeline, name: string, stage: string): string =>
  name === main.name ? stage : `${name}/${stage}`;

const stubOf =
  (of: Pipeline, stage: Stage, { main, setupOf, askedBy }: FunctionsOptions) =>
  async (run: string) => {
    const { watch, stub, stubs, childrenFail } = setupOf(run);
    if (of === main) return { watch, stub: (id: string) => stub(id, stage) };
    if (childrenFail(await askedBy(of.name, run))) throw new PermanentError('as the fault has it');
    const own = stubs.child(of);
    const work = (id: string): StubWork => ({
      output: (input, _, given) => own.output(id.slice(of.name.length + 1), stage, input, {}, given),
      broken: undefined,
      isReal: own.isReal,
    });
    return { watch, stub: work };
  };

/** Virtual time stands still while a function runs: one that waits for its turn at a pool has a time of its own, which runs ahead. */
export const pacing = (now: () => number): PaceClock => {
  let reached = 0;
  const own = (): number => Math.max(now(), reached);
  return {
    now: own,
    sleep: async (ms) => {
      reached = own() + ms;
    },
  };
};

export const stageFunctions = (graph: PipelineGraph, options: FunctionsOptions): RegisteredFunctions => {
  const { main, wrapper, setupOf, deployed } = options;
  const of = graph.pipeline;
  return Object.fromEntries(
    functionsOf(graph).flatMap(({ placeholders, stage }) => {
      let handler: ReturnType<Wrapper> | undefined; // one for the function, as in a warm sandbox
      const called = (call: StageCall, { awsRequestId, functionName: name, getRemainingTimeInMillis }: Context) => {
        handler ??= wrapper(
          stage,
          (given) => stubHandler(given, stubOf(of, stage, options)) as never,
          environmentOf(deployed()),
          pacing(options.now),
        );
        const warm = handler;
        return invoke(setupOf(call.run.id).watch, watchedAs(main, of.name, call.stage), call, (again) => {
          const own = again ? `${awsRequestId}.again` : awsRequestId;
          const { cache: _, ...uncached } = call; // a cell is to meet its fault, not what the cell before it gave
          return warm(uncached, { awsRequestId: own, functionName: name, getRemainingTimeInMillis } as Context);
        });
      };
      return placeholders.map((placeholder) => [functionName(of.name, placeholder), called as never]); // events are what the compiler wrote
    }),
  );
};

/** What stands for calls of AWS. They do not say for which run. */
export const serviceFunctions = (
  { pipeline: of, stages }: PipelineGraph,
  { main, latest }: FunctionsOptions,
): RegisteredFunctions =>
  Object.fromEntries(
    stages.flatMap(({ id, node }) => {
      if (node.kind !== 'service') return [];
      const called = (args: Json) => {
        const { watch, stubs } = latest();
        const place = watchedAs(main, of.name, id);
        return invoke(watch, place, { service: true }, async () => {
          const answer = await (of === main ? stubs : stubs.child(of)).service(node, args);
          noteEffect(watch, place, id);
          return answer;
        });
      };
      return [[functionName(of.name, `service_${id}`), called as never]]; // events are the call's arguments
    }),
  );
