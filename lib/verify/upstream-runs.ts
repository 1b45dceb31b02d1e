// Runs of upstream pipelines as their records would be, with what they gave.
import type { Pipeline } from '../definition/index.ts';
import type { Services } from '../operators/index.ts';
import { isList, type Json, type RunRecord } from '../records/index.ts';
import { invariant } from '../support/invariant.ts';
import { keysRead, partitionOf } from './stubs.ts';

/** What upstream pipelines gave, by alias. */
export type Given = { readonly [alias: string]: Json };

/** Gives what records it: each time as newer runs of the partitions that a run of the pipeline reads. */
export const upstreamRecorder = ({ ledger, now }: Services) => {
  let recorded = 0;
  return async (pipeline: Pipeline, upstream: Given, partition = partitionOf(pipeline)): Promise<void> => {
    for (const [alias, value] of Object.entries(upstream)) {
      const above = pipeline.upstream[alias];
      invariant(above, `there is no upstream ${alias}`);
      const use = pipeline.uses?.[alias];
      // Of several partitions, as `upstreamOf` makes it: their keys and outputs.
      const outputs = use && isList(use) ? (value as readonly { key: string; output: Json }[]) : undefined;
      for (const [index, key] of keysRead(pipeline, alias, partition).entries()) {
        recorded += 1; // values bent for another route are a newer run's
        const createdAt = new Date(now() + recorded).toISOString();
        const record: RunRecord = {
          pipeline: above.name,
          run: `above-${recorded}`,
          partition: key,
          status: 'completed',
          trigger: { kind: 'manual', identity: 'verify', detail: 'verify' },
          input: await ledger.payloads.store(above.name, null),
          upstream: {},
          createdAt,
          output: { kind: 'value', value: outputs ? (outputs[index]?.output ?? null) : value },
        };
        await ledger.runs.create(record);
        const { pipeline: name, run, status } = record;
        await ledger.runs.markPartition(
          { pipeline: name, partition: key, run, status, updatedAt: createdAt },
          createdAt,
        );
      }
    }
  };
};
