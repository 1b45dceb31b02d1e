import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ResumeOrder } from '../../lib/records/index.ts';
import { letter } from '../dead-letter.ts';
import { openServices, type TestServices } from '../services.ts';

let services: TestServices;
beforeAll(async () => {
  services = await openServices();
});
afterAll(() => services.close());

const at = (run: string, stage: string, generation = 1) => ({
  ...{ pipeline: 'orders', run, stage, generation },
  spread: undefined,
});
const order = (changes: Partial<ResumeOrder>): ResumeOrder => ({
  id: 'o',
  generation: 2,
  again: [],
  below: [],
  items: {},
  by: 'ada',
  reason: 'fixed',
  ...changes,
});
const output = { kind: 'inline', json: '{"n":1}' } as const;
const fingerprint = { code: 'c', contract: 'k', input: 'i' };

const complete = async (run: string, stage: string): Promise<void> => {
  const { stages } = services.ledger;
  await stages.claim(at(run, stage), 'one', 'now', { needs: ['list'], choices: [] });
  await stages.complete(at(run, stage), 'one', { endedAt: 'then', durationMs: 1, output, fingerprint });
};
const batch = async (run: string, number: number, results: readonly object[]): Promise<void> => {
  const { stages, payloads } = services.ledger;
  const failed = results.filter((result) => 'error' in result).length;
  await stages.claimBatch(at(run, 'map'), number, 'one', 'now');
  await stages.settleBatch(at(run, 'map'), number, 'one', {
    status: 'completed',
    endedAt: 'then',
    durationMs: 1,
    completed: results.length - failed,
    failed,
    results: await payloads.store('orders', results),
  });
};

describe('a stage that is to be done again', () => {
  test.each([
    ['gives up what it gave', { again: ['clean'] }, undefined],
    ['or keeps it, to be compared, when it only lies below', { below: ['clean'] }, output],
  ])('%s', async (name, changes, kept) => {
    await complete(name, 'clean');
    await services.ledger.redo('orders', name, order(changes), 'now');
    const record = await services.ledger.stages.get(at(name, 'clean'));
    expect(record).toMatchObject({ status: 'pending', generation: 2, redone: 1, needs: ['list'] });
    expect(record?.output).toEqual(kept);
    expect(record).not.toHaveProperty('owner');
  });

  test('waits for no job of the execution before, whatever calls AWS in its place by now', async () => {
    const { stages, redo } = services.ledger;
    await stages.claim(at('job', 'clean'), 'one', 'now', { jobIn: 'arn:first' });
    await stages.fail(at('job', 'clean'), { status: 'failed', endedAt: 'then', error: 'E', cause: 'c' });
    await redo('orders', 'job', order({ again: ['clean'] }), 'now');
    await stages.claim(at('job', 'clean', 2), 'two', 'now');
    expect(await stages.get(at('job', 'clean'))).not.toHaveProperty('jobIn');
  });

  test('can be claimed by the new execution, and by none before it', async () => {
    const { stages, redo } = services.ledger;
    await complete('late', 'clean');
    await redo('orders', 'late', order({ again: ['clean'] }), 'now');
    await expect(stages.claim(at('late', 'clean', 1), 'zombie', 'now')).rejects.toMatchObject({
      name: 'Heddle.Superseded',
    });
    expect(await stages.complete(at('late', 'clean', 1), 'one', { endedAt: 't', durationMs: 1, output })).toBe(false);
    expect(await stages.claim(at('late', 'clean', 2), 'two', 'now')).toMatchObject({ held: true });
  });

  test('is left alone once the new execution has claimed it: an order may be carried out twice', async () => {
    const { stages, redo } = services.ledger;
    await complete('twice', 'clean');
    await redo('orders', 'twice', order({ again: ['clean'] }), 'now');
    await stages.claim(at('twice', 'clean', 2), 'two', 'now');
    await redo('orders', 'twice', order({ again: ['clean'] }), 'later');
    expect(await stages.get(at('twice', 'clean'))).toMatchObject({ status: 'running', owner: 'two', redone: 1 });
  });
});

describe('items of a map', () => {
  const outcomes = [
    { index: 0, output: 1 },
    { index: 1, error: 'E', cause: 'c' },
    { index: 2, error: 'E', cause: 'c' },
  ];

  test.each([
    ['one item', [1], { completed: 1, failed: 1 }, [0, 2]],
    ['all that failed', 'failed', { completed: 1, failed: 0 }, [0]],
  ] as const)('%s: the others keep their outcomes', async (name, items, counts, kept) => {
    const { stages, payloads, redo } = services.ledger;
    await batch(name, 0, outcomes);
    await batch(name, 1, [{ index: 3, output: 1 }]);
    await stages.closeMap(at(name, 'map'), {
      status: 'completed',
      endedAt: 'then',
      items: { total: 4, completed: 2, failed: 2 },
    });
    await redo('orders', name, order({ items: { map: items } }), 'now');
    const [first, second] = await stages.listBatches(at(name, 'map'), true);
    expect(first).toMatchObject({ status: 'pending', ...counts });
    expect(first?.results && (await payloads.load(first.results))).toMatchObject(kept.map((index) => ({ index })));
    expect(second).toMatchObject({ status: 'completed', completed: 1 });
    expect(await stages.get(at(name, 'map'))).toMatchObject({ status: 'pending' });
  });

  test('a map that is done again gives up all outcomes', async () => {
    const { stages, redo } = services.ledger;
    await batch('whole', 0, outcomes);
    await stages.closeMap(at('whole', 'map'), {
      status: 'failed',
      endedAt: 'then',
      error: 'E',
      cause: 'c',
      items: { total: 3, completed: 1, failed: 2 },
    });
    await redo('orders', 'whole', order({ again: ['map'] }), 'now');
    const [only] = await stages.listBatches(at('whole', 'map'), true);
    expect(only).toMatchObject({ status: 'pending', completed: 0, failed: 0, redone: 1 });
    expect(only).not.toHaveProperty('results');
  });
});

describe('a dead letter', () => {
  /** Those of a run that the index of open ones has. */
  const listed = async (run: string) =>
    (await services.ledger.deadLetters.open('orders', 100))
      .filter((one) => one.run === run)
      .map(({ stage, item }) => `${stage}${item === undefined ? '' : `/${item}`}`)
      .sort();

  test('is closed by the order that does its work again, and opens again when that fails too', async () => {
    const { deadLetters, redo } = services.ledger;
    await deadLetters.write(letter('letters', 'clean'), services.queueUrl);
    await deadLetters.write(letter('letters', 'map', 1), services.queueUrl);
    await deadLetters.write(letter('letters', 'map', 2), services.queueUrl);
    expect(await listed('letters')).toEqual(['clean', 'map/1', 'map/2']);
    await redo('orders', 'letters', order({ again: ['clean'], items: { map: [2] } }), 'then');
    expect(await listed('letters')).toEqual(['map/1']);
    const states = async () =>
      (await deadLetters.list('orders', 'letters')).map(({ stage, item, state }) => [stage, item, state]);
    expect(await states()).toEqual([
      ['clean', undefined, 'replayed'],
      ['map', 1, 'open'],
      ['map', 2, 'replayed'],
    ]);
    await deadLetters.write({ ...letter('letters', 'clean'), generation: 2, cause: 'still' }, services.queueUrl);
    expect(await deadLetters.get(letter('letters', 'clean'))).toMatchObject({ state: 'open', cause: 'still' });
    expect(await listed('letters')).toEqual(['clean', 'map/1']);
  });

  test('opens again when the execution does not come to it', async () => {
    const { deadLetters, redo } = services.ledger;
    await deadLetters.write(letter('undone', 'clean'), services.queueUrl);
    await redo('orders', 'undone', order({ again: ['clean'] }), 'then');
    const queueUrl = async () => services.queueUrl;
    const inSecond = { pipeline: 'orders', run: 'undone', generation: 2 };
    await deadLetters.reopen(inSecond, new Set(['clean']), queueUrl);
    expect(await listed('undone')).toEqual([]);
    expect(await deadLetters.get(letter('undone', 'clean'))).toMatchObject({ state: 'replayed', closedBy: 'ada' });
    await deadLetters.reopen(inSecond, new Set(), queueUrl);
    expect(await deadLetters.get(letter('undone', 'clean'))).toMatchObject({ state: 'open' });
    expect(await listed('undone')).toEqual(['clean']);
  });

  test('is discarded once, with a reason', async () => {
    const { deadLetters } = services.ledger;
    await deadLetters.write(letter('discarded', 'clean'), services.queueUrl);
    const closed = { by: 'ada', at: 'then', because: 'a duplicate' };
    expect(await deadLetters.discard(letter('discarded', 'clean'), closed)).toBe(true);
    expect(await deadLetters.discard(letter('discarded', 'clean'), closed)).toBe(false);
    expect(await listed('discarded')).toEqual([]);
    expect(await deadLetters.discard(letter('nobody', 'clean'), closed)).toBe(false);
  });
});

test('the audit trail keeps what was written first', async () => {
  const { audit } = services.ledger;
  const entry = { id: 'ended#1', at: '2', by: 'finish', what: 'ended', detail: 'completed' } as const;
  expect(await audit.record('orders', 'told', entry)).toBe(true);
  expect(await audit.record('orders', 'told', { ...entry, detail: 'otherwise' })).toBe(false);
  await audit.record('orders', 'told', { ...entry, id: 'asked', at: '1', what: 'asked' });
  expect(await audit.list('orders', 'told')).toMatchObject([{ id: 'asked' }, { detail: 'completed' }]);
});
