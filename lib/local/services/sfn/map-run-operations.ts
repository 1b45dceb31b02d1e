// DescribeMapRun, ListMapRuns, UpdateMapRun.
import type { OperationTable } from '../../operation-table.ts';
import { AwsError, type Shape } from '../../service.ts';
import type { MapRunRow } from './map-run-rows.ts';
import type { MapRuns } from './map-runs.ts';
import { page } from './pages.ts';
import type { Parts } from './parts.ts';
import { arnIn, seconds } from './requests.ts';

const FIELDS: Readonly<Record<string, string>> = {
  PENDING_REDRIVE: 'pendingRedrive',
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'timedOut',
  ABORTED: 'aborted',
};

const COUNTED = ['pending', ...Object.values(FIELDS)];

/** How a Map Run is described whose children are not held back: the largest number there is. */
const UNBOUNDED = 2_147_483_647;

/** AWS's counts of a Map Run, of `total` things of which `found` says how many are in which status. */
const countsOf = ({ status: whole }: MapRunRow, total: number, found: ReadonlyMap<string, number>): Shape => {
  const counts: Record<string, number> = Object.fromEntries(COUNTED.map((field) => [field, 0]));
  let known = 0;
  for (const [status, count] of found) {
    counts[FIELDS[status] ?? 'failed'] = count;
    known += count;
  }
  counts.pending = Math.max(0, total - known);
  // One that fails without a failed child could not read or write.
  const isWritten = whole === 'SUCCEEDED' || (whole === 'FAILED' && known > (counts.succeeded ?? 0));
  return {
    ...counts,
    total,
    // With a ResultWriter or not; of those that have not begun, too (recorded on AWS by radkawar/stackd).
    resultsWritten: isWritten ? total : 0,
    failuresNotRedrivable: 0,
  };
};

const describe = (runs: MapRuns, row: MapRunRow): Shape => {
  const { express } = row;
  const counts = express ? [] : runs.rows.counts(row);
  const children = new Map(
    express ? Object.entries(express.children) : counts.map(({ status, children: count }) => [status, count]),
  );
  const items = new Map(
    express ? Object.entries(express.items) : counts.map(({ status, items: count }) => [status, count]),
  );
  return {
    mapRunArn: row.arn,
    executionArn: row.executionArn,
    status: row.status,
    startDate: seconds(row.startedAt),
    ...(row.stoppedAt !== undefined && { stopDate: seconds(row.stoppedAt) }),
    maxConcurrency: row.maxConcurrency || UNBOUNDED,
    toleratedFailureCount: row.toleratedCount,
    toleratedFailurePercentage: row.toleratedPercentage,
    itemCounts: countsOf(row, row.items, items),
    executionCounts: countsOf(row, row.children, children),
    redriveCount: row.redriveCount,
    ...(row.redrivenAt !== undefined && { redriveDate: seconds(row.redrivenAt) }),
  };
};

const numberIn = (input: Shape, field: string, before: number): number => Number(input[field] ?? before);

const runIn = (input: Shape) => arnIn(input, 'mapRunArn', 'mapRun');

export const mapRunOperations = ({ late: { mapRuns: runs }, executions }: Parts): OperationTable => ({
  DescribeMapRun: (input) => describe(runs, runs.get(runIn(input))),
  ListMapRuns: (input) => {
    const executionArn = executions.get(arnIn(input, 'executionArn', 'execution')).arn;
    const { items, nextToken } = page(input, (limit, offset) => runs.rows.list(executionArn, limit, offset));
    const mapRuns = items.map((row) => ({
      executionArn,
      mapRunArn: row.arn,
      stateMachineArn: `${row.arn.replace(':mapRun:', ':stateMachine:').split(':').slice(0, -1).join(':')}`,
      startDate: seconds(row.startedAt),
      ...(row.stoppedAt !== undefined && { stopDate: seconds(row.stoppedAt) }),
    }));
    return { mapRuns, ...(nextToken && { nextToken }) };
  },
  // Children that already run are not held back by a lower concurrency.
  UpdateMapRun: (input) => {
    const row = runs.get(runIn(input));
    if (row.status !== 'RUNNING')
      throw new AwsError('ValidationException', `Map Run is ${row.status} and cannot be updated: '${row.arn}'`, 400, {
        reason: 'CANNOT_UPDATE_COMPLETED_MAP_RUN',
      });
    runs.change(row.arn, {
      maxConcurrency: numberIn(input, 'maxConcurrency', row.maxConcurrency),
      toleratedCount: numberIn(input, 'toleratedFailureCount', row.toleratedCount),
      toleratedPercentage: numberIn(input, 'toleratedFailurePercentage', row.toleratedPercentage),
    });
    return {};
  },
});
