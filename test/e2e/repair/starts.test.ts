// What could not start a run: dead letters of triggers, by the CLI and by AWS's own redrive.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { lostStartId } from '../../../lib/records/index.ts';
import { RepairShop } from './deployment.ts';

const shop = new RepairShop();
beforeAll(async () => {
  await shop.deploy();
});
afterAll(() => shop.close());

const message = (id: string, pipeline = 'repair'): string =>
  JSON.stringify({ kind: 'manual', pipeline, id, input: { count: 2 }, by: 'tester' });

const put = async (QueueUrl: string, MessageBody: string, attributes: { readonly [name: string]: string } = {}) => {
  const MessageAttributes = Object.fromEntries(
    Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
  );
  await shop.aws.call('sqs', 'SendMessage', { QueueUrl, MessageBody, MessageAttributes });
};
const waiting = async (QueueUrl: string): Promise<number> => {
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
  const { Attributes } = await shop.aws.call('sqs', 'GetQueueAttributes', { QueueUrl, AttributeNames });
  return Object.values(Attributes as { readonly [name: string]: string }).reduce((sum, n) => sum + Number(n), 0);
};
const arnOf = (url: string): string => `arn:aws:sqs:us-east-1:123456789012:${url.split('/').at(-1)}`;
const listed = async (...words: readonly string[]): Promise<readonly { readonly [field: string]: unknown }[]> =>
  (await shop.heddle('dead-letters', 'list', '--json', ...words)).stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
const recorded = async (id: string): Promise<void> => {
  while (!(await shop.ledger.lostStarts.get(id))) await new Promise((resolve) => setTimeout(resolve, 50));
};

test('a message that can start nothing is listed with its reason, shown, refused again, and discarded', async () => {
  const manifest = await shop.manifest();
  const body = message('wrong', 'repiar');
  const id = lostStartId(body);
  await put(manifest.startQueueUrl, body);
  await recorded(id);
  const name = `start/${id}`;
  expect(await listed('--matching', 'HDL404')).toEqual([
    expect.objectContaining({ id: name, pipeline: 'repiar', trigger: 'manual: tester', state: 'open' }),
  ]);
  const shown = await shop.heddle('dead-letters', 'show', name);
  expect(shown.stdout).toMatch(
    /trigger +manual: tester\n +error +Heddle.Permanent\n +cause +HDL404 .*\n[\s\S]*"repiar"/,
  );
  const plan = await shop.heddle('dead-letters', 'replay', name);
  expect(plan).toMatchObject({ code: 0, stderr: expect.stringContaining('Nothing is done yet: add --go.') });
  const again = await shop.heddle('dead-letters', 'replay', name, '--go');
  expect(again).toMatchObject({ code: 1, stdout: expect.stringContaining('failed again: Heddle.Permanent: HDL404') });
  const closed = await shop.heddle('dead-letters', 'discard', name, '--because', 'a slip', '--go');
  expect(closed).toMatchObject({ code: 0, stdout: expect.stringContaining('1 discarded.') });
  expect(await listed()).toEqual([]);
  expect(await listed('start', '--all')).toEqual([
    expect.objectContaining({ state: 'discarded', because: 'a slip', closedBy: expect.stringContaining('heddle') }),
  ]);
  const gone = await shop.heddle('dead-letters', 'replay', name, '--go');
  expect(gone).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`HDL652 the dead letter ${name} was discarded`),
  });
});

test('a message that was given up starts its run, by a command', async () => {
  const manifest = await shop.manifest();
  const body = message('given-up');
  await put(manifest.startDeadLetterQueueUrl, body);
  const name = `start/${lostStartId(body)}`;
  expect(await listed()).toEqual([expect.objectContaining({ id: name, error: 'NotRecorded' })]);
  expect(await waiting(manifest.startDeadLetterQueueUrl)).toBe(1); // looking takes nothing away
  const replayed = await shop.heddle('dead-letters', 'replay', name, '--go', '--because', 'it was down');
  expect(replayed).toMatchObject({ code: 0, stdout: expect.stringMatching(/started: given-up-\w+ \(it was down\)/) });
  expect(await waiting(manifest.startDeadLetterQueueUrl)).toBe(0);
  expect(await shop.ended(/started: (\S+)/.exec(replayed.stdout)?.[1] ?? '')).toBe('SUCCEEDED');
  expect(await listed()).toEqual([]);
});

test("and by AWS's own redrive", async () => {
  const { aws, ledger } = shop;
  const manifest = await shop.manifest();
  const body = message('redriven');
  await put(manifest.startDeadLetterQueueUrl, body);
  await aws.call('sqs', 'StartMessageMoveTask', {
    SourceArn: arnOf(manifest.startDeadLetterQueueUrl),
    DestinationArn: arnOf(manifest.startQueueUrl),
  });
  for (;;) {
    const [run] = await ledger.runs.latest('repair', 1);
    if (run?.partition === 'redriven') break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(await listed()).toEqual([]);
});

test('an alert that could not be delivered is to be read; an event of a dead execution goes to reconcile', async () => {
  const { ledger } = shop;
  const manifest = await shop.manifest();
  const alert = JSON.stringify({ 'detail-type': 'Heddle Run Failed', source: 'heddle', detail: { text: 'Look!' } });
  const TARGET_ARN = manifest.alertsTopicArn;
  await put(manifest.undeliveredQueueUrl, alert, { TARGET_ARN, ERROR_CODE: 'THROTTLING', ERROR_MESSAGE: 'too many' });
  const name = `start/${lostStartId(alert)}`;
  expect(await listed()).toEqual([expect.objectContaining({ id: name, error: 'THROTTLING', cause: 'too many' })]);
  const refused = await shop.heddle('dead-letters', 'replay', name, '--go');
  expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('an alert: read it with') });
  await shop.heddle('dead-letters', 'discard', name, '--because', 'read', '--go');
  expect(await waiting(manifest.undeliveredQueueUrl)).toBe(0);

  const detail = { stateMachineArn: 'arn:x:heddle-repair', name: 'nobody', status: 'FAILED' };
  const event = { 'detail-type': 'Step Functions Execution Status Change', source: 'aws.states', detail };
  const died = JSON.stringify(event);
  await put(manifest.undeliveredQueueUrl, died, { ErrorCode: '200', ErrorMessage: 'the table was gone' });
  const settled = await shop.heddle('dead-letters', 'replay', '--go');
  expect(settled).toMatchObject({ code: 0, stdout: expect.stringContaining('settled by reconcile') });
  expect(await ledger.lostStarts.get(lostStartId(died))).toMatchObject({ state: 'replayed' });
  expect(await waiting(manifest.undeliveredQueueUrl)).toBe(0);
});
