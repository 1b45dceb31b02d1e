// What a run would cost in AWS, estimated from what it did: transitions and Lambda calls from its history, writes from its
// records. Lambda time is what was measured where it ran, so a run on this machine gives the order of magnitude.
import type { Ledger } from '../ledger/index.ts';
import { dollarsOf, isExpressArn, type RunRecord, type StoredPayload } from '../records/index.ts';
import type { Aws } from '../support/aws-call.ts';

/** Memory of a stage that does not ask for another, in gigabytes. */
const defaultGb = 0.5;

interface HistoryEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly type: string;
  readonly timestamp: number;
}

const history = async (aws: Aws, executionArn: string): Promise<readonly HistoryEvent[]> => {
  const events: HistoryEvent[] = [];
  let nextToken: unknown;
  do {
    const page = await aws.call('states', 'GetExecutionHistory', {
      executionArn,
      maxResults: 1_000,
      includeExecutionData: false,
      ...(nextToken ? { nextToken } : {}),
    });
    events.push(...(page.events as readonly HistoryEvent[]));
    nextToken = page.nextToken;
  } while (nextToken);
  return events;
};

const stored = (payload: StoredPayload | undefined): { readonly units: number; readonly puts: number } =>
  payload?.kind === 'inline'
    ? { units: Math.ceil(payload.json.length / 1_024), puts: 0 }
    : { units: 1, puts: payload ? 1 : 0 };

/** Dollars that a run would have cost in AWS; undefined when it has no execution yet, or an Express one, which leaves no history. */
export const estimateRunCost = async (
  { aws, ledger }: { readonly aws: Aws; readonly ledger: Ledger },
  run: RunRecord,
): Promise<number | undefined> => {
  if (!run.executionArn || isExpressArn(run.executionArn)) return undefined;
  const events = await history(aws, run.executionArn);
  const startedAt = new Map(
    events.filter(({ type }) => type === 'TaskStarted').map(({ id, timestamp }) => [id, timestamp]),
  );
  const ends = events.filter(
    ({ type }) => type === 'TaskSucceeded' || type === 'TaskFailed' || type === 'TaskTimedOut',
  );
  const lambdaSeconds = ends.reduce(
    (sum, { previousEventId, timestamp }) => sum + timestamp - (startedAt.get(previousEventId) ?? timestamp),
    0,
  );
  const stages = await ledger.stages.list(run.pipeline, run.run);
  const maps = stages.filter(({ items }) => items !== undefined);
  const batches = await Promise.all(
    maps.map(({ stage }) => ledger.stages.listBatches({ pipeline: run.pipeline, run: run.run, stage }, true)),
  );
  const results = [
    ...stages.map(({ output }) => stored(output)),
    ...batches.flat().map(({ results }) => stored(results)),
  ];
  const claims = results.length;
  const runAndPartition = 7; // create, start, end; three marks of the partition; the index
  return dollarsOf({
    transitions: events.filter(({ type }) => type.endsWith('StateEntered')).length,
    lambdaCalls: startedAt.size,
    lambdaGbSeconds: lambdaSeconds * defaultGb,
    writeUnits:
      claims + results.reduce((sum, { units }) => sum + units, 0) + runAndPartition + 2 * (run.deadLetters ?? 0),
    readUnits: 2 * claims,
    s3Puts: results.reduce((sum, { puts }) => sum + puts, 0),
  });
};
