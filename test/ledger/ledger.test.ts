import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { letterName } from '../../lib/records/index.ts';
import { letter } from '../dead-letter.ts';
import { openServices, type TestServices } from '../services.ts';

let services: TestServices;
beforeAll(async () => {
  services = await openServices();
});
afterAll(() => services.close());

const output = { kind: 'inline', json: '{"rows":1}' } as const;
const end = { endedAt: '2026-01-01T00:00:02Z', durationMs: 2_000, output };
const at = (run: string) => ({ pipeline: 'orders', run, stage: 'clean' });

test('there is nothing under a key that AWS would refuse to look for', async () => {
  const { runs, lostStarts } = services.ledger;
  expect(await runs.get('orders', 'x'.repeat(2_048))).toBeUndefined();
  expect(await runs.partition('orders', 'é'.repeat(513))).toBeUndefined();
  expect(await runs.partition('orders', '')).toBeUndefined();
  expect(await lostStarts.list()).toEqual([]);
});

describe('a stage is settled by the attempt that holds its claim', () => {
  test('claim, then complete', async () => {
    const { stages } = services.ledger;
    expect(await stages.claim(at('a'), 'one', 'now')).toMatchObject({
      held: true,
      record: { status: 'running', attempts: 1 },
    });
    expect(await stages.complete(at('a'), 'one', end)).toBe(true);
    expect(await stages.get(at('a'))).toMatchObject({ status: 'completed', output, owner: 'one' });
  });

  test('a second claim takes over from the first, whose result is then refused', async () => {
    const { stages } = services.ledger;
    await stages.claim(at('b'), 'one', 'now');
    expect(await stages.claim(at('b'), 'two', 'later')).toMatchObject({
      held: true,
      record: { attempts: 2, startedAt: 'now' },
    });
    expect(await stages.complete(at('b'), 'one', end)).toBe(false);
    expect(await stages.complete(at('b'), 'two', end)).toBe(true);
  });

  test.each(['claim', 'open'] as const)(
    'one that was skipped begins when a later execution comes to it: %s',
    async (how) => {
      const { stages } = services.ledger;
      const again = { ...at(`late-${how}`), generation: 2 };
      await stages.claim(at(`late-${how}`), 'one', 'early');
      await stages.skip(at(`late-${how}`), 'what it reads is not there', 'early');
      if (how === 'claim') await stages.claim(again, 'two', 'late');
      else await stages.open({ ...again, spread: undefined }, 'late', 3);
      const record = await stages.get(again);
      expect(record).toMatchObject({ status: 'running', startedAt: 'late' });
      expect([record?.endedAt, record?.reason]).toEqual([undefined, undefined]);
    },
  );

  test('a completed stage cannot be claimed, failed or skipped', async () => {
    const { stages } = services.ledger;
    await stages.claim(at('c'), 'one', 'now');
    await stages.complete(at('c'), 'one', end);
    expect(await stages.claim(at('c'), 'two', 'later')).toMatchObject({
      held: false,
      record: { status: 'completed', output },
    });
    expect(
      await stages.fail(at('c'), {
        status: 'failed',
        endedAt: 'later',
        error: 'Late',
        cause: 'a timeout that came second',
      }),
    ).toBeUndefined();
    await stages.skip(at('c'), 'a late skip', 'later');
    expect(await stages.get(at('c'))).toMatchObject({ status: 'completed' });
  });

  test('of many claims at once one holds', async () => {
    const { stages } = services.ledger;
    const owners = Array.from({ length: 20 }, (_, i) => `owner${i}`);
    await Promise.all(owners.map((owner) => stages.claim(at('d'), owner, 'now')));
    const settled = await Promise.all(owners.map((owner) => stages.complete(at('d'), owner, end)));
    expect(settled.filter(Boolean)).toHaveLength(1);
    expect((await stages.get(at('d')))?.attempts).toBe(20);
  });
});

describe('runs', () => {
  const run = (id: string, createdAt: string) =>
    ({
      pipeline: 'orders',
      run: id,
      partition: '2026-01-01',
      status: 'pending',
      trigger: { kind: 'manual', identity: id, detail: 'test' },
      input: output,
      upstream: {},
      createdAt,
    }) as const;
  const facts = { startedAt: 'now', executionArn: 'arn', definitionHash: 'abc' };

  test('are created once, started while not ended, ended once', async () => {
    const { runs } = services.ledger;
    expect(await runs.create(run('r1', '1'))).toBe(true);
    expect(await runs.create(run('r1', '1'))).toBe(false);
    expect(await runs.start('orders', 'r1', facts, 1)).toMatchObject({ status: 'running' });
    expect(await runs.start('orders', 'r1', facts, 1)).toMatchObject({ status: 'running' });
    expect(await runs.start('orders', 'r1', { ...facts, executionArn: 'another' }, 1)).toBeUndefined();
    expect(await runs.end('orders', 'r1', { status: 'completed', endedAt: 'then' }, 1)).toMatchObject({
      status: 'completed',
    });
    expect(await runs.end('orders', 'r1', { status: 'failed', endedAt: 'then' }, 1)).toBeUndefined();
    expect(await runs.start('orders', 'r1', facts, 1)).toBeUndefined();
  });

  test('are listed newest first', async () => {
    const { runs } = services.ledger;
    await runs.create({ ...run('old', '2026-01-01'), pipeline: 'listed' });
    await runs.create({ ...run('new', '2026-01-02'), pipeline: 'listed' });
    expect((await runs.latest('listed', 10)).map((record) => record.run)).toEqual(['new', 'old']);
    expect((await runs.latest('listed', 1)).map((record) => record.run)).toEqual(['new']);
  });

  test('those that are not over are listed by when they are to be looked at, wherever they are in the index', async () => {
    const { runs, openRuns } = services.ledger;
    const ids = Array.from({ length: 20 }, (_, n) => `open${n}`);
    const minutes = (n: number) => `2020-01-01T00:${String((n * 7) % 20).padStart(2, '0')}:00.000Z`;
    for (const [n, id] of ids.entries()) await runs.create(run(id, minutes(n)));
    const due = await openRuns.due('2020-02-01', 5);
    const first = ids.toSorted((a, b) => (minutes(ids.indexOf(a)) < minutes(ids.indexOf(b)) ? -1 : 1)).slice(0, 5);
    expect(due.map((one) => one.run)).toEqual(first);
  });

  test('who has told of the end of an execution and is late with it leaves a run that has ended again among those to be looked at', async () => {
    const { runs, openRuns } = services.ledger;
    await runs.create(run('again', '2021-01-01'));
    const first = await runs.end('orders', 'again', { status: 'failed', endedAt: '2021-01-01' }, 1, 'untold');
    const order = { id: 'once more', generation: 2, again: [], below: [], items: {}, by: 'a test', reason: 'a test' };
    await runs.resume('orders', 'again', order, { at: '2021-01-02' });
    const second = await runs.end('orders', 'again', { status: 'failed', endedAt: '2021-01-03' }, 2, 'untold');
    if (!first || !second) throw new Error('it ended twice');
    const isOpen = async () => (await openRuns.due('2022-01-01', 500)).some((one) => one.run === 'again');
    await openRuns.close(first);
    expect(await isOpen()).toBe(true);
    await openRuns.close(second);
    expect(await isOpen()).toBe(false);
  });

  test('a partition points at its newest run, whoever writes last', async () => {
    const { runs } = services.ledger;
    const mark = (id: string, createdAt: string) =>
      runs.markPartition(
        { pipeline: 'orders', partition: 'p', run: id, status: 'completed', updatedAt: createdAt },
        createdAt,
      );
    await mark('second', '2026-01-02');
    await mark('first', '2026-01-01');
    expect(await runs.partition('orders', 'p')).toMatchObject({ run: 'second', updatedAt: '2026-01-02' });
    await runs.markPartition(
      { pipeline: 'orders', partition: 'p', run: 'second', status: 'completed', updatedAt: 'again' },
      '2026-01-02',
    );
    expect(await runs.partition('orders', 'p')).toMatchObject({ updatedAt: '2026-01-02' }); // a repeat changes nothing
  });
});

describe('payloads', () => {
  test.each([
    ['a small value', { rows: 3 }, 'inline'],
    ['64 KB of JSON', 'x'.repeat(64 * 1024 - 2), 'inline'],
    ['a byte more', 'x'.repeat(64 * 1024 - 1), 'object'],
    ['many small characters that are long in UTF-8', 'é'.repeat(40_000), 'object'],
  ])('%s comes back as it was', async (_, value, kind) => {
    const { payloads } = services.ledger;
    const stored = await payloads.store('orders', value);
    expect(stored.kind).toBe(kind);
    expect(await payloads.load(stored)).toEqual(value);
    expect(await payloads.store('orders', value)).toEqual(stored);
  });
});

describe('dead letters', () => {
  test('are recorded and sent once, however often they are written', async () => {
    const { deadLetters } = services.ledger;
    const letter = {
      pipeline: 'orders',
      run: 'dl',
      partition: 'p',
      stage: 'clean',
      item: 7,
      error: 'Heddle.Permanent',
      cause: 'line 7: no text',
      attempts: 1,
      firstAt: '1',
      lastAt: '2',
      definitionHash: 'abc',
    };
    await deadLetters.write(letter, services.queueUrl);
    await deadLetters.write(letter, services.queueUrl);
    expect(await deadLetters.list('orders', 'dl')).toMatchObject([{ item: 7, cause: 'line 7: no text' }]);
    const { Messages } = await services.aws.call('sqs', 'ReceiveMessage', {
      QueueUrl: services.queueUrl,
      MaxNumberOfMessages: 10,
    });
    const bodies = (Messages as { Body: string }[]).map(({ Body }) => JSON.parse(Body));
    expect(bodies).toMatchObject([{ id: 'run#orders#dl/dead#clean#00000007', stage: 'clean', item: 7 }]);
  });

  test('are read up to so many, of a run or of one of its stages', async () => {
    const { deadLetters } = services.ledger;
    for (const [stage, item] of [['clean', 7], ['clean', 12], ['clean'], ['cleanAll', 1], ['a']] as const)
      await deadLetters.write(letter('many', stage, item), services.queueUrl);
    const first = async (most: number, stage?: string) =>
      (await deadLetters.first('orders', 'many', most, stage)).map(letterName);
    expect(await first(2)).toEqual(['many/a', 'many/clean']);
    expect(await first(9, 'clean')).toEqual(['many/clean', 'many/clean/7', 'many/clean/12']);
  });
});
