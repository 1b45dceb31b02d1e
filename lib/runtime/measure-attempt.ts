// One EMF line for each attempt, failed or not: CloudWatch makes metrics of it, by pipeline and stage; and one for each score.
import type middy from '@middy/core';
import type { Scores, Spent, StageAnswer, StageCall, Telling } from '../records/index.ts';
import { type Metric, writeMetrics } from '../support/emf.ts';

/** An answer also counts what it took over from earlier runs; a batch's, its items. */
export interface Counted {
  readonly completed?: number;
  readonly failed?: number;
  readonly cached?: number;
}

/** `toldBy` gives what the attempt recorded of itself. */
export const measureAttempt = (
  toldBy: (call: StageCall) => Telling | undefined,
): middy.MiddlewareObj<StageCall, StageAnswer & Counted> => {
  const begun = new WeakMap<StageCall, number>();

  const publish = (call: StageCall, failures: number, { completed, failed, cached }: Counted): void => {
    const dimensions = { pipeline: call.run.pipeline, stage: call.shares ?? call.stage };
    const { spent, measured, scores = {} } = toldBy(call) ?? {};
    const { read: _read, wrote: _wrote, queuedMs, billedMs, usedMb, ...sizes } = measured ?? {};
    writeMetrics(
      dimensions,
      [
        ['StageDuration', 'Milliseconds', Date.now() - (begun.get(call) ?? Date.now())],
        ['Attempts', 'Count', 1],
        ['Failures', 'Count', failures],
        ['ItemsCompleted', 'Count', completed],
        ['ItemsFailed', 'Count', failed],
        ['CacheHits', 'Count', cached],
        ['QueueWait', 'Milliseconds', queuedMs],
        ['BilledDuration', 'Milliseconds', billedMs],
        ['MemoryUsed', 'Megabytes', usedMb],
        ...told(spent, scores),
      ],
      { ...sizes, ...spent?.usage, models: spent?.models, calls: spent?.calls },
    );
    for (const [score, { count, sum }] of Object.entries(scores))
      writeMetrics({ ...dimensions, score }, [['Score', 'None', sum / count]]);
  };

  return {
    before: ({ event }) => {
      begun.set(event, Date.now());
    },
    after: ({ event, response }) => publish(event, 0, response ?? {}),
    onError: ({ event }) => publish(event, 1, {}),
  };
};

/** What few stages have. */
const told = (spent: Spent | undefined, scores: Scores): readonly Metric[] => {
  const models = spent?.models && Object.values(spent.models);
  const calls = spent?.calls && Object.values(spent.calls);
  const given = Object.values(scores);
  const past = (kind: 'warned' | 'blocked') => given.reduce((sum, score) => sum + (score[kind] ?? 0), 0);
  return [
    ['ModelTokens', 'Count', models?.reduce((sum, use) => sum + use.inputTokens + use.outputTokens, 0)],
    ['DeclaredCalls', 'Count', calls?.reduce((sum, { count }) => sum + count, 0)],
    ...(given.length > 0
      ? ([
          ['ScoresWarned', 'Count', past('warned')],
          ['ScoresBlocked', 'Count', past('blocked')],
        ] as const)
      : []),
  ];
};
