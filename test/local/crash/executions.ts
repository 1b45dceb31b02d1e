// What is carried out, and how it must have ended.
import { setTimeout as pause } from 'node:timers/promises';
import type { Shape } from '../../../lib/local/index.ts';
import { arn, asking, few, type Life, numbers, type Subject } from './asking.ts';

const invoke = (name: string, more: object) => ({ Type: 'Task', Resource: arn('lambda', `function:${name}`), ...more });

const missing = (what: string, wanted: readonly unknown[], found: ReadonlySet<unknown>): string[] =>
  wanted.filter((one) => !found.has(one)).map((one) => `${what} ${one} is lost`);

export const executions = (life: Life): Readonly<Record<string, Subject>> => {
  const { engine, notes, note, fault } = life;
  const { sqs, sfn, s3, once, unless, queue, take, machine, started, ended } = asking(life);

  /** Children of a Distributed Map, and the files of their results. */
  const map: Subject = async () => {
    const Bucket = 'results';
    await s3('CreateBucket', { Bucket });
    const made = await machine('map', {
      StartAt: 'M',
      States: {
        M: {
          Type: 'Map',
          Items: '{% [1..30] %}',
          MaxConcurrency: 4,
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
            StartAt: 'T',
            States: { T: invoke('work', { Arguments: { child: '{% $states.input %}' }, End: true }) },
          },
          ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Arguments: { Bucket, Prefix: 'out' } },
          End: true,
        },
      },
    });
    const wrong: string[] = [];
    for (const n of [1, 2, 3]) {
      const executionArn = await started(made, `m${n}`);
      wrong.push(...(await ended(executionArn, 'SUCCEEDED')));
      const { output } = await engine.ended(executionArn);
      const { Key } = JSON.parse(String(output)).ResultWriterDetails;
      const { Body } = await s3('GetObject', { Bucket, Key });
      const { ResultFiles } = JSON.parse(Buffer.from(Body as Uint8Array).toString());
      const outputs: unknown[] = [];
      for (const file of ResultFiles.SUCCEEDED) {
        const result = await s3('GetObject', { Bucket, Key: file.Key });
        outputs.push(
          ...JSON.parse(Buffer.from(result.Body as Uint8Array).toString()).map(
            (one: Shape) => JSON.parse(String(one.Output)).child,
          ),
        );
      }
      if (outputs.length !== 30) wrong.push(`m${n} has ${outputs.length} results`);
      wrong.push(
        ...missing(
          `the result of m${n} of`,
          Array.from({ length: 30 }, (_, at) => at + 1),
          new Set(outputs),
        ),
      );
    }
    return wrong;
  };

  /** Tasks that somebody answers: what was answered is not waited for again. */
  const tokens: Subject = async () => {
    const QueueUrl = await queue('asked', { VisibilityTimeout: '1' });
    const made = await machine('tokens', {
      StartAt: 'A',
      States: {
        A: {
          Type: 'Task',
          Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
          Arguments: {
            QueueUrl,
            MessageBody: { n: '{% $states.input.n %}', token: '{% $states.context.Task.Token %}' },
          },
          End: true,
        },
      },
    });
    const arns = await Promise.all(numbers.map((n) => started(made, `t${n}`, { n })));
    const wrong: string[] = [];
    let isOver = false;
    const ends = Promise.all(arns.map((one, n) => ended(one, 'SUCCEEDED', n)));
    void ends.finally(() => {
      isOver = true;
    });
    while (!isOver)
      for (const { Body, ReceiptHandle } of await take(QueueUrl)) {
        const { n, token } = JSON.parse(String(Body));
        // Asked twice, of a life that was killed as it asked, with the same token or with one that nobody waits for.
        const answer = async (): Promise<void> => {
          await sfn('SendTaskSuccess', { taskToken: token, output: String(n) });
          if (notes.has(`answered ${n}`)) wrong.push(`${n} was waited for again after it was answered`);
          note(`answered ${n}`);
        };
        await unless('TaskTimedOut', answer());
        await sqs('DeleteMessage', { QueueUrl, ReceiptHandle });
      }
    return [...wrong, ...(await ends).flat()];
  };

  /** Activities: a worker that is gone is waited for as long as its heartbeat says. */
  const activities: Subject = async () => {
    const { activityArn } = await sfn('CreateActivity', { name: 'by-hand' });
    const made = await machine('activities', {
      StartAt: 'A',
      States: {
        A: {
          Type: 'Task',
          Resource: activityArn,
          HeartbeatSeconds: 1,
          Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 1, BackoffRate: 1, MaxAttempts: 50 }],
          End: true,
        },
      },
    });
    const arns = await Promise.all(few.map((n) => started(made, `a${n}`, { n })));
    const ends = Promise.all(arns.map((one, n) => ended(one, 'SUCCEEDED', { n })));
    let isOver = false;
    void ends.finally(() => {
      isOver = true;
    });
    const gone = new AbortController();
    void ends.finally(() => gone.abort());
    while (!isOver) {
      const { taskToken, input } = await engine.service('sfn').call('GetActivityTask', { activityArn }, gone.signal);
      if (taskToken === undefined || taskToken === null) continue;
      await unless('TaskTimedOut', sfn('SendTaskSuccess', { taskToken, output: input }));
      note(`activity ${input}`);
    }
    return (await ends).flat();
  };

  /** One that failed and is redriven goes on where it failed, once. */
  const redrives: Subject = async () => {
    const made = await machine('redriven', {
      StartAt: 'First',
      States: {
        First: invoke('work', { Arguments: { first: '{% $states.input.n %}' }, Next: 'Second' }),
        Second: invoke('fails', { End: true }),
      },
    });
    const arns = await Promise.all(few.map((n) => started(made, `r${n}`, { n })));
    const wrong: string[] = [];
    if (!notes.has('mended')) {
      for (const one of arns) for (const problem of await ended(one, 'FAILED')) fault(`redrives: ${problem}`);
      note('mended');
    }
    for (const executionArn of arns)
      await once(`redriven ${executionArn}`, () => sfn('RedriveExecution', { executionArn, clientToken: 'again' }));
    for (const executionArn of arns) {
      wrong.push(...(await ended(executionArn, 'SUCCEEDED', 'mended')));
      const { redriveCount } = await sfn('DescribeExecution', { executionArn });
      if (redriveCount !== 1) wrong.push(`${executionArn} was redriven ${redriveCount} times`);
    }
    return wrong;
  };

  /** A machine that is deleted is gone when its executions have ended, and they end. */
  const deletes: Subject = async () => {
    const wrong: string[] = [];
    for (const n of few) {
      const name = `deleted${n}`;
      const stateMachineArn = arn('states', `stateMachine:${name}`);
      const executionArn = arn('states', `execution:${name}:e`);
      await once(`${name} began`, async () => {
        await machine(name, {
          StartAt: 'W',
          States: {
            W: { Type: 'Wait', Seconds: 1, Next: 'T' },
            T: invoke('work', { Arguments: { of: name }, End: true }),
          },
        });
        await started(stateMachineArn, 'e');
      });
      await once(`${name} deleted`, () => sfn('DeleteStateMachine', { stateMachineArn }));
      wrong.push(...(await ended(executionArn, 'SUCCEEDED', { of: name })));
      await pause(10);
      const { stateMachines } = await sfn('ListStateMachines', {});
      if ((stateMachines as readonly Shape[]).some((one) => one.name === name)) wrong.push(`${name} is still there`);
    }
    return wrong;
  };

  return { map, tokens, activities, redrives, deletes };
};
