// The ledger: the table of runs, stages and dead letters, with the bucket of their payloads.
import type { Aws } from '../support/aws-call.ts';
import { type DeadLetters, openDeadLetters } from './dead-letters.ts';
import { openPayloads, type Payloads } from './payloads.ts';
import { openResolver, type Resolver } from './resolve.ts';
import { openRuns, type Runs } from './runs.ts';
import { openStages, type Stages } from './stages.ts';
import { openTable } from './table.ts';

export type { DeadLetters } from './dead-letters.ts';
export type { Payloads } from './payloads.ts';
export { type Resolver, type Scope, UnavailableError } from './resolve.ts';
export type { RunEnd, Runs } from './runs.ts';
export type { BatchEnd, Claim, Failure, MapEnd, Outcome, StageAddress, Stages } from './stages.ts';

export interface Ledger {
  readonly runs: Runs;
  readonly stages: Stages;
  readonly payloads: Payloads;
  readonly deadLetters: DeadLetters;
  /** A reader of bindings. It remembers what it read: make one for each call. */
  resolver(): Resolver;
}

export const openLedger = (aws: Aws, names: { readonly table: string; readonly payloadBucket: string }): Ledger => {
  const table = openTable(aws, names.table);
  const runs = openRuns(table);
  const stages = openStages(table);
  const payloads = openPayloads(aws, names.payloadBucket);
  return {
    runs,
    stages,
    payloads,
    deadLetters: openDeadLetters(aws, table),
    resolver: () => openResolver(runs, stages, payloads),
  };
};
