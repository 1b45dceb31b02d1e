// Latches, exactly once: the state that waits and the ledger that releases, in every order in which they may meet.
import { describe, expect, test } from '@jest/globals';
import { emitLatch } from '../../lib/asl/emit/latch.ts';
import type { Ledger } from '../../lib/ledger/index.ts';
import { AwsError, type Service } from '../../lib/local/service.ts';
import type { RunFacts } from '../../lib/records/index.ts';
import { engine } from '../local/sfn/engine.ts';
import { createLedgerTable, ledgerInside, withDynamodb } from './ledger-inside.ts';

const run: RunFacts = { pipeline: 'p', id: 'r', partition: 'd', definitionHash: 'h', execution: 'arn:e' };
const latch = { latch: 'c', need: 2 };

/** The wait alone: it ends when both producers have released. */
const machine = {
  QueryLanguage: 'JSONata',
  StartAt: 'c.latch',
  States: {
    'c.latch': JSON.parse(
      JSON.stringify(emitLatch({ name: 'c', producers: ['a', 'b'] }, 'done', { longestSeconds: 100 })).replaceAll(
        '${ledger}',
        'ledger',
      ),
    ),
    done: { Type: 'Succeed' },
  },
};

const bench = async () => {
  const sfn = engine({ services: withDynamodb });
  await createLedgerTable(sfn.service);
  const ledger = ledgerInside(sfn.service);
  let started = 0;
  return {
    sfn,
    ledger,
    /** Starts the wait and gives how it ends. */
    wait: async (facts: RunFacts = run) => {
      started += 1;
      const arn = await sfn.create(machine, `machine${started}`);
      return sfn.start(arn, { run: facts });
    },
    release: (stage: string, facts: RunFacts = run) => ledger.latches.release(facts, stage, [latch]),
    /** Lets the wait leave its token. */
    settled: async (arn: string) => {
      for (;;) {
        const events = await sfn.history(arn);
        if (events.some(({ type }) => type === 'TaskSubmitted' || type === 'ExecutionSucceeded')) return;
        await new Promise(setImmediate);
      }
    },
  };
};
type Bench = Awaited<ReturnType<typeof bench>>;

const cases: [string, (bench: Bench) => Promise<string>][] = [
  [
    'both release before the wait',
    async ({ wait, release }) => {
      await release('a');
      await release('b');
      return wait();
    },
  ],
  [
    'the wait comes before both',
    async ({ wait, release, settled }) => {
      const arn = await wait();
      await settled(arn);
      await release('a');
      await release('b');
      return arn;
    },
  ],
  [
    'the wait comes between the two',
    async ({ wait, release, settled }) => {
      await release('b');
      const arn = await wait();
      await settled(arn);
      await release('a');
      return arn;
    },
  ],
  [
    'two producers and the wait at once',
    async ({ wait, release }) => {
      const [arn] = await Promise.all([wait(), release('a'), release('b')]);
      return arn;
    },
  ],
  [
    'a producer that comes again and again',
    async ({ wait, release, settled }) => {
      const arn = await wait();
      await settled(arn);
      for (const stage of ['a', 'a', 'b', 'b', 'a']) await release(stage);
      return arn;
    },
  ],
  [
    'a token of an attempt that is over',
    async ({ wait, release, settled, sfn }) => {
      await leaveToken(sfn.service('dynamodb'), 'AQCgAAAAKgAAAAMAAAAAAAAAAQstale');
      await release('a');
      await release('b');
      const arn = await wait();
      await settled(arn);
      return arn;
    },
  ],
];

const leaveToken = (dynamodb: Service, token: string) =>
  dynamodb.call('UpdateItem', {
    TableName: 'ledger',
    Key: { pk: { S: 'run#p#r' }, sk: { S: 'latch#arn:e##c' } },
    UpdateExpression: 'SET #token = :token',
    ExpressionAttributeNames: { '#token': 'token' },
    ExpressionAttributeValues: { ':token': { S: token } },
  });

describe('the wait ends once both have released it', () => {
  test.each(cases)('%s', async (_, meet) => {
    const all = await bench();
    expect(await all.sfn.ended(await meet(all))).toMatchObject({ status: 'SUCCEEDED' });
    await all.sfn.close();
  });
});

test.each<[string, (bench: Bench) => Promise<unknown>]>([
  ['nobody has released it', async () => undefined],
  ['one has, twice', async ({ release }) => [await release('a'), await release('a')]],
  [
    'both have, in another execution of the run',
    async ({ release }) => [
      await release('a', { ...run, execution: 'arn:before' }),
      await release('b', { ...run, execution: 'arn:before' }),
    ],
  ],
  [
    'both have, in another item',
    async ({ release }) => [await release('a', { ...run, scope: '7' }), await release('b', { ...run, scope: '7' })],
  ],
])('it goes on, until its time is over, when %s', async (_, before) => {
  const all = await bench();
  await before(all);
  const began = all.sfn.clock.now();
  expect(await all.sfn.ended(await all.wait())).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  expect(all.sfn.clock.now() - began).toBe(100_000);
  await all.sfn.close();
});

test('a crash between the last release and the waking is mended by the retry', async () => {
  let broken = true;
  const { sfn, wait, settled } = await bench();
  const real = (id: Parameters<typeof sfn.service>[0]) => sfn.service(id);
  const ledger: Ledger = ledgerInside((id) =>
    id !== 'sfn'
      ? real(id)
      : {
          id,
          call: async (operation, input) => {
            if (operation === 'SendTaskSuccess' && broken)
              throw new AwsError('InternalFailure', 'the process died', 500);
            return real(id).call(operation, input);
          },
        },
  );
  const arn = await wait();
  await settled(arn);
  await ledger.latches.release(run, 'a', [latch]);
  await expect(ledger.latches.release(run, 'b', [latch])).rejects.toThrow('the process died');
  broken = false;
  await ledger.latches.release(run, 'b', [latch]);
  expect(await sfn.ended(arn)).toMatchObject({ status: 'SUCCEEDED' });
  await sfn.close();
});

test('a latch that is for another number is our bug, and said so', async () => {
  const { release, ledger, sfn } = await bench();
  await release('a');
  await expect(ledger.latches.release(run, 'b', [{ latch: 'c', need: 3 }])).rejects.toThrow(
    'the latch c of the run r is for another number than 3',
  );
  await sfn.close();
});
