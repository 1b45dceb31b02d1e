// A start that was throttled comes again as a new message, and the rest of its batch is not even tried.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openLedger } from '../../lib/ledger/index.ts';
import { type QueueRecord, type Services, takeStarts } from '../../lib/operators/index.ts';
import { openManifests } from '../../lib/operators/manifests.ts';
import { textsOf } from '../../lib/operators/queue-message.ts';
import {
  carriedAttributes,
  lostStartId,
  replayAttributes,
  startQueue,
  throttledAttribute,
} from '../../lib/records/index.ts';
import { AwsCallError } from '../../lib/support/aws-call.ts';
import { manual, openWorkshop, type Workshop } from './workshop.ts';

interface Sent {
  readonly MessageBody: string;
  readonly DelaySeconds: number;
  readonly MessageAttributes: { readonly [name: string]: { readonly StringValue: string } };
}

let workshop: Workshop;
let services: Services;
let now = Date.parse('2026-01-01T00:00:00Z');
let calls: string[] = [];
let sent: Sent[] = [];
/** What is thrown by the calls of an operation. */
let failing: { readonly [operation: string]: string } = {};
beforeAll(async () => {
  workshop = await openWorkshop();
  const { aws } = workshop.services;
  const watched: Services['aws'] = {
    ...aws,
    call: async (service, operation, input) => {
      calls.push(operation);
      const code = failing[operation];
      if (code !== undefined) throw new AwsCallError(service, code, 'Rate exceeded', 400);
      if (operation === 'SendMessage') sent.push(input as Sent);
      return aws.call(service, operation, input);
    },
  };
  services = {
    ...workshop.services,
    aws: watched,
    ledger: openLedger(watched, { table: 'ledger', payloadBucket: 'payloads' }),
    now: () => now,
    random: () => 0.5,
  };
});
afterAll(() => workshop.local.close());
beforeEach(() => {
  [calls, sent, failing] = [[], [], {}];
  now = Date.parse('2026-01-01T00:00:00Z');
});

const recordOf = (id: string, receives = 1, attributes: { readonly [name: string]: string } = {}): QueueRecord => ({
  messageId: id,
  body: JSON.stringify(manual(id)),
  eventSourceARN: `arn:aws:sqs:us-east-1:123456789012:${services.startQueueUrl.split('/').at(-1)}`,
  attributes: { SentTimestamp: '0', ApproximateReceiveCount: String(receives) },
  messageAttributes: Object.fromEntries(
    Object.entries(attributes).map(([name, stringValue]) => [name, { stringValue }]),
  ),
});
const throttled = { StartExecution: 'ThrottlingException' };
const lostOf = ({ body }: QueueRecord) => services.ledger.lostStarts.get(lostStartId(body));

test.each([
  ['StartExecution', 'ThrottlingException'],
  ['StartExecution', 'ExecutionLimitExceeded'],
  ['PutItem', 'ProvisionedThroughputExceededException'],
  ['PutItem', 'ThrottlingException'],
  ['GetParameter', 'ThrottlingException'],
])('%s that says %s puts it back, also at the last of its tries', async (operation, code) => {
  failing = { [operation]: code };
  const fresh = { ...services, manifests: openManifests(services.aws, '/heddle/heddle/', services.now) };
  const record = recordOf(`${operation}-${code}`, startQueue.receives);
  expect(await takeStarts([record], fresh)).toEqual([expect.objectContaining({ kept: false, later: 'throttled' })]);
  expect(sent).toEqual([
    expect.objectContaining({ MessageBody: record.body, DelaySeconds: startQueue.firstPauseSeconds / 2 }),
  ]);
  expect(await lostOf(record)).toBeUndefined();
});

test('what follows in the batch is put back without a try', async () => {
  failing = throttled;
  const answers = await takeStarts([recordOf('first'), recordOf('second'), recordOf('third')], services);
  expect(answers.map(({ later, kept }) => [later, kept])).toEqual(
    Array.from({ length: 3 }, () => ['throttled', false]),
  );
  expect(calls.filter((operation) => operation === 'StartExecution').length).toBe(1);
  expect(sent.map(({ MessageBody }) => JSON.parse(MessageBody).id)).toEqual(['first', 'second', 'third']);
});

test('a batch that takes too long is not gone on with', async () => {
  let steps = 0;
  const slow = { ...services, now: () => now + 4_000 * steps++ };
  const answers = await takeStarts([recordOf('slow-1'), recordOf('slow-2'), recordOf('slow-3')], slow);
  expect(answers.at(0)?.later).toBeUndefined();
  expect(answers.at(-1)).toMatchObject({
    later: 'throttled',
    says: 'its batch took too long, so it comes again later',
  });
});

describe('each time it comes again later', () => {
  const since = '2026-01-01T00:00:00.000Z';
  test.each([
    [undefined, `1 ${since}`, 5],
    [`1 ${since}`, `2 ${since}`, 10],
    [`4 ${since}`, `5 ${since}`, 80],
    [`9 ${since}`, `10 ${since}`, 150],
  ])('%s', async (before, after, delay) => {
    failing = throttled;
    const other = { HEDDLE_BY: 'ada' };
    await takeStarts([recordOf('again', 1, before ? { ...other, [throttledAttribute]: before } : other)], services);
    expect(sent[0]?.DelaySeconds).toBe(delay);
    expect(sent[0]?.MessageAttributes).toMatchObject({
      [throttledAttribute]: { StringValue: after },
      HEDDLE_BY: { StringValue: 'ada' },
    });
  });

  test('until it has waited as long as the queue would keep it: then it has failed, and is recorded', async () => {
    failing = throttled;
    now += 4 * 86_400_000 + 1;
    const record = recordOf('given-up', startQueue.receives, { [throttledAttribute]: `400 ${since}` });
    expect(await takeStarts([record], services)).toEqual([expect.objectContaining({ kept: true })]);
    const lost = await lostOf(record);
    expect(lost?.cause).toContain('Rate exceeded');
    // Sent again by a person, it begins anew.
    expect(lost?.attributes).toEqual({});
  });
});

test('behind others that are throttled, one that has come again for too long is tried all the same', async () => {
  const since = new Date(now - 4 * 86_400_000 - 1).toISOString();
  const old = recordOf('old', startQueue.receives, { [throttledAttribute]: `400 ${since}` });
  failing = throttled;
  const answers = await takeStarts([recordOf('young'), old], services);
  expect(answers.map(({ later, kept }) => [later, kept])).toEqual([
    ['throttled', false],
    [undefined, true],
  ]);
  expect((await lostOf(old))?.cause).toContain('Rate exceeded');
});

describe('a message of a queue of the user', () => {
  const sentAt = '1772359200000'; // 2026-03-01T10:00:00Z
  const ofQueue = (messageId: string, attributes: { readonly [name: string]: string } = {}): QueueRecord => ({
    ...recordOf('unused', 4, attributes),
    messageId,
    body: '{"order":"o1"}',
    eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:inbox',
    attributes: { SentTimestamp: sentAt, ApproximateReceiveCount: '4' },
  });
  /** As SQS hands over what was sent to the start queue last. */
  const sentLast = (): QueueRecord => {
    const { MessageBody = '', MessageAttributes = {} } = sent.at(-1) ?? {};
    const texts = Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]);
    return { ...recordOf('again', 1, Object.fromEntries(texts)), body: MessageBody };
  };
  const fresh = (): Services => ({
    ...services,
    manifests: openManifests(services.aws, '/heddle/heddle/', services.now),
  });
  beforeAll(async () => {
    const order = { kind: 'ref', source: { kind: 'event' }, path: ['detail', 'order'] };
    const reading = { trigger: 'queue1', input: { kind: 'object', fields: { order } } };
    await workshop.local.service('ssm').call('PutParameter', {
      Name: '/heddle/heddle/queues/inbox',
      Type: 'String',
      Value: JSON.stringify({ pipeline: 'orders', reading }),
    });
  });

  test('comes again as it came where nobody could say what it asks for, and is then the same message', async () => {
    failing = { GetParameter: 'ThrottlingException' };
    expect(await takeStarts([ofQueue('m1')], fresh())).toEqual([
      expect.objectContaining({ kept: false, later: 'throttled' }),
    ]);
    const again = sentLast();
    expect([again.body, textsOf(again)]).toEqual([
      '{"order":"o1"}',
      {
        [carriedAttributes.queue]: 'inbox',
        [carriedAttributes.sentAt]: sentAt,
        [replayAttributes.messageId]: 'm1',
        [throttledAttribute]: '1 2026-01-01T00:00:00.000Z',
      },
    ]);
    // Once more; then it gets through.
    await takeStarts([again], fresh());
    expect(textsOf(sentLast())).toEqual({ ...textsOf(again), [throttledAttribute]: '2 2026-01-01T00:00:00.000Z' });
    failing = {};
    const [answer] = await takeStarts([sentLast()], fresh());
    expect(answer).toMatchObject({ kept: false, says: expect.stringMatching(/^started: /) });
    const run = await services.ledger.runs.get('orders', answer?.says.slice('started: '.length) ?? '');
    expect(run?.trigger).toMatchObject({ kind: 'queue', identity: expect.stringContaining('m1') });
    // As one that came straight from its queue is.
    expect(await takeStarts([ofQueue('m1')], fresh())).toEqual([
      expect.objectContaining({ says: expect.stringMatching(/^duplicate/) }),
    ]);
  });

  test('that turns out to be none is a dead letter of its queue', async () => {
    failing = { GetParameter: 'ThrottlingException' };
    await takeStarts([{ ...ofQueue('m2'), body: 'hello' }], fresh());
    failing = {};
    expect(await takeStarts([sentLast()], fresh())).toEqual([expect.objectContaining({ kept: true })]);
    expect(await services.ledger.lostStarts.get(lostStartId('hello', 'inbox'))).toMatchObject({
      queue: 'inbox',
      messageId: 'm2',
      attributes: { [replayAttributes.messageId]: 'm2' },
    });
  });

  test('with all attributes that SQS takes comes again without them', async () => {
    const ten = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`tag${n}`, 'x']));
    failing = throttled;
    expect(await takeStarts([ofQueue('m3', ten), ofQueue('m4', ten)], fresh())).toEqual(
      [1, 2].map(() => expect.objectContaining({ kept: false, later: 'throttled' })),
    );
    const names = sent.map(({ MessageAttributes }) => Object.keys(MessageAttributes).length);
    expect(names).toEqual([1, 4]);
  });
});

test('where it cannot even be sent it stays on its queue', async () => {
  failing = { ...throttled, SendMessage: 'ThrottlingException' };
  const answers = await takeStarts([recordOf('stuck-1'), recordOf('stuck-2')], services);
  expect(answers.map(({ kept }) => kept)).toEqual([true, true]);
});

test('a crash after it was put back has it come twice, and starts one run', async () => {
  failing = throttled;
  const record = recordOf('twice');
  await takeStarts([record], services);
  failing = {};
  const before = await workshop.executions('orders');
  const answers = await takeStarts([record, recordOf('twice')], services);
  expect(answers.map(({ says }) => says.split(':')[0])).toEqual(['duplicate', 'duplicate']);
  expect(await workshop.executions('orders')).toBe(before + 1);
});

test('any other failure stays a failure', async () => {
  failing = { StartExecution: 'AccessDeniedException' };
  const record = recordOf('denied', startQueue.receives);
  expect(await takeStarts([record], services)).toEqual([expect.objectContaining({ kept: true })]);
  expect((await lostOf(record))?.cause).toContain('AccessDenied');
  expect(sent).toEqual([]);
});
