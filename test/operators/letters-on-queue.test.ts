// The dead-letter queue has a message for each dead letter that is open, and for no other: when a run goes on, and when what it was to do
// again is not come to.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { lookThrough, openLedger, takeOut } from '../../lib/ledger/index.ts';
import { virtualClock } from '../../lib/local/virtual-clock.ts';
import { dispatch, reconcile, replay, type Services } from '../../lib/operators/index.ts';
import { openLettersAgain } from '../../lib/operators/open-letters-again.ts';
import { letterName, type ResumeOrder } from '../../lib/records/index.ts';
import type { Aws } from '../../lib/support/aws-call.ts';
import { diesAt, killed } from '../broken-calls.ts';
import { letter } from '../dead-letter.ts';
import { at, machines, openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
let dead = '';
const clock = virtualClock(Date.now());

beforeAll(async () => {
  workshop = await openWorkshop({ clock });
  const { aws } = workshop.local;
  dead = String((await aws.call('sqs', 'CreateQueue', { QueueName: 'orders-dead' })).QueueUrl);
  const Name = '/heddle/heddle/orders';
  const { Parameter } = await aws.call('ssm', 'GetParameter', { Name });
  const manifest = { ...JSON.parse((Parameter as { Value: string }).Value), deadLetterQueueUrl: dead };
  await aws.call('ssm', 'PutParameter', { Name, Type: 'String', Value: JSON.stringify(manifest), Overwrite: true });
});
afterAll(() => workshop.local.close());

const order = (generation: number): ResumeOrder => ({
  ...{ id: `o${generation}`, generation, again: ['clean'], below: [], items: {}, by: 'ada', reason: 'fixed' },
});
const dying = (dies: number, of?: string): Services => {
  const aws: Aws = diesAt(workshop.services.aws, dies, of);
  return { ...workshop.services, aws, ledger: openLedger(aws, { table: 'ledger', payloadBucket: 'payloads' }) };
};
const goOn = (run: string, generation: number, services = workshop.services) =>
  dispatch({ kind: 'resume', pipeline: 'orders', run, order: order(generation) }, services);
const stop = (name: string, services = workshop.services) =>
  reconcile({ detail: { stateMachineArn: `${machines}:heddle-orders`, name, status: 'ABORTED' } }, 'heddle-', services);
const isKilled = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => false,
    (error: Error) => error.message === killed,
  );

/** Those of a run, of which there are never ten. */
const waiting = async (run: string): Promise<readonly string[]> => {
  const asked = { QueueUrl: dead, MaxNumberOfMessages: 10, VisibilityTimeout: 0 };
  const { Messages = [] } = await workshop.local.aws.call('sqs', 'ReceiveMessage', asked);
  const bodies = (Messages as readonly { readonly Body: string }[]).map(({ Body }) => JSON.parse(Body));
  return bodies.flatMap((body) => (body.run === run ? [letterName(body)] : [])).sort();
};
const open = async (run: string): Promise<readonly string[]> =>
  (await workshop.local.ledger.deadLetters.open('orders', 100))
    .filter((one) => one.run === run)
    .map(letterName)
    .sort();
const agreed = async (run: string): Promise<readonly string[]> => {
  const names = await open(run);
  expect(await waiting(run)).toEqual(names);
  return names;
};
const emptied = async (run: string): Promise<void> => {
  await lookThrough(workshop.local.aws, dead, () => true, { most: (await waiting(run)).length });
};

/** A failed run with dead letters: of the stage `clean`, and of an item of the map `score`. */
const failed = async (id: string): Promise<string> => {
  const { ledger } = workshop.local;
  const run = await workshop.startRun(id);
  await ledger.stages.fail(at(run, 'clean'), { status: 'failed', endedAt: 'now', error: 'E', cause: 'c' });
  await ledger.deadLetters.write(letter(run.id, 'clean'), dead);
  await ledger.deadLetters.write(letter(run.id, 'score', 1), dead);
  await stop(run.id);
  return run.id;
};

test('what a resume does again is taken off; what that does not come to is on it again', async () => {
  const run = await failed('resumed');
  expect(await agreed(run)).toEqual([`${run}/clean`, `${run}/score/1`]);
  await goOn(run, 2);
  expect(await agreed(run)).toEqual([`${run}/score/1`]);
  await stop(`${run}_2`);
  expect(await agreed(run)).toEqual([`${run}/clean`, `${run}/score/1`]);
  await goOn(run, 3);
  expect(await agreed(run)).toEqual([`${run}/score/1`]);
  await workshop.local.ledger.deadLetters.write({ ...letter(run, 'clean'), generation: 3 }, dead);
  await goOn(run, 3); // it comes twice, and late
  expect(await agreed(run)).toEqual([`${run}/clean`, `${run}/score/1`]);
  await emptied(run);
});

test('where many are opened again side by side, it is asked once where their queue is', async () => {
  const run = await failed('many');
  const { ledger, manifests } = workshop.services;
  await ledger.deadLetters.write(letter(run, 'clean', 1), dead);
  await goOn(run, 2);
  let asked = 0;
  const of: typeof manifests.of = (pipeline) => {
    asked += 1;
    return manifests.of(pipeline);
  };
  const second = { pipeline: 'orders', run, generation: 2 };
  await openLettersAgain(second, new Set(), { ledger, manifests: { ...manifests, of } });
  expect(asked).toBe(1);
  expect(await agreed(run)).toEqual([`${run}/clean`, `${run}/clean/1`, `${run}/score/1`]);
  await emptied(run);
});

test('what a redrive of one dead letter does again besides is taken off too', async () => {
  const run = await failed('redriven');
  const { deadLetters, stages } = workshop.local.ledger;
  await stages.claim({ pipeline: 'orders', run, stage: 'sum' }, 'one', 'now', { needs: ['clean'], choices: [] });
  await deadLetters.write(letter(run, 'sum', 4), dead);
  await takeOut(workshop.local.aws, deadLetters, dead, [letter(run, 'clean')]); // as AWS moves what it redrives
  const body = JSON.stringify(letter(run, 'clean'));
  await replay([{ messageId: '0', body }], workshop.services);
  expect(await agreed(run)).toEqual([`${run}/score/1`]);
  await emptied(run);
});

test('who lets a run go on dies at the queue: whoever comes next takes off what is left', async () => {
  for (let dies = 1; ; dies++) {
    const run = await failed(`taking-${dies}`);
    const isDead = await isKilled(goOn(run, 2, dying(dies, 'sqs')));
    // What is hidden shows up again by the time that SQS hands a message of somebody who died to the next.
    await new Promise<void>((passed) => clock.after(61_000, passed));
    await goOn(run, 2);
    expect(await agreed(run)).toEqual([`${run}/score/1`]);
    await emptied(run);
    if (isDead) continue;
    expect(dies).toBeGreaterThan(2);
    return;
  }
});

test('who ends an execution dies at any call: what it did not come to is open, and on the queue', async () => {
  for (let dies = 1; ; dies++) {
    const run = await failed(`ending-${dies}`);
    await goOn(run, 2);
    const isDead = await isKilled(stop(`${run}_2`, dying(dies)));
    await stop(`${run}_2`);
    const names = await open(run);
    expect(names).toEqual([`${run}/clean`, `${run}/score/1`]);
    expect([...new Set(await waiting(run))]).toEqual(names); // who died before it said so sends it twice
    await emptied(run);
    if (isDead) continue;
    expect(dies).toBeGreaterThan(8);
    return;
  }
});
