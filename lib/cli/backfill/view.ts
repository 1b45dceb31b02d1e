// A backfill as it stands: its record and its plan, read together; and as text.
import { type BackfillPlan, type BackfillRecord, type PlannedState, statesOf } from '../../records/index.ts';
import { ago, duration } from '../../support/words.ts';
import { table } from '../table.ts';
import type { Target } from '../target.ts';

export interface BackfillView {
  readonly backfill: BackfillRecord;
  readonly plan: BackfillPlan;
  readonly states: readonly PlannedState[];
}

export type Counts = { readonly [state in PlannedState]: number };

export const viewBackfill = async ({ ledger }: Target, backfill: BackfillRecord): Promise<BackfillView> => ({
  backfill,
  plan: (await ledger.payloads.load(backfill.plan)) as BackfillPlan, // heddle backfill stored it
  states: statesOf(backfill.states),
});

export const countsOf = (states: readonly PlannedState[]): Counts => {
  const counts = { waiting: 0, asked: 0, completed: 0, failed: 0, blocked: 0 };
  for (const state of states) counts[state] += 1;
  return counts;
};

const countCells = ({ completed, asked, failed, blocked, waiting }: Counts): readonly string[] =>
  [completed, asked, failed, blocked, waiting].map(String);
const countHeadings = ['completed', 'running', 'failed', 'not started', 'to come'];

/** One line a pipeline, and how it goes as a whole. */
export const backfillReport = ({ backfill, plan, states }: BackfillView, now: number): readonly string[] => {
  const pipelines = [...new Set(plan.map(({ pipeline }) => pipeline))];
  const rows = pipelines.map((name) => {
    const own = states.filter((_, place) => plan[place]?.pipeline === name);
    return [name, String(own.length), ...countCells(countsOf(own))];
  });
  return [
    `${backfill.id}  ${backfill.status}  ${backfill.what}, by ${backfill.by}`,
    ...table(['pipeline', 'runs', ...countHeadings], rows),
    progressLine(backfill, states, now),
  ];
};

/** `31 of 124 completed, 5 running, 1 failed; 4.2 runs a second, 22 s left`. */
export const progressLine = (backfill: BackfillRecord, states: readonly PlannedState[], now: number): string => {
  const { completed, asked, failed, blocked, waiting } = countsOf(states);
  const done = completed + failed;
  const since = Date.parse(backfill.createdAt);
  const ms = (backfill.endedAt === undefined ? now : Date.parse(backfill.endedAt)) - since;
  const counts = [
    `${completed} of ${states.length} completed`,
    ...(asked > 0 ? [`${asked} running`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(blocked > 0 ? [`${blocked} not started, as what they need failed`] : []),
  ].join(', ');
  if (backfill.endedAt !== undefined) return `${counts}, in ${duration(ms)}`;
  if (backfill.status !== 'running' || done === 0 || ms < 1_000) return counts;
  const perSecond = (done * 1_000) / ms;
  const rate =
    perSecond >= 1 ? `${perSecond.toFixed(1)} runs a second` : `${(perSecond * 60).toFixed(1)} runs a minute`;
  return `${counts}; ${rate}, about ${duration(((waiting + asked) * 1_000) / perSecond)} left`;
};

export const backfillsTable = (backfills: readonly BackfillRecord[], now: number): readonly string[] =>
  table(
    ['backfill', 'status', 'of', 'runs', ...countHeadings, 'begun', 'by'],
    backfills.map(({ id, status, what, states, createdAt, by }) => [
      id,
      status,
      what,
      String(states.length),
      ...countCells(countsOf(statesOf(states))),
      ago(createdAt, now),
      by,
    ]),
  );

/** As `--json` gives it. */
export const backfillJson = ({ id, pipeline, what, status, states, ...rest }: BackfillRecord): object => {
  const { concurrency, by, createdAt, endedAt, changedBy } = rest;
  const { asked, waiting, blocked, ...counts } = countsOf(statesOf(states));
  const runs = { total: states.length, ...counts, running: asked, notStarted: blocked, toCome: waiting };
  return { backfill: id, pipeline, what, status, runs, concurrency, by, createdAt, endedAt, changedBy };
};
