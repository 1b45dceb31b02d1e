// The ledger: the table of runs, stages and dead letters, with the bucket of their payloads.
import type { Aws } from '../support/aws-call.ts';
import { type Audit, openAudit } from './audit.ts';
import { type Awaits, openAwaits } from './awaits.ts';
import { type Backfills, openBackfills } from './backfills.ts';
import { type Cache, openCache } from './cache.ts';
import { type ChoiceRecords, openChoices } from './choices.ts';
import { type Compensations, openCompensations } from './compensations.ts';
import { type Copies, openCopies } from './copies.ts';
import { type DeadLetters, openDeadLetters } from './dead-letters.ts';
import { type Gates, openGates } from './gates.ts';
import { type Latches, openLatches } from './latches.ts';
import { type LostStarts, openLostStarts } from './lost-starts.ts';
import { type OpenRuns, openOpenRuns } from './open-runs.ts';
import { openPauses, type Pauses } from './pauses.ts';
import { newPayloadCache, openPayloads, type PayloadCache, type Payloads } from './payloads.ts';
import { openPoolLines, type PoolLines } from './pool-lines.ts';
import { openPools, type Pools } from './pools.ts';
import { openRedo, type Redo } from './redo.ts';
import { openRequests, type Requests } from './requests.ts';
import { openResolver, type Resolver } from './resolve.ts';
import { openRuns, type Runs } from './runs.ts';
import { openStages, type Stages } from './stages.ts';
import { openStandings, type Standings } from './standings.ts';
import { openTable } from './table.ts';
import { openTakeOver, type TakeOver } from './take-over.ts';
import { openWaits, type Waits } from './waits.ts';
import { openWindows, type Windows } from './windows.ts';

export type { Audit } from './audit.ts';
export type { Awaits } from './awaits.ts';
export type { Backfills } from './backfills.ts';
export { type BatchItems, batchItems, batchNumber } from './batch-items.ts';
export type { Cache, CacheAddress } from './cache.ts';
export type { ChoiceRecords } from './choices.ts';
export { standingOf, toUndo, undoneOf, withUndone } from './compensation-plan.ts';
export type { CompensationAddress, Compensations } from './compensations.ts';
export type { Copies } from './copies.ts';
export { type DeadLetters, isOpen, type LetterAddress } from './dead-letters.ts';
export { discardLetters } from './discard-letters.ts';
export type { Gates } from './gates.ts';
export type { Latches } from './latches.ts';
export type { LostStarts } from './lost-starts.ts';
export { indexOutputs, indexResults } from './map-results.ts';
export { type Metered, metered } from './metered.ts';
export { type OpenQuestions, openQuestions } from './open-questions.ts';
export type { OpenRuns } from './open-runs.ts';
export type { Pauses } from './pauses.ts';
export { newPayloadCache, type PayloadCache, PayloadGoneError, type Payloads } from './payloads.ts';
export { planRun, resumeOrderOf } from './plan-run.ts';
export type { PoolLines } from './pool-lines.ts';
export { poolAnswer } from './pool-telling.ts';
export type { PoolEntry, Pools } from './pools.ts';
export { outputsIn, portionsOf, rangesOf } from './portions.ts';
export { belowOf, type Deployed, orderOf, type PlannedRedo, planRedo } from './redo-plan.ts';
export { replayLetters } from './replay-letters.ts';
export type { Requests } from './requests.ts';
export { type Resolver, type Scope, UnavailableError } from './resolve.ts';
export type { AccountedRun, RunAt, RunEnd, Runs } from './runs.ts';
export {
  addressOf,
  type BatchEnd,
  type Claim,
  type Failure,
  type MapAddress,
  type MapEnd,
  type Outcome,
  type StageAddress,
  type StageState,
  type Stages,
  spreadOf,
} from './stages.ts';
export type { Standings } from './standings.ts';
export { tableRequest } from './table-request.ts';
export {
  type Looked,
  lookThrough,
  messagesOn,
  takeOut,
  takeOutClosed,
  textsOf,
  type WaitingMessage,
} from './take-out.ts';
export { type Tally, tallyOf } from './tally.ts';
export type { Waits } from './waits.ts';
export type { Windows } from './windows.ts';

export interface Ledger {
  readonly runs: Runs;
  readonly compensations: Compensations;
  readonly openRuns: OpenRuns;
  readonly stages: Stages;
  readonly copies: Copies;
  readonly waits: Waits;
  readonly latches: Latches;
  readonly choices: ChoiceRecords;
  readonly payloads: Payloads;
  readonly cache: Cache;
  readonly deadLetters: DeadLetters;
  readonly lostStarts: LostStarts;
  readonly audit: Audit;
  readonly awaits: Awaits;
  readonly gates: Gates;
  readonly pauses: Pauses;
  readonly windows: Windows;
  readonly pools: Pools;
  readonly poolLines: PoolLines;
  readonly backfills: Backfills;
  readonly requests: Requests;
  /** Makes what a resume order names claimable again. */
  readonly redo: Redo;
  /** Gives a run the results of another. */
  readonly takeOver: TakeOver;
  /** A reader of bindings. It remembers what it read: make one for each call. */
  resolver(): Resolver;
  /** A reader of how partitions stand. It too remembers. */
  standings(): Standings;
}

/** `payloadCache` is for those who open one more than once. */
export const openLedger = (
  aws: Aws,
  names: { readonly table: string; readonly payloadBucket: string },
  payloadCache: PayloadCache = newPayloadCache(),
): Ledger => {
  const table = openTable(aws, names.table);
  const runs = openRuns(table);
  const stages = openStages(table);
  const choices = openChoices(table);
  const payloads = openPayloads(aws, names.payloadBucket, payloadCache);
  const waits = openWaits(table);
  return {
    runs,
    compensations: openCompensations(table),
    openRuns: openOpenRuns(table),
    stages,
    copies: openCopies(table),
    waits,
    latches: openLatches(aws, table),
    choices,
    payloads,
    cache: openCache(table, payloads),
    deadLetters: openDeadLetters(aws, table),
    lostStarts: openLostStarts(table),
    audit: openAudit(table),
    awaits: openAwaits(table),
    gates: openGates(table),
    pauses: openPauses(table),
    windows: openWindows(table),
    pools: openPools(aws, table),
    poolLines: openPoolLines(table),
    backfills: openBackfills(table),
    requests: openRequests(table),
    redo: openRedo(table, stages, payloads),
    takeOver: openTakeOver(table, stages),
    resolver: () => openResolver(runs, stages, choices, payloads),
    standings: () => openStandings(runs),
  };
};
