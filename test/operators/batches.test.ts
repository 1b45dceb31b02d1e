// Many events that become one run: each is in exactly one, however often it comes and wherever a dispatcher dies.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { daily, gte, objectDropped } from '../../lib/definition/index.ts';
import { openLedger } from '../../lib/ledger/index.ts';
import { dispatch, type Services } from '../../lib/operators/index.ts';
import type { BatchPolicy, Json, StartMessage } from '../../lib/records/index.ts';
import { openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
let startQueueUrl: string;
let now = Date.parse('2026-03-01T00:00:00Z');
beforeAll(async () => {
  workshop = await openWorkshop();
  const { QueueUrl } = await workshop.local.service('sqs').call('CreateQueue', { QueueName: 'start' });
  startQueueUrl = String(QueueUrl);
});
afterAll(() => workshop.local.close());

const services = (): Services => ({ ...workshop.services, startQueueUrl, now: () => now });
const dropped = (pipeline: string, key: string, batch: BatchPolicy, size = 1): StartMessage => ({
  kind: 'object',
  pipeline,
  keyTemplate: 'drops/{partition}/*',
  trigger: 'object1',
  event: { detail: { bucket: { name: 'inbox' }, object: { key, etag: 'e', size } } },
  batch,
});
/** What is called up, as the start queue would deliver it, twice each, until nothing more is. */
const windowsOf = async (pipeline: string, batch: BatchPolicy, group: string): Promise<void> => {
  for (let number = 1; number < 20; number += 1)
    for (const _ of ['once', 'again'])
      await dispatch({ kind: 'window', pipeline, trigger: 'object1', group, number, batch }, services());
};
const keysOf = async (pipeline: string): Promise<readonly (readonly string[])[]> => {
  const { runs, payloads } = workshop.local.ledger;
  const found = (await runs.latest(pipeline, 100)).toReversed();
  const inputs = await Promise.all(
    found.map(async ({ input }) => (await payloads.load(input)) as { batch: { key: string }[] }),
  );
  return inputs.map(({ batch }) => batch.map(({ key }) => key.split('/').at(-1) ?? '').sort());
};
const names = (count: number) => Array.from({ length: count }, (_, index) => `f${String(index).padStart(2, '0')}`);

describe('a window', () => {
  test('that is due becomes one run with all that came, each once', async () => {
    await workshop.deploy('due');
    const batch = { seconds: 60, count: 100 };
    for (const name of [...names(5), ...names(5)])
      expect(await dispatch(dropped('due', `drops/mon/${name}`, batch), services())).toEqual({
        kind: 'gathered',
        window: 1,
      });
    const window: StartMessage = {
      kind: 'window',
      pipeline: 'due',
      trigger: 'object1',
      group: 'mon',
      number: 1,
      batch,
    };
    expect(await dispatch(window, services())).toEqual({ kind: 'gathered', window: 1 }); // not yet
    now += 61_000;
    const started = await dispatch(window, services());
    expect(started).toMatchObject({ kind: 'started', run: expect.stringMatching(/^mon-/) });
    expect(await dispatch(window, services())).toEqual({ ...started, kind: 'duplicate' });
    expect(await keysOf('due')).toEqual([names(5)]);
    expect((await workshop.local.ledger.runs.latest('due', 1))[0]?.trigger).toMatchObject({
      kind: 'object',
      detail: '5 of object1',
    });
    // A late duplicate is in the window that was closed; what is new, in the next.
    expect(await dispatch(dropped('due', 'drops/mon/f00', batch), services())).toEqual({ kind: 'gathered', window: 1 });
    expect(await dispatch(dropped('due', 'drops/mon/f99', batch), services())).toEqual({ kind: 'gathered', window: 2 });
  });

  test('closes by count, exactly, when fifty race and each comes twice', async () => {
    await workshop.deploy('racing');
    const batch = { seconds: 3_600, count: 10 };
    const events = [...names(50), ...names(50)];
    for (let from = 0; from < events.length; from += 10)
      await Promise.all(
        events
          .slice(from, from + 10)
          .map((name) => dispatch(dropped('racing', `drops/mon/${name}`, batch), services())),
      );
    await windowsOf('racing', batch, 'mon');
    const runs = await keysOf('racing');
    expect(runs.map(({ length }) => length)).toEqual([10, 10, 10, 10, 10]);
    expect(runs.flat().sort()).toEqual(names(50));
    expect(await workshop.executions('racing')).toBe(5);
  });

  describe('that is to be quiet', () => {
    const batch = { seconds: 600, quietSeconds: 30, count: 100 };
    const drop = (pipeline: string, name: string) =>
      dispatch(dropped(pipeline, `drops/mon/${name}`, batch), services());
    const look = (pipeline: string) =>
      dispatch({ kind: 'window', pipeline, trigger: 'object1', group: 'mon', number: 1, batch }, services());

    test('starts its time anew with each event, not with a repeated one, and closes once nothing comes', async () => {
      await workshop.deploy('quiet');
      for (const name of names(4)) {
        await drop('quiet', name);
        now += 25_000;
        expect((await look('quiet')).kind).toBe('gathered');
      }
      await drop('quiet', 'f03');
      now += 5_000;
      // Due, but not closed yet: what comes now comes along, and puts nothing off.
      expect(await drop('quiet', 'f90')).toEqual({ kind: 'gathered', window: 1 });
      const started = await look('quiet');
      expect(started.kind).toBe('started');
      expect(await look('quiet')).toEqual({ ...started, kind: 'duplicate' });
      expect(await keysOf('quiet')).toEqual([[...names(4), 'f90']]);
      expect(await drop('quiet', 'f91')).toEqual({ kind: 'gathered', window: 2 });
    });

    test('closes at its cap, however many come', async () => {
      await workshop.deploy('busy');
      const opened = now;
      for (const name of names(24)) {
        await drop('busy', name);
        now += 25_000;
        expect((await look('busy')).kind).toBe(now < opened + 600_000 ? 'gathered' : 'started');
      }
      expect((await keysOf('busy')).map(({ length }) => length)).toEqual([24]);
    });

    test('is looked at again when it was put off, by the message that was sent for its first event', async () => {
      const { aws, startQueueUrl: QueueUrl } = services();
      const sent: unknown[] = [];
      const call: Services['aws']['call'] = (service, operation, input) => {
        if ('DelaySeconds' in input) sent.push(input.DelaySeconds);
        return aws.call(service, operation, input);
      };
      const watched: Services = { ...services(), aws: { ...aws, call } };
      await workshop.deploy('called');
      await dispatch(dropped('called', 'drops/mon/a', batch), watched);
      now += 20_000;
      await dispatch(dropped('called', 'drops/mon/b', batch), { ...watched, now: () => now });
      now += 10_000;
      const window: StartMessage = {
        kind: 'window',
        pipeline: 'called',
        trigger: 'object1',
        group: 'mon',
        number: 1,
        batch,
      };
      await dispatch(window, { ...watched, now: () => now });
      expect(sent).toEqual([30, 20]);
      await aws.call('sqs', 'PurgeQueue', { QueueUrl });
    });
  });

  test('closes by bytes; partitions are gathered apart', async () => {
    await workshop.deploy('bytes');
    const batch = { seconds: 3_600, count: 100, bytes: 100 };
    for (const name of names(5)) await dispatch(dropped('bytes', `drops/mon/${name}`, batch, 40), services());
    await dispatch(dropped('bytes', 'drops/tue/f77', batch, 100), services());
    await windowsOf('bytes', batch, 'mon');
    await windowsOf('bytes', batch, 'tue');
    expect(await keysOf('bytes')).toEqual([['f00', 'f01', 'f02'], ['f77']]);
  });

  test('a crash at any call loses no event and doubles none', async () => {
    const batch = { seconds: 3_600, count: 2 };
    for (let dies = 0; ; dies += 1) {
      const pipeline = `crash${dies}`;
      await workshop.deploy(pipeline);
      let calls = 0;
      const { aws } = workshop.services;
      const mortal: Services['aws'] = {
        ...aws,
        call: async (service, operation, input) => {
          if (calls++ === dies) throw new Error('killed');
          return aws.call(service, operation, input);
        },
      };
      const own = {
        ...services(),
        aws: mortal,
        ledger: openLedger(mortal, { table: 'ledger', payloadBucket: 'payloads' }),
      };
      const window: StartMessage = { kind: 'window', pipeline, trigger: 'object1', group: 'mon', number: 1, batch };
      for (const message of [...names(3).map((name) => dropped(pipeline, `drops/mon/${name}`, batch)), window]) {
        try {
          await dispatch(message, own);
        } catch (error) {
          if (!(error instanceof Error && error.message === 'killed')) throw error;
          await dispatch(message, services());
        }
      }
      await windowsOf(pipeline, batch, 'mon');
      expect(await keysOf(pipeline)).toEqual([['f00', 'f01']]);
      now += 3_601_000;
      await windowsOf(pipeline, batch, 'mon');
      expect(await keysOf(pipeline)).toEqual([['f00', 'f01'], ['f02']]);
      if (calls <= dies) break;
    }
  });

  test('an event that its condition does not hold for is a skipped run, once, and in no window', async () => {
    await workshop.deploy('picky');
    const { when } = objectDropped('drops/{partition}/*', { when: ({ size }) => gte(size, 10) });
    const batch = { seconds: 60, count: 1 };
    const small = { ...dropped('picky', 'drops/mon/small', batch, 9), when } as StartMessage;
    const reason = 'its condition does not hold: event.size is 9';
    expect(await dispatch(small, services())).toEqual({ kind: 'notStarted', reason });
    expect((await dispatch(small, services())).kind).toBe('duplicate');
    expect(await workshop.local.ledger.runs.latest('picky', 10)).toMatchObject([
      { status: 'skipped', cause: reason, partition: 'mon', trigger: { detail: 's3://inbox/drops/mon/small' } },
    ]);
    await windowsOf('picky', batch, 'mon');
    expect(await workshop.executions('picky')).toBe(0);
  });

  test('an event of a partition that there is not fails by itself, before it is gathered', async () => {
    await workshop.deploy('dated', { partitions: daily({ from: '2026-01-01' }) });
    const batch = { seconds: 60, count: 2 };
    await expect(dispatch(dropped('dated', 'drops/mon/a', batch), services())).rejects.toThrow(
      /^HDL440 dated has no partition mon: /,
    );
    expect((await dispatch(dropped('dated', 'drops/2026-03-01/a', batch), services())).kind).toBe('gathered');
  });

  test('an event that is too large to be gathered is told', async () => {
    const detail: Json = { text: 'x'.repeat(200_000) };
    const message: StartMessage = {
      kind: 'event',
      from: 'event',
      pipeline: 'due',
      reading: { trigger: 'event1', input: { kind: 'ref', source: { kind: 'event' }, path: ['detail'] } },
      event: { id: 'e', time: 'x', source: 's', detailType: 'd', detail },
      batch: { seconds: 60, count: 10 },
    };
    await expect(dispatch(message, services())).rejects.toThrow(
      /^HDL459 what event1 makes of an event is 200011 bytes of JSON/,
    );
  });
});
