// A month of a schedule and of what follows from it, in virtual time: EventBridge Scheduler, rules, start queue, dispatch, the
// emitted machines and the ledger. Only the event source of the queue is the test's own: a look every ten minutes.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { schedulerService } from '../../lib/local/services/scheduler/index.ts';
import { dispatch } from '../../lib/operators/index.ts';
import { type RunRecord, runEvents } from '../../lib/records/index.ts';
import { type Bench, openBench } from './bench.ts';
import { four } from './daily-four.ts';

const arn = 'arn:aws:sqs:us-east-1:123456789012:start';
const lookSeconds = 600;
let bench: Bench;
beforeAll(async () => {
  const fine = () => ({ score: 1, prompt: 'v4' });
  const handlers = { collecting: fine, judging: fine, counting: fine, writing: fine };
  bench = await openBench(four, handlers, [schedulerService]);
  await bench.local.service('scheduler').start?.();
});
afterAll(() => bench.close());

/** What the construct's schedule and rules send, with the texts of their templates. */
const wire = async (): Promise<void> => {
  await bench.local.service('scheduler').call('CreateSchedule', {
    Name: 'nightly',
    ScheduleExpression: 'cron(30 2 * * ? *)',
    ScheduleExpressionTimezone: 'Europe/London',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: {
      Arn: arn,
      RoleArn: 'arn:aws:iam::123456789012:role/r',
      Input: JSON.stringify({
        ...{ kind: 'schedule', pipeline: 'collect', schedule: 'nightly', time: '<aws.scheduler.scheduled-time>' },
        ...{ timeZone: 'Europe/London', expression: 'cron(30 2 * * ? *)', input: {} },
      }),
    },
  });
  const bus = bench.local.service('eventbridge');
  for (const { name, upstream } of four) {
    const pipelines = Object.values(upstream).map((each) => each.name);
    if (pipelines.length === 0) continue;
    const EventPattern = JSON.stringify({
      source: [runEvents.source],
      'detail-type': [runEvents.completed],
      detail: { pipeline: pipelines, backfill: [{ exists: false }] },
    });
    await bus.call('PutRule', { Name: name, EventBusName: 'heddle', EventPattern });
    const InputTemplate = `{"kind":"upstream","pipeline":"${name}","event":{"detail":<detail>}}`;
    const InputTransformer = { InputPathsMap: { detail: '$.detail' }, InputTemplate };
    await bus.call('PutTargets', {
      Rule: name,
      EventBusName: 'heddle',
      Targets: [{ Id: 'start', Arn: arn, InputTransformer }],
    });
  }
};

/** Does something at a time from now; the clock stands still meanwhile, as it does not know of our calls. */
const after = <Result>(seconds: number, action: () => Promise<Result>): Promise<Result> =>
  new Promise((resolve, reject) => {
    bench.later(seconds, () => action().then(resolve, reject));
  });

const consume = async (): Promise<void> => {
  const sqs = bench.local.service('sqs');
  const QueueUrl = bench.services.startQueueUrl;
  const { Messages = [] } = await sqs.call('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 });
  for (const { Body, ReceiptHandle } of Messages as { Body: string; ReceiptHandle: string }[]) {
    await dispatch(JSON.parse(Body), bench.services);
    await sqs.call('DeleteMessage', { QueueUrl, ReceiptHandle });
  }
};

const runs = async (): Promise<readonly RunRecord[]> =>
  (await Promise.all(four.map(({ name }) => bench.local.ledger.runs.latest(name, 1_000)))).flat();

test('each day has one run of each pipeline, begun when what it reads was complete', async () => {
  await after(0, wire);
  const days = 31;
  for (let looks = 0; looks < (days * 86_400) / lookSeconds; looks++) await after(lookSeconds, consume);
  const all = await after(lookSeconds, runs);
  const expected = Array.from({ length: days }, (_, day) =>
    new Date(Date.UTC(2025, 11, 31 + day)).toISOString().slice(0, 10),
  );
  for (const { name } of four) {
    const own = all.filter(({ pipeline }) => pipeline === name);
    expect(own.map(({ partition }) => partition).sort()).toEqual(expected);
    expect(new Set(own.map(({ status }) => status))).toEqual(new Set(['completed']));
  }
  const endOf = new Map(all.map(({ pipeline, run, endedAt }) => [`${pipeline} ${run}`, endedAt ?? '']));
  const early = all.filter(({ upstream, createdAt }) =>
    Object.values(upstream).some((above) => (endOf.get(`${above.pipeline} ${above.run}`) ?? '9') > createdAt),
  );
  expect(early).toEqual([]);
});
