// A look at a run whose Express execution has had its time.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dispatch, type Services } from '../../lib/operators/index.ts';
import { manual, openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
let sent: { readonly MessageBody: string; readonly DelaySeconds?: number }[] = [];
let services: Services;

beforeAll(async () => {
  workshop = await openWorkshop();
  services = {
    ...workshop.services,
    aws: {
      ...workshop.services.aws,
      call: (service, operation, input) => {
        if (operation === 'SendMessage') sent.push(input as never);
        return workshop.services.aws.call(service, operation, input);
      },
    },
  };
});
afterAll(() => workshop.local.close());

const lookAfter = (run: string, seconds: number, generation = 1) => {
  sent = [];
  const now = (): number => Date.now() + seconds * 1_000;
  return dispatch({ kind: 'look', pipeline: 'orders', run, generation }, { ...services, now });
};
const statusOf = async (run: string) => (await workshop.local.ledger.runs.get('orders', run))?.status;

test('one that may still be under way is looked at again, when it can no longer be', async () => {
  const { id } = await workshop.startRun('underWay');
  expect(await lookAfter(id, 300)).toEqual({ kind: 'underWay', run: id });
  expect(sent.map(({ MessageBody }) => JSON.parse(MessageBody))).toEqual([
    { kind: 'look', pipeline: 'orders', run: id, generation: 1 },
  ]);
  expect(sent[0]?.DelaySeconds).toBeGreaterThanOrEqual(1);
  expect(sent[0]?.DelaySeconds).toBeLessThanOrEqual(10);
  expect(await statusOf(id)).toBe('running');
});

test('one whose execution has ended is settled, once', async () => {
  const { id } = await workshop.startRun('ended');
  expect(await lookAfter(id, 311)).toEqual({ kind: 'settled', run: id });
  expect(await statusOf(id)).toBe('failed');
  expect(await lookAfter(id, 311)).toEqual({ kind: 'duplicate', run: id });
  expect(sent).toEqual([]);
});

test('one whose execution never began is settled', async () => {
  const outcome = await dispatch(manual('notBegun'), services);
  const run = 'run' in outcome ? outcome.run : '';
  expect(await lookAfter(run, 330)).toEqual({ kind: 'settled', run });
  expect(await workshop.local.ledger.runs.get('orders', run)).toMatchObject({
    status: 'failed',
    cause: 'its Express execution did not begin within 330 s',
  });
});

test('of another generation it is left alone', async () => {
  const { id } = await workshop.startRun('further');
  expect(await lookAfter(id, 400, 2)).toEqual({ kind: 'duplicate', run: id });
  expect(await statusOf(id)).toBe('running');
});
