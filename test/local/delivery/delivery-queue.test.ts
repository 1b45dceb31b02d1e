import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { atomically } from '../../../lib/local/atomically.ts';
import { type Delivery, type DeliveryQueue, deliveryQueue } from '../../../lib/local/delivery/index.ts';
import { AwsError, type EngineContext, type Shape } from '../../../lib/local/service.ts';
import { type ManualClock, manualClock } from '../manual-clock.ts';

const HOUR = 3_600_000;
let clock: ManualClock;
let database: DatabaseSync;
let queue: DeliveryQueue;
/** What AWS answers, call by call; then it succeeds. */
let answers: Error[];
let calls: readonly (readonly [string, Shape])[];
let givenUp: readonly string[];
/** What the next calls take. */
let slow: Promise<void> | undefined;

const open = (): void => {
  const context: EngineContext = {
    region: 'us-east-1',
    account: '123456789012',
    stateDir: '/nowhere',
    database,
    clock,
    random: () => 0.5,
    endpoint: () => 'http://127.0.0.1:4566',
    service: (id) => ({
      id,
      call: async (operation, input) => {
        calls = [...calls, [operation, input]];
        await slow;
        const error = answers.shift();
        if (error) throw error;
        return {};
      },
    }),
    emit: () => undefined,
  };
  queue = deliveryQueue(context, 'eventbridge', (_delivery, failure, sent) => {
    givenUp = [...givenUp, `${failure.code} ${sent}`];
  });
};

beforeEach(() => {
  clock = manualClock('2026-11-24T10:00:00Z');
  database = new DatabaseSync(':memory:');
  [answers, calls, givenUp, slow] = [[], [], [], undefined];
  open();
});
afterEach(async () => {
  await queue.close();
  database.close();
});

const delivery: Delivery = {
  owedBy: 'arn:rule',
  service: 'lambda',
  operation: 'Invoke',
  input: { FunctionName: 'f' },
  retries: 3,
  maxAgeSeconds: 86_400,
  deadLetter: {
    queueArn: 'arn:aws:sqs:us-east-1:123456789012:dead',
    body: 'event',
    attributes: { RULE_ARN: 'arn:rule' },
  },
};
const fault = () => new AwsError('ServiceException', 'busy', 503);
const stored = () => database.prepare('SELECT COUNT(*) AS count FROM eventbridge_deliveries').get()?.count;

test('a fault of the target is tried again, later each time, until it succeeds', async () => {
  answers = [fault(), fault()];
  queue.add([delivery]);
  await clock.settle();
  expect(calls).toHaveLength(1);
  await clock.advance(749);
  expect(calls).toHaveLength(1);
  await clock.advance(1);
  expect(calls).toHaveLength(2);
  await clock.advance(1500);
  expect(calls).toHaveLength(3);
  expect([stored(), givenUp]).toEqual([0, []]);
});

test('after the last retry it goes to the dead-letter queue, saying so', async () => {
  answers = [fault(), fault(), fault(), fault()];
  queue.add([delivery]);
  await clock.advance(HOUR);
  expect(calls.map(([operation]) => operation)).toEqual(['Invoke', 'Invoke', 'Invoke', 'Invoke', 'SendMessage']);
  expect(calls.at(-1)?.[1]).toEqual({
    QueueUrl: 'http://127.0.0.1:4566/123456789012/dead',
    MessageBody: 'event',
    MessageAttributes: {
      RULE_ARN: { DataType: 'String', StringValue: 'arn:rule' },
      ERROR_CODE: { DataType: 'String', StringValue: 'ERROR_FROM_TARGET' },
      ERROR_MESSAGE: { DataType: 'String', StringValue: 'busy' },
      RETRY_ATTEMPTS: { DataType: 'String', StringValue: '3' },
      EXHAUSTED_RETRY_CONDITION: { DataType: 'String', StringValue: 'MaximumRetryAttempts' },
    },
  });
  expect([stored(), givenUp]).toEqual([0, ['ERROR_FROM_TARGET true']]);
});

test('one that is too old is given up before its retries are used up', async () => {
  answers = [fault(), fault(), fault()];
  queue.add([{ ...delivery, maxAgeSeconds: 2 }]);
  await clock.advance(HOUR);
  expect(calls.map(([operation]) => operation)).toEqual(['Invoke', 'Invoke', 'Invoke', 'SendMessage']);
});

test('an error that no retry can heal is given up at once; throttling is not such an error', async () => {
  answers = [new AwsError('ResourceNotFoundException', 'no function', 404)];
  queue.add([delivery]);
  await clock.settle();
  expect(givenUp).toEqual(['NO_RESOURCE true']);
  answers = [new AwsError('TooManyRequestsException', 'slow', 429)];
  queue.add([delivery]);
  await clock.advance(HOUR);
  expect([calls.length, givenUp.length]).toEqual([4, 1]);
});

test('an error that says that it was done before counts as done', async () => {
  answers = [new AwsError('ExecutionAlreadyExists', 'again')];
  queue.add([{ ...delivery, doneWhen: 'ExecutionAlreadyExists' }]);
  await clock.settle();
  expect([stored(), givenUp]).toEqual([0, []]);
});

test('the dead-letter queue fails too: the owner hears of the loss', async () => {
  answers = [
    new AwsError('ResourceNotFoundException', 'no function', 404),
    new AwsError('QueueDoesNotExist', 'no queue'),
  ];
  queue.add([delivery]);
  await clock.settle();
  expect([stored(), givenUp]).toEqual([0, ['NO_RESOURCE false']]);
});

test('a process that ends while a retry waits leaves it to the next, with the tries that it had', async () => {
  answers = [fault(), fault(), fault(), fault()];
  queue.add([delivery]);
  await clock.advance(800);
  await queue.close();
  expect([calls.length, stored()]).toEqual([2, 1]);
  open();
  queue.recover();
  await clock.advance(HOUR);
  expect(calls.map(([operation]) => operation)).toEqual(['Invoke', 'Invoke', 'Invoke', 'Invoke', 'SendMessage']);
});

const as = (FunctionName: string): Delivery => ({ ...delivery, input: { FunctionName } });
const called = () => calls.map(([, { FunctionName }]) => FunctionName);

test('what came with a transaction that is taken back is not made; what then gets its id is, once', async () => {
  const stop = new Error('a later write of the transaction failed');
  const taken = () =>
    atomically(database, () => {
      queue.add([as('ghost'), as('ghost')]);
      throw stop;
    });
  expect(taken).toThrow(stop);
  queue.add([as('real')]);
  await clock.settle();
  expect([called(), stored()]).toEqual([['real'], 0]);

  expect(taken).toThrow(stop); // and where nothing comes after it
  await clock.settle();
  expect([called(), stored()]).toEqual([['real'], 0]);
});

test('a disk that is full in the middle of a list: none of it is made, and the error is that of the disk', async () => {
  database.exec('PRAGMA max_page_count = 20');
  const large: Delivery = { ...delivery, input: { FunctionName: 'ghost', Payload: 'x'.repeat(30_000) } };
  expect(() => queue.add([large, large, large, large])).toThrow('database or disk is full');
  database.exec('PRAGMA max_page_count = 10000');
  queue.add([as('real')]);
  await clock.settle();
  expect([called(), stored()]).toEqual([['real'], 0]);
});

test('what was put in before the engine took up the rest is made once, whether it waits, is under way or tried again', async () => {
  answers = [fault()];
  queue.add([as('again')]);
  await clock.settle();
  let answer = (): void => undefined;
  slow = new Promise((resolve) => {
    answer = resolve;
  });
  queue.add([as('slow')]);
  await new Promise((resolve) => setImmediate(resolve));
  queue.add([as('next')]);
  queue.recover();
  answer();
  await clock.advance(HOUR);
  expect([called(), stored()]).toEqual([['again', 'slow', 'next', 'again'], 0]);
});

/** What SQLite throws where there is no more room. */
const fullDisk = (): Error => {
  const small = new DatabaseSync(':memory:');
  try {
    small.exec('CREATE TABLE t (x); PRAGMA max_page_count = 2; INSERT INTO t VALUES (zeroblob(9000))');
  } catch (error) {
    if (error instanceof Error) return error;
  } finally {
    small.close();
  }
  throw new Error('the disk was not full');
};

test('a target that has no room is tried again: the disk may have some later', async () => {
  answers = [fullDisk()];
  queue.add([delivery]);
  await clock.advance(HOUR);
  expect([calls.length, stored(), givenUp]).toEqual([2, 0, []]);
});

const refuse = (what: string): void =>
  database.exec(`CREATE TRIGGER full BEFORE ${what} ON eventbridge_deliveries
    BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`);

test.each<[string, Error[], readonly string[], readonly string[]]>([
  ['that was made', [], ['Invoke'], []],
  [
    'that was given up',
    [new AwsError('ResourceNotFoundException', 'gone', 404)],
    ['Invoke', 'SendMessage'],
    ['NO_RESOURCE true'],
  ],
])(
  'a delivery %s is not made again where its row cannot be deleted; the row goes when it can',
  async (_which, errors, operations, told) => {
    answers = errors;
    refuse('DELETE');
    queue.add([delivery]);
    await clock.advance(HOUR);
    expect(stored()).toBe(1);
    database.exec('DROP TRIGGER full');
    await clock.advance(HOUR);
    expect([calls.map(([operation]) => operation), stored(), givenUp]).toEqual([operations, 0, told]);
  },
);

test('another try is made where it cannot be stored that there is to be one', async () => {
  answers = [fault()];
  refuse('UPDATE');
  queue.add([delivery]);
  await clock.advance(HOUR);
  expect([calls.length, stored(), givenUp]).toEqual([2, 0, []]);
});
