// One EMF line for each attempt, failed or not: CloudWatch makes metrics of it, by pipeline and stage; and one for each score.
import type middy from '@middy/core';
import type { ModelUse, Scores, Spent, StageAnswer, StageCall, Telling } from '../records/index.ts';
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
    const { spent = { usage: {} }, measured = {}, scores } = toldBy(call) ?? {};
    const { queuedMs, billedMs, usedMb, bytesIn, bytesOut, memoryMb } = measured;
    const { usage, models, calls } = spent;
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
        ...(models || calls || scores ? rare(spent, scores) : []),
      ],
      { bytesIn, bytesOut, memoryMb, ...usage, models, calls },
    );
    if (scores)
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
const rare = ({ models, calls }: Spent, scores: Scores = {}): readonly Metric[] => {
  const given = Object.values(scores);
  const past = (kind: 'warned' | 'blocked') =>
    given.length > 0 ? given.reduce((sum, score) => sum + (score[kind] ?? 0), 0) : undefined;
  const tokens = ({ inputTokens, outputTokens }: ModelUse) => inputTokens + outputTokens;
  return [
    ['ModelTokens', 'Count', models && Object.values(models).reduce((sum, use) => sum + tokens(use), 0)],
    ['DeclaredCalls', 'Count', calls && Object.values(calls).reduce((sum, { count }) => sum + count, 0)],
    ['ScoresWarned', 'Count', past('warned')],
    ['ScoresBlocked', 'Count', past('blocked')],
  ];
};
