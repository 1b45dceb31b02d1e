// The handlers that ship, as what they give in a run without faults and without anything around them.
import type { Pipeline, Stage } from '../definition/index.ts';
import { functionsOf, graphOf } from '../graph/index.ts';
import { type Json, undoneStage } from '../records/index.ts';
import { type Handler, openStore, type Work } from '../runtime/index.ts';
import { connect } from '../support/aws-call.ts';
import { canonicalJson } from '../support/canonical-json.ts';
import { invariant } from '../support/invariant.ts';
import { credentials, type Deployed, environmentOf, names, region } from './deploy.ts';
import { anyRun, partitionOf, type RealWork } from './stubs.ts';

/** Where the work of stages comes from. */
export interface RealHandlers {
  /** What a pipeline's function does. `key` is the function's, as `functionsOf` has it. */
  workOf(pipeline: string, key: string): Promise<Handler<Stage>>;
  /** What stands in for the call of AWS that a stage is. */
  standInOf(pipeline: string, stage: string): Promise<(args: Json) => unknown>;
  /** Told the environment in which clients of AWS reach the bench, before any work is asked for. */
  setEnvironment(environment: { readonly [name: string]: string }): void;
}

const nothing = async (): Promise<void> => undefined;
const taken = { release: nothing, [Symbol.asyncDispose]: nothing };

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

export const openRealWork = (handlers: RealHandlers, deployed: Deployed): RealWork => {
  handlers.setEnvironment(environmentOf(deployed));
  const aws = connect({ region, endpoint: deployed.endpoint, ...credentials });
  const given = new Map<string, Promise<Json>>();

  const outside = (pipeline: Pipeline, stage: string, input: Json): Work<Stage> => {
    const run = { pipeline: pipeline.name, id: anyRun, partition: partitionOf(pipeline) };
    return {
      input,
      run,
      log: silent,
      store: openStore(aws, names.payloadBucket, { ...run, definitionHash: '', execution: anyRun }),
      signal: new AbortController().signal,
      idempotencyKey: `${anyRun}/${stage}`,
      heartbeat: () => undefined,
      cost: { add: () => undefined, model: () => undefined },
      score: () => undefined,
      pool: () => ({ take: async () => taken }),
    } as Work<Stage>; // the input is what the contract took
  };

  const once = (known: string, make: () => unknown): Promise<Json> => {
    const made = given.get(known) ?? (Promise.resolve(make()) as Promise<Json>);
    given.set(known, made);
    return made;
  };

  return {
    service: async ({ name }, { id, standIn }, args) => {
      if (standIn === undefined) return undefined;
      const handler = await handlers.standInOf(name, id);
      return once(`${name} ${id}.call ${canonicalJson(args)}`, () => handler(args));
    },
    output: async (pipeline, stage, contract, input, work) => {
      const key = keyOf(pipeline, stage, contract);
      const handler = await handlers.workOf(pipeline.name, key);
      if (work) return (await handler(work)) as Json;
      return once(`${pipeline.name} ${key} ${canonicalJson(input)}`, () => handler(outside(pipeline, stage, input)));
    },
  };
};

const keyOf = (pipeline: Pipeline, id: string, contract: Stage): string => {
  const undone = undoneStage(id);
  const placeholders = undone === undefined ? [`stage_${id}`, `fallback_${id}`] : [`compensate_${undone}`];
  const found = functionsOf(graphOf(pipeline)).find(
    (one) => one.stage === contract && one.placeholders.some((each) => placeholders.includes(each)),
  );
  invariant(found, `${pipeline.name} has no function for ${id}`);
  return found.key;
};
