// What is taken off a queue of dead letters, and what shows up there again, where SQS answers as it may on AWS.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { lookThrough, messagesOn, takeOut, takeOutClosed } from '../../lib/ledger/index.ts';
import { virtualClock } from '../../lib/local/virtual-clock.ts';
import { letterName } from '../../lib/records/index.ts';
import type { Aws } from '../../lib/support/aws-call.ts';
import { sendMessages } from '../../lib/support/send-messages.ts';
import { letter } from '../dead-letter.ts';
import { openServices, type TestServices } from '../services.ts';

let services: TestServices;
beforeEach(async () => {
  services = await openServices({ clock: virtualClock(Date.parse('2026-01-01T00:00:00Z')) });
});
afterEach(() => services.close());

const dead = () => services.queueUrl;
const visible = async (): Promise<readonly string[]> => {
  const asked = { QueueUrl: dead(), MaxNumberOfMessages: 10, VisibilityTimeout: 0 };
  const { Messages = [] } = await services.aws.call('sqs', 'ReceiveMessage', asked);
  return (Messages as readonly { readonly Body: string }[]).map(({ Body }) => letterName(JSON.parse(Body))).sort();
};
const send = (body: object) =>
  services.aws.call('sqs', 'SendMessage', { QueueUrl: dead(), MessageBody: JSON.stringify(body) });
/** A letter in the ledger, and its message. */
const written = async (run: string) => {
  await services.ledger.deadLetters.write(letter(run, 'clean'), dead());
  return letter(run, 'clean');
};
const replayed = (run: string) =>
  services.ledger.deadLetters.replayed(letter(run, 'clean'), { by: 'ada', at: 'now', because: 'x', replayedIn: 2 });

/** Does something at each ReceiveMessage, with its answer. */
const receiving = (
  answer: (
    input: { readonly WaitTimeSeconds?: number },
    real: () => ReturnType<Aws['call']>,
  ) => ReturnType<Aws['call']>,
): Aws => ({
  ...services.aws,
  call: (...call) => {
    const real = () => services.aws.call(...call);
    return call[1] === 'ReceiveMessage' ? answer(call[2], real) : real();
  },
});

test('an operator finds the one message of a queue, which a short poll may miss on AWS', async () => {
  const one = await written('one');
  await replayed('one');
  const sampled = receiving(async ({ WaitTimeSeconds = 0 }, real) => (WaitTimeSeconds > 0 ? real() : {}));
  await takeOutClosed(sampled, services.ledger.deadLetters, dead(), [one], 2);
  expect(await messagesOn(services.aws, dead())).toBe(0);
});

test('both messages of a letter go, whose sender had died before it said that it had sent', async () => {
  const one = await written('one');
  for (let n = 0; n < 9; n++) await send(letter('other', 'clean', n));
  await send(one); // in the next batch of ten
  await takeOut(services.aws, services.ledger.deadLetters, dead(), [one]);
  expect(await visible()).toEqual(Array.from({ length: 9 }, (_, n) => `other/clean/${n}`));
});

test('messages that come with one that was seen before are looked at, and seen again at once', async () => {
  await send(letter('seen', 'clean'));
  let turn = 0;
  const again = receiving(async (_, real) => {
    turn += 1;
    if (turn !== 2) return real();
    // The time of the first is over, as where the round takes longer, and two are new.
    const { Messages = [] } = first;
    await services.aws.call('sqs', 'ChangeMessageVisibility', {
      QueueUrl: dead(),
      ReceiptHandle: (Messages as readonly { readonly ReceiptHandle: string }[])[0]?.ReceiptHandle,
      VisibilityTimeout: 0,
    });
    await send(letter('new', 'clean'));
    await send(letter('meant', 'clean'));
    return real();
  });
  let first: Awaited<ReturnType<Aws['call']>> = {};
  const recording: Aws = {
    ...again,
    call: async (...call) => {
      const answer = await again.call(...call);
      if (call[1] === 'ReceiveMessage' && turn === 1) first = answer;
      return answer;
    },
  };
  const { taken, left } = await lookThrough(recording, dead(), ({ Body }) => Body.includes('meant'));
  expect([turn, taken, left.length]).toEqual([2, 1, 2]);
  expect(await visible()).toEqual(['new/clean', 'seen/clean']);
});

test('who hid the message of a letter from whoever closed it takes it off', async () => {
  const [mine, theirs] = [await written('mine'), await written('theirs')];
  await written('open');
  await send({ not: 'a letter' });
  await replayed('mine');
  const { deadLetters } = services.ledger;
  let turn = 0;
  const meanwhile = receiving(async (_, real) => {
    const answer = await real();
    turn += 1;
    if (turn === 1) {
      await replayed('theirs');
      await takeOutClosed(services.aws, deadLetters, dead(), [theirs], 2); // it sees none
    }
    return answer;
  });
  await takeOutClosed(meanwhile, deadLetters, dead(), [mine], 2);
  expect(await visible()).toEqual(['/', 'open/clean']);
});

test('a queue of many is not looked through to its end for letters that are at its head', async () => {
  const one = await written('one');
  const others = Array.from({ length: 200 }, (_, n) => letter('other', 'clean', n));
  await sendMessages(services.aws, dead(), others);
  let times = 0;
  const counted = receiving((_, real) => {
    times += 1;
    return real();
  });
  await takeOut(counted, services.ledger.deadLetters, dead(), [one]);
  expect(times).toBe(11);
  expect(await messagesOn(services.aws, dead())).toBe(200);
});
