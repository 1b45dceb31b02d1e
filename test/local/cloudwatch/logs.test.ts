import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/index.ts';
import { manualClock } from '../manual-clock.ts';
import { servicesOf, type TestServices } from '../services-of.ts';

const now = Date.parse('2026-11-24T10:00:00Z');
let services: TestServices;
beforeEach(async () => {
  services = await servicesOf(manualClock('2026-11-24T10:00:00Z'));
  for (const logGroupName of ['g', 'h']) await call('CreateLogGroup', { logGroupName });
});
afterEach(() => services.close());

const call = (operation: string, input: Shape) => services.call('cloudwatchlogs', operation, input);
/** Lines at so many milliseconds from now. */
const put = (logGroupName: string, logStreamName: string, ...lines: readonly (readonly [number, string])[]) =>
  call('PutLogEvents', {
    logGroupName,
    logStreamName,
    logEvents: lines.map(([ms, message]) => ({ timestamp: now + ms, message })),
  });
const write = async (logStreamName: string, ...lines: readonly (readonly [number, string])[]) => {
  await call('CreateLogStream', { logGroupName: 'g', logStreamName });
  return put('g', logStreamName, ...lines);
};
const messages = ({ events }: Shape) => (events as readonly Shape[]).map(({ message }) => message);

describe('reading', () => {
  beforeEach(async () => {
    await write('one', [1, 'a'], [3, 'c']);
    await write('two', [2, 'b'], [4, 'd']);
  });
  test('lines of all streams come by time', async () => {
    expect(messages(await call('FilterLogEvents', { logGroupName: 'g' }))).toEqual(['a', 'b', 'c', 'd']);
  });
  test('a window and a stream', async () => {
    expect(
      messages(await call('FilterLogEvents', { logGroupName: 'g', startTime: now + 2, endTime: now + 3 })),
    ).toEqual(['b', 'c']);
    expect(messages(await call('FilterLogEvents', { logGroupName: 'g', logStreamNames: ['two'] }))).toEqual(['b', 'd']);
    // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html (endTime)
    const stream = { logGroupName: 'g', logStreamName: 'one' };
    expect(messages(await call('GetLogEvents', { ...stream, startTime: now + 1, endTime: now + 3 }))).toEqual(['a']);
  });
  test('page by page', async () => {
    const seen: unknown[] = [];
    let nextToken: unknown;
    do {
      const page = await call('FilterLogEvents', { logGroupName: 'g', limit: 3, nextToken });
      seen.push(messages(page));
      ({ nextToken } = page);
    } while (nextToken !== undefined);
    expect(seen).toEqual([['a', 'b', 'c'], ['d']]);
  });
  test('GetLogEvents goes both ways and stops with the token that it got', async () => {
    const stream = { logGroupName: 'g', logStreamName: 'one' };
    const last = await call('GetLogEvents', { ...stream, limit: 1 });
    expect(messages(last)).toEqual(['c']);
    const before = await call('GetLogEvents', { ...stream, nextToken: last.nextBackwardToken });
    expect(messages(before)).toEqual(['a']);
    const after = await call('GetLogEvents', { ...stream, nextToken: last.nextForwardToken });
    expect(after).toMatchObject({ events: [], nextForwardToken: last.nextForwardToken });
  });
  test('what is not there', async () => {
    await expect(call('FilterLogEvents', { logGroupName: 'i' })).rejects.toThrow(
      'The specified log group does not exist.',
    );
    await expect(call('StartQuery', {})).rejects.toThrow(
      'HDL501 the local engine does not implement cloudwatchlogs:StartQuery',
    );
  });
  test('groups and streams, page by page', async () => {
    const names = Array.from({ length: 60 }, (_, n) => `s${100 + n}`);
    for (const logStreamName of names) await call('CreateLogStream', { logGroupName: 'g', logStreamName });
    const ask = { logGroupName: 'g', logStreamNamePrefix: 's' };
    const { logStreams, nextToken } = await call('DescribeLogStreams', ask);
    expect(logStreams).toHaveLength(50);
    const rest = await call('DescribeLogStreams', { ...ask, nextToken });
    expect((rest.logStreams as readonly Shape[]).map(({ logStreamName }) => logStreamName)).toEqual(names.slice(50));
    expect(rest.nextToken).toBeUndefined();

    const groups = await call('DescribeLogGroups', { limit: 1 });
    expect(groups).toMatchObject({ logGroups: [{ logGroupName: 'g' }] });
    expect(await call('DescribeLogGroups', { nextToken: groups.nextToken })).toMatchObject({
      logGroups: [{ logGroupName: 'h' }],
    });
  });
  test.each([
    ['the oldest first', false, [['s1', 's2'], ['s3', 's4'], ['s2']]],
    [
      'the newest first',
      true,
      [
        ['s4', 's3'],
        ['s2', 's1'],
      ],
    ],
  ])(
    'streams by their last lines, %s: none is left out for one that moves meanwhile',
    async (_name, descending, pages) => {
      const say = (stream: string, ms: number) => put('h', stream, [ms, 'x']);
      for (const n of [1, 2, 3, 4]) {
        await call('CreateLogStream', { logGroupName: 'h', logStreamName: `s${n}` });
        await say(`s${n}`, n);
      }
      const ask = { logGroupName: 'h', orderBy: 'LastEventTime', descending, limit: 2 };
      const seen: (readonly unknown[])[] = [];
      let nextToken: unknown;
      do {
        const page = await call('DescribeLogStreams', { ...ask, nextToken });
        seen.push((page.logStreams as readonly Shape[]).map(({ logStreamName }) => logStreamName));
        if (nextToken === undefined) await say(String(seen[0]?.[1]), 5);
        ({ nextToken } = page);
      } while (nextToken !== undefined);
      expect(seen).toEqual(pages);
    },
  );
  test('streams after one that is gone', async () => {
    const { nextToken } = await call('DescribeLogStreams', { logGroupName: 'g', limit: 1 });
    await call('DeleteLogStream', { logGroupName: 'g', logStreamName: 'one' });
    expect(await call('DescribeLogStreams', { logGroupName: 'g', nextToken })).toMatchObject({
      logStreams: [{ logStreamName: 'two' }],
    });
  });
  // Recorded on AWS: github.com/localstack/localstack, tests/aws/services/logs/test_logs_{events,filter_events,groups}
  const most = (found: number) =>
    `1 validation error detected: Value '${found}' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000`;
  test.each([
    ['FilterLogEvents', { limit: 10_001 }, most(10_001)],
    ['FilterLogEvents', { nextToken: 'x' }, 'The specified nextToken is invalid.'],
    ['GetLogEvents', { logStreamName: 'one', limit: 10_001 }, most(10_001)],
    ['DescribeLogStreams', { nextToken: 'x' }, 'The specified nextToken is invalid.'],
    // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html
    [
      'DescribeLogStreams',
      { orderBy: 'LastEventTime', logStreamNamePrefix: 'o' },
      'Cannot order by LastEventTime with a logStreamNamePrefix.',
    ],
    [
      'DescribeLogGroups',
      { logGroupNamePrefix: 'g', logGroupNamePattern: 'g' },
      'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
    ],
  ])('%s %j is refused', async (operation, more, message) => {
    await expect(call(operation, { logGroupName: 'g', ...more })).rejects.toMatchObject({
      code: 'InvalidParameterException',
      message,
    });
  });
  test('groups and streams', async () => {
    expect(
      await call('DescribeLogStreams', { logGroupName: 'g', orderBy: 'LastEventTime', descending: true }),
    ).toMatchObject({
      logStreams: [
        { logStreamName: 'two', firstEventTimestamp: now + 2, lastEventTimestamp: now + 4 },
        { logStreamName: 'one' },
      ],
    });
    await call('PutRetentionPolicy', { logGroupName: 'g', retentionInDays: 7 });
    expect(await call('DescribeLogGroups', {})).toMatchObject({
      logGroups: [{ logGroupName: 'g', retentionInDays: 7 }, { logGroupName: 'h' }],
    });
  });
});

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
// Recorded on AWS: github.com/localstack/localstack, tests/aws/services/logs/test_logs_events, but the lengths.
describe('a batch that is written', () => {
  const [minute, hour] = [60_000, 3_600_000];
  const day = 24 * hour;
  beforeEach(() => call('CreateLogStream', { logGroupName: 'g', logStreamName: 's' }));
  const many = (count: number, length: number) =>
    Array.from({ length: count }, (): readonly [number, string] => [0, 'x'.repeat(length)]);

  // what | lines | code | message
  test.each<readonly [string, readonly (readonly [number, string])[], string]>([
    [
      'out of order',
      [
        [0, 'later'],
        [-1, 'earlier'],
      ],
      'Log events in a single PutLogEvents request must be in chronological order.',
    ],
    [
      'over more than a day',
      [
        [-day - 1, 'a'],
        [0, 'b'],
      ],
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    ],
    ['of nothing', [], "Value at 'logEvents' failed to satisfy constraint: Member must have length greater than"],
    ['of too many', many(10_001, 1), "Value at 'logEvents' failed to satisfy constraint: Member must have length less"],
    ['of too much', many(2, 524_263), 'Upload too large: 1048578 bytes exceeds limit of 1048576'],
    ['with an empty line', [[0, '']], "Value at 'logEvents.1.member.message' failed to satisfy constraint"],
  ])('%s is refused as a whole', async (_name, lines, message) => {
    await expect(put('g', 's', ...lines)).rejects.toMatchObject({
      code: 'InvalidParameterException',
      message: expect.stringContaining(message),
    });
    expect(messages(await call('FilterLogEvents', { logGroupName: 'g' }))).toEqual([]);
  });
  test('as long as it may be is taken', async () => {
    expect(await put('g', 's', ...many(2, 524_262))).toEqual({ nextSequenceToken: '0' });
  });
  test('loses what is too old or too new, and the answer says which lines those are', async () => {
    await call('PutRetentionPolicy', { logGroupName: 'g', retentionInDays: 7 });
    const rejected = async (...lines: readonly (readonly [number, string])[]) =>
      (await put('g', 's', ...lines)).rejectedLogEventsInfo;
    expect(await rejected([-14 * day - 1, 'a'], [-7 * day - 1, 'b'], [-7 * day, 'c'])).toEqual({
      tooOldLogEventEndIndex: 1,
      expiredLogEventEndIndex: 2,
    });
    expect(await rejected([2 * hour, 'd'], [2 * hour + 1, 'e'], [3 * day, 'f'])).toEqual({
      tooNewLogEventStartIndex: 1,
    });
    expect(await rejected([minute, 'g'])).toBeUndefined();
    expect(messages(await call('FilterLogEvents', { logGroupName: 'g' }))).toEqual(['c', 'g', 'd']);
  });
  test('for a stream or a group that is not there', async () => {
    await expect(put('g', 'none', [0, 'x'])).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      message: 'The specified log stream does not exist.',
    });
    await expect(put('none', 's', [0, 'x'])).rejects.toThrow('The specified log group does not exist.');
  });
  test('by the engine itself is kept as it is, in whatever order and place', async () => {
    const logEvents = [1, 0].map((timestamp) => ({ timestamp, message: String(timestamp) }));
    await call('WriteLogLines', { logGroupName: 'new', logStreamName: 'new', logEvents });
    expect(messages(await call('FilterLogEvents', { logGroupName: 'new' }))).toEqual(['0', '1']);
  });
});
