// Starts per partition: which keys there are, how a partition stands, and what a start writes.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { by, daily, keys } from '../../lib/definition/index.ts';
import { openLedger } from '../../lib/ledger/index.ts';
import { begin, dispatch, finish, reconcile, type Services } from '../../lib/operators/index.ts';
import type { PartitionState, PipelineManifest, RunFacts, StartMessage } from '../../lib/records/index.ts';
import type { Aws } from '../../lib/support/aws-call.ts';
import { machines, manual, openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
  const deployed: { readonly [pipeline: string]: Partial<PipelineManifest> } = {
    days: { partitions: daily({ from: '2026-01-01', to: '2026-01-31', timeZone: 'Europe/Berlin' }) },
    grid: { partitions: by({ day: daily({ from: '2026-01-01' }), source: keys(['web', 'shop']) }) },
    shops: { partitions: keys(['web', 'shop']) },
    collect: {},
    sentiment: { upstream: { collect: 'collect' } },
    summary: { upstream: { collect: 'collect', sentiment: 'sentiment' } },
  };
  for (const [pipeline, manifest] of Object.entries(deployed)) await workshop.deploy(pipeline, manifest);
});
afterAll(() => workshop.local.close());

const start = async (pipeline: string, id: string, partition: string): Promise<RunFacts> => {
  const outcome = await dispatch(manual(id, { pipeline, partition, input: {} }), workshop.services);
  if (outcome.kind !== 'started') throw new Error(JSON.stringify(outcome));
  return begun(pipeline, outcome.run);
};

const begun = async (pipeline: string, run: string): Promise<RunFacts> => {
  const execution = `${machines.replace('stateMachine', 'execution')}:heddle-${pipeline}:${run}`;
  return (await begin({ pipeline, definitionHash: 'abc', execution, input: { run }, control: [] }, workshop.services))
    .run;
};

const end = (run: RunFacts) =>
  finish({ run, stages: [], chosen: {}, output: { kind: 'value', value: run.id } }, workshop.services);

const announced = (pipeline: string, { pipeline: above, id, partition }: RunFacts): Promise<string> =>
  dispatch(
    { kind: 'upstream', pipeline, event: { detail: { pipeline: above, run: id, partition, status: 'completed' } } },
    workshop.services,
  ).then((outcome) => ('run' in outcome ? outcome.run : 'reason' in outcome ? outcome.reason : 'nothing'));

const stateOf = async (pipeline: string, partition: string): Promise<PartitionState | undefined> =>
  (await workshop.local.ledger.standings().of(pipeline, [partition]))[0]?.state;

describe('a start names a partition that there is', () => {
  test.each<[string, string, string, string]>([
    [
      'a day that no month has',
      'days',
      '2026-02-30',
      "'2026-02-30' is no day in Europe/Berlin; one looks like 2026-01-31",
    ],
    ['one before the first', 'days', '2025-12-31', '2025-12-31 is before the first, 2026-01-01'],
    ['a key that is not in the list', 'shops', 'wep', "'wep' is not one of web, shop; did you mean web?"],
  ])('%s is refused, and nothing starts', async (_, pipeline, partition, why) => {
    const refused = dispatch(manual('x', { pipeline, partition, input: {} }), workshop.services);
    await expect(refused).rejects.toThrow(`HDL440 ${pipeline} has no partition ${partition}: ${why}`);
    expect(await workshop.executions(pipeline)).toBe(0);
    expect(await workshop.local.ledger.runs.latest(pipeline, 1)).toEqual([]);
  });

  test('an object names its partition, by its dimensions where it has two', async () => {
    const drop = (key: string) =>
      dispatch(
        {
          kind: 'object',
          pipeline: 'grid',
          keyTemplate: 'drops/{day}/{source}/*',
          event: { detail: { bucket: { name: 'inbox' }, object: { key, etag: 'e' } } },
        },
        workshop.services,
      );
    const outcome = await drop('drops/2026-01-05/web/a.csv');
    const record = await workshop.local.ledger.runs.get('grid', 'run' in outcome ? outcome.run : '');
    expect(record?.slice).toMatchObject({ key: '2026-01-05|web', parts: { day: '2026-01-05', source: 'web' } });
    await expect(drop('drops/2026-01-05/mail/a.csv')).rejects.toThrow(/HDL440 grid has no partition 2026-01-05\|mail/);
    await expect(drop('drops/web/a.csv')).rejects.toThrow(/HDL403/);
  });

  test('a run knows from when to when its partition lasts', async () => {
    const run = await start('days', 'slice', '2026-01-05');
    const scope = { pipeline: 'days', run: run.id, partition: run.partition, chosen: {} };
    const ref = { kind: 'ref', source: { kind: 'partition' }, path: [] } as const;
    expect(await workshop.local.ledger.resolver().resolve(ref, scope)).toEqual({
      key: '2026-01-05',
      start: '2026-01-04T23:00:00.000Z',
      end: '2026-01-05T23:00:00.000Z',
    });
  });
});

describe('how a partition stands', () => {
  test('missing, running, completed, failed; and stale once its upstream was run again', async () => {
    expect(await stateOf('collect', 'monday')).toBe('missing');
    const first = await start('collect', 'first', 'monday');
    expect(await stateOf('collect', 'monday')).toBe('running');
    await end(first);
    expect(await stateOf('collect', 'monday')).toBe('completed');

    const below = await begun('sentiment', await announced('sentiment', first));
    await end(below);
    const summary = await begun('summary', await announced('summary', below));
    await end(summary);
    expect(await stateOf('summary', 'monday')).toBe('completed');

    const again = await start('collect', 'again', 'monday');
    expect(await stateOf('sentiment', 'monday')).toBe('completed'); // until there is something newer
    await end(again);
    expect(await workshop.local.ledger.standings().of('sentiment', ['monday', 'tuesday'])).toMatchObject([
      { state: 'stale', because: 'collect monday was run again' },
      { state: 'missing' },
    ]);
    expect(await stateOf('summary', 'monday')).toBe('stale');
  });

  test('where two ways meet again, the last waits for both to have followed', async () => {
    const [collect] = await workshop.local.ledger.runs.latest('collect', 1);
    const again: RunFacts = {
      pipeline: 'collect',
      id: collect?.run ?? '',
      partition: 'monday',
      definitionHash: '',
      execution: '',
    };
    const before = await workshop.executions('summary');
    expect(await announced('summary', again)).toBe(
      'upstream sentiment is stale for partition monday: collect monday was run again',
    );
    const below = await begun('sentiment', await announced('sentiment', again));
    await end(below);
    const run = await announced('summary', below);
    expect(await announced('summary', again)).toBe(run);
    expect(await workshop.executions('summary')).toBe(before + 1);
    expect(await stateOf('sentiment', 'monday')).toBe('completed');
  });

  test('failed, when its newest run was stopped', async () => {
    const { id } = await start('collect', 'stopped', 'friday');
    const stateMachineArn = `${machines}:heddle-collect`;
    await reconcile({ detail: { stateMachineArn, name: id, status: 'ABORTED' } }, 'heddle-', workshop.services);
    expect(await stateOf('collect', 'friday')).toBe('failed');
  });

  test('a writer that was held up does not undo the end of a run', async () => {
    const run = await start('collect', 'late', 'sunday');
    await end(run);
    const record = await workshop.local.ledger.runs.get('collect', run.id);
    const early = { pipeline: 'collect', partition: 'sunday', run: run.id, status: 'pending', updatedAt: 'x' } as const;
    await workshop.local.ledger.runs.markPartition(early, record?.createdAt ?? '');
    expect(await stateOf('collect', 'sunday')).toBe('completed');
  });
});

test('a start writes twice to the ledger, and its history still begins with who asked', async () => {
  const writes: string[] = [];
  const aws: Aws = {
    ...workshop.local.aws,
    call: (service, operation, input) => {
      if (service === 'dynamodb' && /^(Put|Update)/.test(operation)) writes.push(operation);
      return workshop.local.aws.call(service, operation, input);
    },
  };
  const services: Services = {
    ...workshop.services,
    aws,
    ledger: openLedger(aws, { table: 'ledger', payloadBucket: 'payloads' }),
  };
  const message: StartMessage = manual('counted', { partition: '2026-01-07' });
  const outcome = await dispatch(message, services);
  expect(writes).toEqual(['PutItem', 'UpdateItem']);
  const run = 'run' in outcome ? outcome.run : '';
  expect(await workshop.local.ledger.audit.list('orders', run)).toMatchObject([
    { id: 'asked', by: 'test', what: 'asked', detail: 'manual: test' },
  ]);
});

test('a schedule is for the newest partitions that are due at its time, each of them once', async () => {
  const time = '2026-02-03T03:00:00Z';
  const schedule = { kind: 'schedule', schedule: 'schedule1', time, timeZone: 'UTC', input: {} } as const;
  expect(await dispatch({ ...schedule, pipeline: 'grid' }, workshop.services)).toEqual({
    kind: 'spread',
    partitions: 2,
  });
  const { Messages = [] } = await workshop.local.service('sqs').call('ReceiveMessage', {
    QueueUrl: workshop.services.startQueueUrl,
    MaxNumberOfMessages: 10,
  });
  const sent = (Messages as { Body: string }[]).map(({ Body }) => JSON.parse(Body) as StartMessage);
  const asked = sent.filter(({ kind }) => kind === 'schedule');
  for (const message of [...asked, ...asked]) await dispatch(message, workshop.services);
  const runs = await workshop.local.ledger.runs.latest('grid', 20);
  const own = runs.filter(({ trigger }) => trigger.kind === 'schedule').map(({ partition }) => partition);
  expect(own.sort()).toEqual(['2026-02-02|shop', '2026-02-02|web']);
  // Of days in Berlin, that ends with January: 3 February is after the last, so the last is the newest.
  const outcome = await dispatch({ ...schedule, pipeline: 'days' }, workshop.services);
  expect(outcome).toMatchObject({ kind: 'started', run: expect.stringMatching(/^2026-01-31-/) });
});
