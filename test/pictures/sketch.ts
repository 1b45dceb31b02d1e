// Runs by a few words: which stages, when they began, how long they took. The rest of their records follows.
import type { Ledger } from '../../lib/ledger/index.ts';
import type { Table } from '../../lib/ledger/table.ts';
import {
  accountOf,
  openIndexKey,
  type RunRecord,
  runId,
  runKey,
  type Spent,
  type StageRecord,
  type Status,
  type StoredPayload,
  stageKey,
} from '../../lib/records/index.ts';

/** When the pictures are taken. */
export const now = Date.parse('2026-01-31T09:00:00.000Z');
export const minute = 60_000;
export const hour = 60 * minute;
export const midnight = Date.parse('2026-01-01T00:00:00.000Z');
export const day = (place: number): string => new Date(midnight + place * 24 * hour).toISOString().slice(0, 10);
export const iso = (ms: number): string => new Date(ms).toISOString();
export const inline = (value: unknown): StoredPayload => ({ kind: 'inline', json: JSON.stringify(value) });

/** From 0 to 1, the same for the same place. */
export const chance = (place: number): number => {
  const x = Math.sin(place * 12.9898 + 78.233) * 43_758.5453;
  return x - Math.floor(x);
};

/** Stages by name: seconds after the run's begin, how long they take, and what else is told of them. */
export type Sketch = readonly [stage: string, from: number, seconds: number, more?: Partial<StageRecord>];

interface Told {
  readonly status: Status;
  readonly at: number;
  readonly sketches: readonly Sketch[];
  readonly more?: Partial<RunRecord>;
}

const spentOn = (seconds: number, tokens?: number): Spent => ({
  usage: { transitions: 1, lambdaCalls: 1, lambdaGbSeconds: seconds, writeUnits: 2, readUnits: 2 },
  ...(tokens === undefined
    ? {}
    : {
        models: {
          'amazon.nova-lite-v1:0': {
            calls: tokens / 400,
            inputTokens: tokens,
            outputTokens: tokens / 8,
            prompts: ['judge-v3'],
          },
        },
      }),
});

const needs: { readonly [stage: string]: readonly string[] } = {
  clean: ['read'],
  describe: ['read'],
  score: ['split'],
  audit: ['score'],
  enoughSure: ['audit'],
  release: ['audit', 'score'],
  publish: ['release'],
  compare: ['count'],
  judge: ['compose'],
  send: ['compose', 'judge'],
};

const stageOf = (begun: number, [stage, from, seconds, more = {}]: Sketch): StageRecord => ({
  stage,
  status: 'completed',
  attempts: 1,
  startedAt: iso(begun + from * 1_000),
  endedAt: iso(begun + (from + seconds) * 1_000),
  durationMs: seconds * 1_000,
  needs: needs[stage] ?? [],
  ...(more.status === undefined && more.items === undefined ? { output: inline({ rows: 100 }) } : {}),
  fingerprint: { code: '3f9c2a', contract: 'b71d', input: '90ae' },
  measured: { queuedMs: 120, bytesIn: 2_048, bytesOut: 512, memoryMb: 1_024, usedMb: 212, billedMs: seconds * 1_000 },
  spent: spentOn(seconds, stage === 'score' ? 48_000 : stage === 'judge' ? 6_400 : undefined),
  ...more,
});

export const idOf = (pipeline: string, partition: string): string => runId(partition, `${pipeline} ${partition}`);

const countsOf = (stages: readonly StageRecord[]): { readonly [status in Status]?: number } => {
  const counts: { [status in Status]?: number } = {};
  for (const { status } of stages) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

/** Gives the run as it was recorded. */
export const write = async (
  ledger: Ledger,
  table: Table,
  pipeline: string,
  partition: string,
  told: Told,
): Promise<RunRecord> => {
  const { status, at, sketches, more = {} } = told;
  const stages = sketches.map((sketch) => stageOf(at + 2_000, sketch));
  const last = Math.max(at + 3_000, ...stages.flatMap(({ endedAt }) => (endedAt ? [Date.parse(endedAt)] : [])));
  const isOver = status !== 'running' && status !== 'pending';
  const run: RunRecord = {
    pipeline,
    run: idOf(pipeline, partition),
    partition,
    status,
    trigger: { kind: 'upstream', identity: partition, detail: 'what it reads is complete' },
    input: inline({ day: partition }),
    upstream: {},
    createdAt: iso(at),
    ...(status === 'pending' ? {} : { startedAt: iso(at + 1_000), definitionHash: 'a41f07c2e9d3' }),
    ...(isOver
      ? { endedAt: iso(last + 1_000), account: accountOf(stages), stages: countsOf(stages), deadLetters: 0 }
      : {}),
    ...more,
  };
  await ledger.runs.create(run);
  if (!isOver)
    await table.update({
      key: runKey(pipeline, run.run),
      set: openIndexKey(pipeline, run.run, run.createdAt),
      condition: 'attribute_exists(pk)',
    });
  for (const stage of stages) await table.create(stageKey(pipeline, run.run, stage.stage), stage);
  await ledger.runs.markPartition(
    {
      pipeline,
      partition,
      run: run.run,
      status,
      updatedAt: run.endedAt ?? run.createdAt,
      used: Object.fromEntries(Object.values(run.upstream).map((one) => [one.pipeline, { [partition]: one.run }])),
    },
    run.createdAt,
  );
  return run;
};
