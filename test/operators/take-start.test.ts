// What cannot start a run stays on its queue, and is a dead letter with its reason.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type QueueRecord, type Services, takeStart } from '../../lib/operators/index.ts';
import { lostStartId, type ResumeOrder, runEvents, type StartMessage } from '../../lib/records/index.ts';
import { manual, openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
let services: Services;
let told: { readonly type: string; readonly text: string }[] = [];
beforeAll(async () => {
  workshop = await openWorkshop();
  const { aws } = workshop.services;
  services = {
    ...workshop.services,
    commandOptions: ' --aws',
    aws: {
      ...aws,
      call: (service, operation, input) => {
        const { Entries = [] } = input as { Entries?: readonly { DetailType: string; Detail: string }[] };
        for (const { DetailType, Detail } of Entries) told.push({ type: DetailType, text: JSON.parse(Detail).text });
        return aws.call(service, operation, input);
      },
    },
  };
});
afterAll(() => workshop.local.close());
beforeEach(() => {
  told = [];
});

const delivery = (body: string, receives = 1, attributes: { readonly [name: string]: string } = {}): QueueRecord => ({
  messageId: 'm',
  body,
  eventSourceARN: `arn:aws:sqs:us-east-1:123456789012:${services.startQueueUrl.split('/').at(-1)}`,
  attributes: { SentTimestamp: '0', ApproximateReceiveCount: String(receives) },
  messageAttributes: Object.fromEntries(
    Object.entries(attributes).map(([name, stringValue]) => [name, { stringValue }]),
  ),
});
const take = (body: string, receives = 1, attributes: { readonly [name: string]: string } = {}) =>
  takeStart(delivery(body, receives, attributes), services);
const letterOf = (body: string) => services.ledger.lostStarts.get(lostStartId(body));
const text = (message: StartMessage): string => JSON.stringify(message);

const order: ResumeOrder = { id: 'o', generation: 2, again: [], below: [], items: {}, by: 'ada', reason: 'a test' };
const nowhere = { pipeline: 'orders', run: 'nope' };

describe('a message that can never start a run is kept, with its reason', () => {
  test.each([
    ['no JSON', 'hello', 'not a start message', /HDL446 "hello" is no start message: it is no JSON\. Expected/],
    ['a list', '[1]', 'not a start message', /HDL446 .* it is no JSON object/],
    ['no kind', '{"pipeline":"orders"}', 'not a start message', /HDL446 .* its kind is missing/],
    ['an unknown kind', '{"kind":"go","pipeline":"orders"}', 'go: ?', /HDL446 .* its kind is "go"\. Expected .*manual/],
    ['no pipeline', '{"kind":"manual"}', 'manual: ?', /HDL446 .* it names no pipeline/],
    [
      'fields that are missing',
      '{"kind":"resume","pipeline":"orders","order":{"id":"x"}}',
      'resume: ?',
      /HDL446 .* a resume message without run, order.generation, order.again/,
    ],
    ['an unknown pipeline', text(manual('x', { pipeline: 'ordres' })), 'manual: test', /HDL404 .* no pipeline ordres/],
    [
      'a resume of a run that there is not',
      text({ kind: 'resume', ...nowhere, order }),
      'resume: nope',
      /HDL407 there is no run nope of orders/,
    ],
    [
      'a fork of one',
      text({ kind: 'fork', ...nowhere, id: 'f', from: 'a', again: [], by: 'ada' }),
      'fork: nope',
      /HDL408 there is no run nope of orders/,
    ],
    [
      'an object under a key of another form',
      text({
        kind: 'object',
        pipeline: 'orders',
        keyTemplate: 'drops/{partition}/*',
        event: { detail: { bucket: { name: 'inbox' }, object: { key: 'elsewhere/a.csv', etag: 'e' } } },
      }),
      'object: s3://inbox/elsewhere/a.csv',
      /HDL403 the key elsewhere\/a.csv/,
    ],
  ])('%s', async (_, body, trigger, cause) => {
    expect(await take(body)).toEqual({ messageId: 'm', kept: true, says: expect.stringMatching(cause) });
    const letter = await letterOf(body);
    expect(letter).toMatchObject({ state: 'open', trigger, error: 'Heddle.Permanent', attempts: 1 });
    expect(letter?.cause).toMatch(cause);
    expect(letter && (await services.ledger.payloads.load(letter.message))).toBe(body);
    expect(told).toEqual([{ type: runEvents.startFailed, text: expect.stringContaining(`start/${letter?.id}`) }]);
    expect(await take(body, 2)).toMatchObject({ kept: true });
    expect(await letterOf(body)).toMatchObject({ state: 'open', attempts: 2, firstAt: letter?.firstAt });
    expect(told).toHaveLength(1);
  });
});

test('the alert says what, why, since when, and what to type', async () => {
  const body = text(manual('alerted', { pipeline: 'ordres' }));
  await take(body);
  const { firstAt, id } = (await letterOf(body)) ?? {};
  expect(told[0]?.text).toBe(
    `A start of ordres (manual: test) failed, first at ${firstAt}: Heddle.Permanent: HDL404 there is no pipeline ordres here. Fix: deploy it, or correct the name. Its message is kept. To see it: npx heddle dead-letters show start/${id} --aws. When the cause is mended: npx heddle dead-letters replay start/${id} --go --aws`,
  );
});

test('what the next try may mend is told at the fifth try, and the queue goes on trying', async () => {
  const body = text(manual('later'));
  const broken: Services = {
    ...services,
    manifests: { ...services.manifests, of: () => Promise.reject(new Error('SSM is down')) },
  };
  expect(await takeStart(delivery(body, 4), broken)).toMatchObject({ kept: true, says: 'SSM is down' });
  expect(await letterOf(body)).toBeUndefined();
  expect(await takeStart(delivery(body, 5), broken)).toMatchObject({ kept: true });
  expect(await letterOf(body)).toMatchObject({
    state: 'open',
    error: 'Error',
    cause: 'SSM is down',
    pipeline: 'orders',
  });
});

test('one that comes through after all is closed, by whoever sent it again; failing once more opens it', async () => {
  const body = text(manual('mended'));
  const broken: Services = { ...services, manifests: { ...services.manifests, of: async () => undefined } };
  await takeStart(delivery(body), broken);
  const sent = { HEDDLE_BY: 'ada with heddle', HEDDLE_BECAUSE: 'deployed now' };
  const answer = await takeStart(delivery(body, 1, sent), services);
  expect(answer).toEqual({ messageId: 'm', kept: false, says: expect.stringMatching(/^started: 2026-01-01-/) });
  expect(await letterOf(body)).toMatchObject({
    state: 'replayed',
    closedBy: 'ada with heddle',
    because: expect.stringMatching(/^started: .* \(deployed now\)$/),
  });
  await takeStart(delivery(body), broken);
  expect(await letterOf(body)).toMatchObject({ state: 'open', attempts: 2 });
  expect(await letterOf(body)).not.toHaveProperty('closedBy');
  expect(told.filter(({ type }) => type === runEvents.startFailed)).toHaveLength(2);
  await take(body);
  expect(await letterOf(body)).toMatchObject({
    state: 'replayed',
    closedBy: 'a further try, or a redrive of the queue',
  });
});

test('one that is discarded while the queue still tries it goes; the same one later is a dead letter again', async () => {
  const body = text(manual('discarded', { pipeline: 'ordres' }));
  await take(body);
  const closedAt = new Date().toISOString();
  const closing = { state: 'discarded', closedBy: 'ada', closedAt, because: 'a slip' } as const;
  expect(await services.ledger.lostStarts.close(lostStartId(body), closing)).toBe(true);
  expect(await take(body, 2)).toMatchObject({ kept: false });
  expect(await letterOf(body)).toMatchObject({ state: 'discarded', attempts: 1 });
  const later = { ...services, now: () => Date.now() + 3_600_000 };
  expect(await takeStart(delivery(body), later)).toMatchObject({ kept: true });
  expect(await letterOf(body)).toMatchObject({ state: 'open', attempts: 2 });
});

test('a resume whose run has lost its input is kept', async () => {
  const input = { text: 'x'.repeat(70_000) };
  await take(text(manual('big', { input })));
  const [run] = await services.ledger.runs.latest('orders', 1);
  if (run?.input.kind !== 'object') throw new Error('the input should be too long for the record');
  await workshop.local.service('s3').call('DeleteObject', { Bucket: 'payloads', Key: run.input.key });
  const end = { status: 'failed', endedAt: new Date().toISOString() } as const;
  await services.ledger.runs.end('orders', run.run, end, 1);
  const body = text({ kind: 'resume', pipeline: 'orders', run: run.run, order });
  expect(await take(body)).toMatchObject({
    kept: true,
    says: expect.stringMatching(/HDL448 the input of the run .* gone/),
  });
  expect(await services.ledger.runs.get('orders', run.run)).toMatchObject({ status: 'failed' });
});

describe('an event that could not be delivered, put on the start queue', () => {
  const events = () => workshop.local.service('eventbridge');
  const event = {
    id: 'e1',
    source: 'aws.s3',
    'detail-type': 'Object Created',
    time: '2026-01-01T00:00:00Z',
    detail: { bucket: { name: 'inbox' }, object: { key: 'drops/monday/a.csv', etag: 'undelivered' } },
  };
  const rule = async (Name: string, EventBusName?: string): Promise<string> => {
    const on = EventBusName === undefined ? {} : { EventBusName };
    const pattern = JSON.stringify({ source: ['aws.s3'] });
    const { RuleArn } = await events().call('PutRule', { Name, EventPattern: pattern, ...on });
    const Arn = `arn:aws:sqs:us-east-1:123456789012:${services.startQueueUrl.split('/').at(-1)}`;
    const InputTemplate =
      '{"kind":"object","pipeline":"orders","keyTemplate":"drops/{partition}/*","event":{"detail":<detail>}}';
    const InputTransformer = { InputPathsMap: { detail: '$.detail' }, InputTemplate };
    await events().call('PutTargets', { Rule: Name, ...on, Targets: [{ Id: 'T', Arn, InputTransformer }] });
    return String(RuleArn);
  };

  test.each([
    ['of the account’s bus', undefined],
    ['of its own bus', 'heddle'],
  ])('becomes what its rule makes of it: %s', async (_, bus) => {
    const RULE_ARN = await rule(`heddle-orders-object1${bus ?? ''}`, bus);
    const body = JSON.stringify({
      ...event,
      detail: { ...event.detail, object: { key: 'drops/monday/a.csv', etag: bus ?? '-' } },
    });
    expect(await take(body, 1, { RULE_ARN })).toMatchObject({ says: expect.stringMatching(/^started: monday-/) });
  });

  test('of a rule that asks for no run, it is kept', async () => {
    await events().call('PutRule', { Name: 'heddle-alert-events', EventPattern: JSON.stringify({ source: ['x'] }) });
    const RULE_ARN = 'arn:aws:events:us-east-1:123456789012:rule/heddle-alert-events';
    expect(await take(JSON.stringify(event), 1, { RULE_ARN })).toMatchObject({
      kept: true,
      says: expect.stringMatching(/HDL447 the event is of the rule heddle-alert-events/),
    });
  });
});

describe('a message of a queue of the user', () => {
  const body = '{"order":"o1"}';
  const field = (path: readonly string[]) =>
    ({ kind: 'ref', source: { kind: 'event' }, path: ['detail', ...path] }) as const;
  const queueOf =
    (...path: readonly string[]) =>
    async () => ({
      pipeline: 'orders',
      reading: { trigger: 'queue1', input: { kind: 'object', fields: { order: field(path) } } } as const,
    });
  const of = (queue: Services['manifests']['queueOf']): Services => ({
    ...services,
    manifests: { ...services.manifests, queueOf: queue, inputOf: async () => wanted },
  });
  const wanted = { type: 'object', properties: { order: { type: 'string' } }, required: ['order'] };
  const taken = (messageId: string, text: string, by: Services, attributes: { readonly [name: string]: string } = {}) =>
    takeStart(
      { ...delivery(text, 1, attributes), messageId, eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:inbox' },
      by,
    );
  const letter = (text: string) => services.ledger.lostStarts.get(lostStartId(text, 'inbox'));

  test('that is malformed is kept as it came, with its queue and pipeline', async () => {
    expect(await taken('m1', 'hello', of(queueOf('order')))).toMatchObject({
      kept: true,
      says: expect.stringMatching(/HDL442/),
    });
    expect(await letter('hello')).toMatchObject({
      state: 'open',
      pipeline: 'orders',
      trigger: 'queue: inbox',
      queue: 'inbox',
      messageId: 'm1',
    });
  });

  test('that no run could be made of comes through by a redrive once the trigger is mended, which closes its letter', async () => {
    expect(await taken('m2', body, of(queueOf('ordre')))).toMatchObject({ kept: true });
    const before = await letter(body);
    expect(before && (await services.ledger.payloads.load(before.message))).toBe(body);
    // AWS's redrive gives it another id.
    expect(await taken('m3', body, of(queueOf('order')))).toMatchObject({
      kept: false,
      says: expect.stringMatching(/^started/),
    });
    expect(await letter(body)).toMatchObject({
      state: 'replayed',
      closedBy: 'a further try, or a redrive of the queue',
    });
  });

  test('that is sent again under the id that it had, twice, is one run', async () => {
    const again = { HEDDLE_MESSAGE_ID: 'm2', HEDDLE_BY: 'ada' };
    expect(await taken('m4', body, of(queueOf('order')), again)).toMatchObject({
      says: expect.stringMatching(/^started/),
    });
    expect(await taken('m5', body, of(queueOf('order')), again)).toMatchObject({
      kept: false,
      says: expect.stringMatching(/^duplicate/),
    });
  });

  test('one like another that was discarded is a dead letter of its own', async () => {
    const closedAt = new Date().toISOString();
    const closing = { state: 'discarded', closedBy: 'ada', closedAt, because: 'a slip' } as const;
    await services.ledger.lostStarts.close(lostStartId('hello', 'inbox'), closing);
    expect(await taken('m1', 'hello', of(queueOf('order')))).toMatchObject({ kept: false });
    expect(await taken('m6', 'hello', of(queueOf('order')))).toMatchObject({ kept: true });
    expect(await letter('hello')).toMatchObject({ state: 'open' });
  });
});
