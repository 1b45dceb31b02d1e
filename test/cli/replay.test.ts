// The plan of `heddle dead-letters replay`: what cannot be done again is in it, with the reason.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { actions } from '../../lib/cli/console/actions.ts';
import { printLetters } from '../../lib/cli/dead-letters/table.ts';
import { likeness } from '../../lib/console/index.ts';
import { type DeadLetter, manifestName } from '../../lib/records/index.ts';
import { openRecorded, type Recorded, runRecord } from './recorded.ts';
import { testSetting } from './setting.ts';

const letterOf = (pipeline: string, run: string, lastAt: string, item: number): DeadLetter => ({
  ...{ pipeline, run, partition: 'monday', stage: 'clean', item, error: 'E', cause: 'no', attempts: 1 },
  ...{ firstAt: '2026-01-01T10:00:00.000Z', lastAt, definitionHash: 'd' },
});

let recorded: Recorded;
beforeAll(async () => {
  recorded = await openRecorded({ manifests: [{ pipeline: 'orders' }] });
  const { runs, deadLetters } = recorded.ledger;
  await runs.create(runRecord('orders', 'ended', { status: 'failed', endedAt: '2026-01-01T10:00:05.000Z' }));
  await runs.create(runRecord('orders', 'open', { status: 'running' }));
  for (const run of ['ended', 'open', 'gone', 'gone'].map((name, item) => ({ name, item })))
    await deadLetters.write(
      letterOf('orders', run.name, `2026-01-01T10:00:0${9 - run.item}.000Z`, run.item),
      recorded.services.queueUrl,
    );
});
afterAll(() => recorded.close());

test('each run is in it, that whose record is gone too', async () => {
  const { code, stdout } = await recorded.heddle('dead-letters', 'replay', '--stage', 'clean', '--json');
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect({ code, rows }).toMatchObject({
    code: 0,
    rows: [
      { run: 'ended', items: 1, plan: 'again, then what depends on it' },
      { run: 'open', items: 1, plan: 'the run is running: wait for its end' },
      { run: 'gone', items: 2, plan: 'the record of the run is gone: discard it' },
    ],
  });
});

test('the oldest are sent first; what reads others waits for them, all that it reads', async () => {
  const { services, ledger, heddle, close } = await openRecorded({ manifests: [] });
  try {
    const { aws } = services;
    const queue = async (QueueName: string) => String((await aws.call('sqs', 'CreateQueue', { QueueName })).QueueUrl);
    const put = (Name: string, manifest: object) =>
      aws.call('ssm', 'PutParameter', { Name, Type: 'String', Value: JSON.stringify(manifest), Overwrite: true });
    for (const [pipeline, upstream] of [
      ['orders', {}],
      ['report', { days: 'orders' }],
    ] as const) {
      const [replayQueueUrl, deadLetterQueueUrl] = [await queue(`${pipeline}-replay`), await queue(`${pipeline}-dead`)];
      const manifest = { pipeline, stages: [], upstream, replayQueueUrl, deadLetterQueueUrl };
      await put(manifestName('heddle', pipeline), manifest);
    }
    const shared = {
      orchestrator: 'heddle',
      pipelines: ['orders', 'report'],
      table: 'ledger',
      payloadBucket: 'payloads',
    };
    await put(manifestName('heddle'), shared);
    const ended = { status: 'failed', endedAt: '2026-01-01T10:00:05.000Z' } as const;
    for (const run of ['o1', 'o2', 'o3']) await ledger.runs.create(runRecord('orders', run, ended));
    const upstreamLists = { days: [{ pipeline: 'orders', run: 'o2', partition: 'o2' }] };
    await ledger.runs.create(runRecord('report', 'r1', { ...ended, upstreamLists }));
    for (const [pipeline, run] of [
      ['orders', 'o1'],
      ['orders', 'o2'],
      ['orders', 'o3'],
      ['report', 'r1'],
    ] as const)
      await ledger.deadLetters.write(
        letterOf(pipeline, run, `2026-01-01T10:00:0${run.slice(1)}.000Z`, 0),
        await queue(`${pipeline}-dead`),
      );
    const sent = async (pipeline: string) => {
      const asked = { QueueUrl: await queue(`${pipeline}-replay`), MaxNumberOfMessages: 10, VisibilityTimeout: 0 };
      const { Messages = [] } = await aws.call('sqs', 'ReceiveMessage', asked);
      return (Messages as readonly { readonly Body: string }[]).map(({ Body }) => JSON.parse(Body).run);
    };
    const replayed = heddle('dead-letters', 'replay', '--stage', 'clean', '--go', '--no-wait', '--json');
    for (let run: readonly string[] = []; run.length < 3; run = await sent('orders'));
    expect([await sent('orders'), await sent('report')]).toEqual([['o1', 'o2', 'o3'], []]);
    const order = { id: 'x', generation: 2, again: [], below: [], items: {}, by: 'me', reason: 'a letter' };
    await ledger.runs.resume('orders', 'o2', order, { at: '2026-01-01T11:00:00.000Z' });
    await ledger.runs.end('orders', 'o2', { ...ended, status: 'completed' }, 2);
    expect(await replayed).toMatchObject({ code: 0 });
    expect(await sent('report')).toEqual(['r1']);
  } finally {
    await close();
  }
});

test('a list that is narrower than the table shows the cause before how often and when', async () => {
  const listed = async (width: number) => {
    const { setting, stdout } = testSetting([]);
    const outlet = { ...setting.stdout, isTerminal: true, width };
    printLetters([letterOf('orders', 'run-of-january', '2026-11-24T11:00:00.000Z', 7)], false, {
      ...setting,
      stdout: outlet,
    });
    return stdout().split('\n')[0]?.split(/ +/);
  };
  expect(await listed(120)).toEqual(['id', 'pipeline', 'failed', 'attempts', 'error', 'cause']);
  expect(await listed(60)).toEqual(['id', 'failed', 'error', 'cause']);
  expect(await listed(48)).toEqual(['id', 'error', 'cause']);
  const { stdout } = await recorded.heddle('dead-letters', 'list', '--stage', 'nope');
  expect(stdout).toMatch(/^No such dead letter in /);
});

test('a button for what failed alike means that, and no other', async () => {
  const { services, ledger, heddle, close } = await openRecorded({ manifests: [{ pipeline: 'orders' }] });
  try {
    const causes = [
      ...['event 01HZX3Q4K5M6N7P8', 'event 4442587FB7D0A2F9', 'event 0A49CE4060975EAC', 'event 12'],
      ...['error 123456 of item 7', 'error 503 of item 7', 'error 503 of item 12'],
      ...['', 'a traceback:\n  line 7', 'a traceback:\n  line 12'],
    ];
    for (const [item, cause] of causes.entries())
      await ledger.deadLetters.write(
        { ...letterOf('orders', 'ended', '2026-01-01T10:00:00.000Z', item), cause },
        services.queueUrl,
      );
    const sizes = await Promise.all(
      [...Map.groupBy(causes, likeness).values()].map(async (group) => {
        const [cause = ''] = group;
        const given = { pipeline: 'orders', stage: 'clean', error: 'E', cause: cause.replaceAll('\n', '\r\n') }; // as a browser sends it
        const words = actions.replay?.words(given) ?? [];
        const { stdout } = await heddle('dead-letters', 'list', ...words, '--json');
        const found = stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line).cause);
        expect(found.toSorted()).toEqual(group.toSorted());
        return group.length;
      }),
    );
    expect(sizes).toEqual([1, 2, 1, 1, 2, 1, 2]);
  } finally {
    await close();
  }
});
