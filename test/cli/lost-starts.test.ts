// Who sends a dead letter of a trigger again, or discards it, may die at any call: it is on its queue, or known and open, until all is done.
import { afterEach, expect, test } from '@jest/globals';
import { discardStart, lostStarts, refusalOf, replayStart } from '../../lib/cli/dead-letters/lost-starts.ts';
import { strays } from '../../lib/cli/dead-letters/other-queues.ts';
import type { Setting } from '../../lib/cli/setting.ts';
import type { Target } from '../../lib/cli/target.ts';
import { openLedger } from '../../lib/ledger/index.ts';
import { virtualClock } from '../../lib/local/virtual-clock.ts';
import { type LostStart, lostStartId } from '../../lib/records/index.ts';
import type { Aws } from '../../lib/support/aws-call.ts';
import { diesAt } from '../broken-calls.ts';
import { letter } from '../dead-letter.ts';
import { openServices, type TestServices } from '../services.ts';

let local: TestServices;
afterEach(() => local.close());

const told = { by: 'ada', because: 'a slip' };
const at = '2026-01-01T00:00:00.000Z';
const clock = virtualClock(Date.parse(at));

/** A start queue and a queue of the user's, each with its dead letters. */
const openQueues = async () => {
  local = await openServices({ clock });
  const make = async (QueueName: string, Attributes = {}): Promise<string> =>
    String((await local.aws.call('sqs', 'CreateQueue', { QueueName, Attributes })).QueueUrl);
  const withDead = async (name: string) => {
    const dead = await make(`${name}-dead`);
    const deadLetterTargetArn = `arn:aws:sqs:us-east-1:123456789012:${name}-dead`;
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 5 });
    return { live: await make(name, { RedrivePolicy }), dead };
  };
  return { start: await withDead('start'), mine: await withDead('mine'), undelivered: await make('undelivered') };
};

const waiting = async (QueueUrl: string): Promise<number> => {
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
  const { Attributes } = await local.aws.call('sqs', 'GetQueueAttributes', { QueueUrl, AttributeNames });
  return Object.values(Attributes as object).reduce((sum, n) => sum + Number(n), 0);
};

const passed = (seconds: number) => new Promise<void>((resolve) => clock.after(seconds * 1_000, resolve));

const mostCalls = 60;

test.each<['discard' | 'replay', 'start' | 'mine']>([
  ['discard', 'start'],
  ['discard', 'mine'],
  ['replay', 'start'],
  ['replay', 'mine'],
])('%s of one of the queue %s', async (does, queue) => {
  const queues = await openQueues();
  const { live, dead } = queues[queue];
  const targetOf = (aws: Aws): Target => ({
    aws,
    ledger: openLedger(aws, { table: 'ledger', payloadBucket: 'payloads' }),
    manifest: {
      startQueueUrl: queues.start.live,
      startDeadLetterQueueUrl: queues.start.dead,
      undeliveredQueueUrl: queues.undelivered,
      pipelines: [] as readonly string[],
    } as Target['manifest'],
    name: 'a test',
    embedded: false,
    pipeline: () => Promise.reject(new Error('there is none')),
    close: async () => undefined,
  });
  const alive = targetOf(local.aws);
  /** Nobody takes from the queues here: whoever would have is known by its answer, a further try that failed. */
  const answered = (aws: Aws, lost: LostStart): Aws => ({
    ...aws,
    call: async (...call) => {
      const answer = await aws.call(...call);
      if (call[1] === 'SendMessage') await alive.ledger.lostStarts.record({ ...lost, attempts: 1 });
      return answer;
    },
  });
  const act = (aws: Aws, lost: LostStart): Promise<unknown> =>
    does === 'discard'
      ? discardStart(targetOf(aws), lost, { ...told, at })
      : replayStart(targetOf(answered(aws, lost)), lost, told);

  for (let n = 1, done = false; !done; n++) {
    expect(n).toBeLessThan(mostCalls);
    const body = JSON.stringify({ kind: 'manual', n });
    const sent = await local.aws.call('sqs', 'SendMessage', { QueueUrl: dead, MessageBody: body });
    const id = lostStartId(body, queue === 'mine' ? queue : undefined);
    const lost: LostStart = {
      ...{ id, trigger: 'manual: ada', error: 'E', cause: 'c', attempts: 1, firstAt: at, lastAt: at, attributes: {} },
      message: { kind: 'inline', json: JSON.stringify(body) },
      ...(queue === 'mine' ? { queue, messageId: String(sent.MessageId) } : {}),
    };
    // What a user's queue could not start is in the ledger from the first; of the start queue it may be on the queue alone.
    if (queue === 'mine') await alive.ledger.lostStarts.record(lost);
    const before = await waiting(live);
    done = await act(diesAt(local.aws, n), lost).then(
      () => true,
      () => false,
    );
    await passed(60); // what it had hidden is seen again
    const state = async () => (await alive.ledger.lostStarts.get(id))?.state;
    const [onQueue, sentOn] = [await waiting(dead), (await waiting(live)) - before];
    if ((await state()) === 'discarded') expect([n, onQueue]).toEqual([n, 0]);
    else if (does === 'discard' || sentOn === 0) {
      const listed = (await lostStarts(alive, { pipeline: undefined })).find((one) => one.id === id);
      expect([n, listed && (listed.state ?? 'open')]).toEqual([n, 'open']);
    }
    if (onQueue === 0 && does === 'replay') expect([n, sentOn]).toEqual([n, 1]);

    const again = await act(local.aws, lost);
    if (done && does === 'discard') expect(again).toBe(false); // it is counted once
    expect([n, await waiting(dead), await state()]).toEqual([n, 0, does === 'discard' ? 'discarded' : 'open']);
  }
});

test('the message of a dead letter that is closed is told of, is not sent again, and goes when it is discarded', async () => {
  const { live, dead } = (await openQueues()).mine;
  const { aws, ledger } = local;
  const nobody = () => Promise.reject(new Error('nobody asked for that'));
  const manifest = { pipelines: ['orders'], startDeadLetterQueueUrl: dead, undeliveredQueueUrl: dead };
  const target = {
    ...{ aws, ledger, manifest, name: 'a test', embedded: false, close: nobody },
    pipeline: async () => ({ deadLetterQueueUrl: dead, replayQueueUrl: live }),
  } as unknown as Target;
  await ledger.deadLetters.write(letter('r', 'clean'), dead);
  await ledger.deadLetters.write(letter('open', 'clean'), dead);
  const found = async () => strays(target, { pipeline: undefined, open: new Map([['orders', 1]]) });
  await ledger.deadLetters.discard(letter('r', 'clean'), { ...told, at }); // and died
  const [lost, ...more] = await found();
  expect([lost?.cause, more]).toEqual(['r/clean was discarded by ada, and its message is left over: discard it', []]);
  if (!lost) throw new Error('there is none');
  expect(await refusalOf(target, lost, undefined, {} as Setting)).toBe(lost.cause);
  expect(await discardStart(target, lost, { ...told, at })).toBe(true);
  expect([await found(), await waiting(dead)]).toEqual([[], 1]);
});
