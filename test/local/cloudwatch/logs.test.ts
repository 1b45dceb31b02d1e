import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Shape } from '../../../lib/local/index.ts';
import { lineFilter } from '../../../lib/local/services/cloudwatchlogs/filter-pattern.ts';
import { manualClock } from '../manual-clock.ts';
import { servicesOf, type TestServices } from '../services-of.ts';

let services: TestServices;
beforeEach(async () => {
  services = await servicesOf(manualClock('2026-11-24T10:00:00Z'));
});
afterEach(() => services.close());

const call = (operation: string, input: Shape) => services.call('cloudwatchlogs', operation, input);
const write = (logStreamName: string, ...lines: readonly (readonly [number, string])[]) =>
  call('PutLogEvents', {
    logGroupName: 'g',
    logStreamName,
    logEvents: lines.map(([timestamp, message]) => ({ timestamp, message })),
  });
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
    expect(messages(await call('FilterLogEvents', { logGroupName: 'g', startTime: 2, endTime: 3 }))).toEqual([
      'b',
      'c',
    ]);
    expect(messages(await call('FilterLogEvents', { logGroupName: 'g', logStreamNames: ['two'] }))).toEqual(['b', 'd']);
    // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html (endTime)
    const stream = { logGroupName: 'g', logStreamName: 'one' };
    expect(messages(await call('GetLogEvents', { ...stream, startTime: 1, endTime: 3 }))).toEqual(['a']);
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
    await expect(call('FilterLogEvents', { logGroupName: 'h' })).rejects.toThrow(
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

    await call('CreateLogGroup', { logGroupName: 'f' });
    const groups = await call('DescribeLogGroups', { limit: 1 });
    expect(groups).toMatchObject({ logGroups: [{ logGroupName: 'f' }] });
    expect(await call('DescribeLogGroups', { nextToken: groups.nextToken })).toMatchObject({
      logGroups: [{ logGroupName: 'g' }],
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
      const say = (stream: string, timestamp: number) =>
        call('PutLogEvents', { logGroupName: 'h', logStreamName: stream, logEvents: [{ timestamp, message: 'x' }] });
      for (const n of [1, 2, 3, 4]) await say(`s${n}`, n);
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
      logStreams: [{ logStreamName: 'two', firstEventTimestamp: 2, lastEventTimestamp: 4 }, { logStreamName: 'one' }],
    });
    await call('PutRetentionPolicy', { logGroupName: 'g', retentionInDays: 7 });
    expect(await call('DescribeLogGroups', {})).toMatchObject({
      logGroups: [{ logGroupName: 'g', retentionInDays: 7 }],
    });
  });
});

// pattern | line | matches
test.each<readonly [string, string, boolean]>([
  ['', 'anything', true],
  ['ERROR', 'an ERROR came', true],
  ['ERROR timeout', 'ERROR: no time', false],
  ['ERROR -retry', 'ERROR, will retry', false],
  ['?WARN ?ERROR', 'a WARN', true],
  ['?WARN ?ERROR', 'an INFO', false],
  ['"two words"', 'has two words', true],
  ['{ $.level = "ERROR" }', '{"level":"ERROR"}', true],
  ['{ $.level = "ERR*" }', '{"level":"ERROR"}', true],
  ['{ $.run.id = "x" && $.ms > 5 }', '{"run":{"id":"x"},"ms":6}', true],
  ['{ ($.ms > 5) || ($.ok IS FALSE) }', '{"ms":1,"ok":false}', true],
  ['{ $.none NOT EXISTS }', '{"a":1}', true],
  ['{ $.level = "ERROR" }', 'level ERROR', false],
])('filter %s on %s', (pattern, line, expected) => {
  expect(lineFilter(pattern)(line)).toBe(expected);
});
