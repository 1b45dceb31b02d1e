import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dispatch, type Services } from '../../lib/operators/index.ts';
import type { StartMessage } from '../../lib/records/index.ts';
import { manual, openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop.local.close());

const dropped = (key: string, etag = 'e1'): StartMessage => ({
  kind: 'object',
  pipeline: 'orders',
  keyTemplate: 'drops/{partition}/*',
  event: { detail: { bucket: { name: 'inbox' }, object: { key, etag } } },
});
const completed = (pipeline: string, run: string, partition: string): StartMessage => ({
  kind: 'upstream',
  pipeline: 'report',
  event: { detail: { pipeline, run, partition, status: 'completed' } },
});

describe('dispatch', () => {
  test('starts one run for a message that comes twice, in turn or at once', async () => {
    const before = await workshop.executions('orders');
    const first = await dispatch(manual('once'), workshop.services);
    expect(first).toMatchObject({ kind: 'started' });
    expect(await dispatch(manual('once'), workshop.services)).toEqual({ ...first, kind: 'duplicate' });
    const racing = await Promise.all(Array.from({ length: 5 }, () => dispatch(manual('race'), workshop.services)));
    expect(racing.filter(({ kind }) => kind === 'started')).toHaveLength(1);
    expect(await workshop.executions('orders')).toBe(before + 2);
  });

  test('a crash between the record and the start is mended by the redelivery', async () => {
    const dies: Services = {
      ...workshop.services,
      aws: { ...workshop.local.aws, call: () => Promise.reject(new Error('the Lambda was killed')) },
    };
    await workshop.services.manifests.of('orders');
    await expect(dispatch(manual('killed'), { ...dies, manifests: workshop.services.manifests })).rejects.toThrow(
      'killed',
    );
    const before = await workshop.executions('orders');
    await dispatch(manual('killed'), workshop.services);
    expect(await workshop.executions('orders')).toBe(before + 1);
  });

  test('an object gives its partition; other content gives another run', async () => {
    const first = await dispatch(dropped('drops/monday/a.csv'), workshop.services);
    expect(first).toMatchObject({ kind: 'started', run: expect.stringMatching(/^monday-/) });
    expect(await dispatch(dropped('drops/monday/a.csv'), workshop.services)).toMatchObject({ kind: 'duplicate' });
    expect(await dispatch(dropped('drops/monday/a.csv', 'e2'), workshop.services)).toMatchObject({ kind: 'started' });
    await expect(dispatch(dropped('elsewhere/a.csv'), workshop.services)).rejects.toThrow(
      /HDL403 the key elsewhere\/a.csv/,
    );
  });

  test('a schedule gives the day in its zone', async () => {
    const message = {
      kind: 'schedule',
      pipeline: 'orders',
      schedule: 'nightly',
      time: '2026-06-30T23:30:00Z',
      input: {},
    } as const;
    const inUtc = await dispatch({ ...message, timeZone: 'UTC' }, workshop.services);
    expect(inUtc).toMatchObject({ run: expect.stringMatching(/^2026-06-30-/) });
    const inBerlin = await dispatch({ ...message, timeZone: 'Europe/Berlin' }, workshop.services);
    expect(inBerlin).toMatchObject({ run: expect.stringMatching(/^2026-07-01-/) });
  });

  test('an unknown pipeline is refused by name', async () => {
    await expect(dispatch(manual('x', { pipeline: 'ordres' }), workshop.services)).rejects.toThrow(
      /HDL404 there is no pipeline ordres/,
    );
  });

  test('a join starts once, when the last upstream of the partition is complete, in any order', async () => {
    const mark = (pipeline: string, run: string) =>
      workshop.local.ledger.runs.markPartition(
        { pipeline, partition: 'tuesday', run, status: 'completed', updatedAt: 'x' },
        '1',
      );
    await mark('orders', 'tuesday-1');
    expect(await dispatch(completed('orders', 'tuesday-1', 'tuesday'), workshop.services)).toEqual({
      kind: 'notStarted',
      reason: 'upstream visits is missing for partition tuesday',
    });
    await mark('visits', 'tuesday-2');
    const [first, second] = await Promise.all([
      dispatch(completed('visits', 'tuesday-2', 'tuesday'), workshop.services),
      dispatch(completed('orders', 'tuesday-1', 'tuesday'), workshop.services),
    ]);
    expect([first?.kind, second?.kind].sort()).toEqual(['duplicate', 'started']);
    expect(await workshop.executions('report')).toBe(1);
  });
});
