import { sha256 } from '../support/sha256.ts';
import type { Parent } from './child.ts';
import type { RunRecord } from './run.ts';

/** A run's id: what it is for, readable, and a hash of what asked for it. */
export const runId = (partition: string, identity: string): string =>
  `${partition.replace(/[^A-Za-z0-9-]+/g, '-').slice(0, 50)}-${sha256(identity).slice(0, 12)}`;

/** The id of a run that is forked from another under an id of the asker's. */
export const forkId = ({ pipeline, partition, run }: RunRecord, id: string): string =>
  runId(partition, `${pipeline} ${partition} fork ${run} ${id}`);

/** What makes the askings of a stage one: a crash asks again for the same run, a resume for another. */
export const childIdentity = ({ pipeline, run, stage, generation }: Parent): string =>
  `${pipeline} ${run} ${stage} ${generation}`;

/** The id of the run that `dispatch` makes of a stage's asking. */
export const childRunId = (pipeline: string, partition: string, parent: Parent): string =>
  runId(partition, `${pipeline} ${partition} child ${childIdentity(parent)}`);

/** The id of the run that a backfill asks for: asked again, the same. */
export const backfillRunId = (pipeline: string, partition: string, backfill: string): string =>
  runId(partition, `${pipeline} ${partition} backfill ${backfill}`);

/** The id of the run that a person asks for under an id of theirs: asked again, the same. */
export const manualRunId = (pipeline: string, partition: string, id: string): string =>
  runId(partition, `${pipeline} ${partition} manual ${id}`);

/** The id of the run that a request asks for: sent again, the same. */
export const requestRunId = (pipeline: string, partition: string, id: string): string =>
  runId(partition, `${pipeline} ${partition} request ${id}`);
