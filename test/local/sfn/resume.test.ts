import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { virtualClock } from '../../../lib/local/virtual-clock.ts';
import { engine, type Handler, invoke } from './engine.ts';

// Every stage doubles a number; the machine has each kind of state that can be in the middle of something.
const machine = {
  QueryLanguage: 'JSONata',
  StartAt: 'First',
  States: {
    First: invoke('double', '{% $states.input.n %}', { Next: 'Keep' }),
    Keep: { Type: 'Pass', Assign: { kept: '{% $states.input %}' }, Next: 'Wait' },
    Wait: { Type: 'Wait', Seconds: 3600, Next: 'Fork' },
    Fork: {
      Type: 'Parallel',
      Branches: [
        {
          StartAt: 'Left',
          States: {
            Left: invoke('double', '{% $states.input %}', { Next: 'Left2' }),
            Left2: invoke('double', '{% $states.input %}', { End: true }),
          },
        },
        { StartAt: 'Right', States: { Right: invoke('double', '{% $kept %}', { End: true }) } },
      ],
      Next: 'Each',
    },
    Each: {
      Type: 'Map',
      MaxConcurrency: 2,
      Items: '{% [$states.input, $kept] %}',
      ItemSelector: { value: '{% $states.context.Map.Item.Value %}', at: '{% $states.context.Map.Item.Index %}' },
      ItemProcessor: {
        ProcessorConfig: { Mode: 'INLINE' },
        StartAt: 'One',
        States: { One: invoke('double', '{% $states.input.value + $states.input.at %}', { End: true }) },
      },
      Next: 'Spread',
    },
    Spread: {
      Type: 'Map',
      MaxConcurrency: 1,
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Child',
        States: { Child: invoke('double', '{% $states.input %}', { End: true }) },
      },
      End: true,
    },
  },
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sfn-resume-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The files as `kill -9` would leave them now. */
const killed = (database: string): string => {
  copyFileSync(database, `${database}.killed`);
  copyFileSync(`${database}-wal`, `${database}.killed-wal`);
  return `${database}.killed`;
};

/** An engine that goes down in its call number `crashAt`. Gives its files and the calls that had been answered. */
const crashing = async (database: string, crashAt: number): Promise<{ files: string; calls: number[] }> => {
  const calls: number[] = [];
  let down = false;
  return new Promise((resolve, reject) => {
    const double: Handler = (event) => {
      if (down || calls.length + 1 === crashAt) {
        if (!down) resolve({ files: killed(database), calls: [...calls] });
        down = true;
        return new Promise(() => undefined);
      }
      calls.push(Number(event));
      return Number(event) * 2;
    };
    const before = engine({ database, functions: { double } });
    before
      .create(machine)
      .then((arn) => before.start(arn, { n: 1 }))
      .catch(reject);
  });
};

describe('an engine that goes down in the middle of a call carries on', () => {
  const whole = async () => {
    const calls: number[] = [];
    const double: Handler = (event) => {
      calls.push(Number(event));
      return Number(event) * 2;
    };
    const { run } = engine({ functions: { double } });
    return { ...(await run(machine, { n: 1 })), calls };
  };

  test('at every call of a machine with all kinds of states', async () => {
    const { output, status, calls } = await whole();
    expect(status).toBe('SUCCEEDED');
    for (let crashAt = 1; crashAt <= calls.length; crashAt++) {
      const database = join(folder, `crash-${crashAt}.db`);
      const { files, calls: done } = await crashing(database, crashAt);
      const again: number[] = [];
      const double: Handler = (event) => {
        again.push(Number(event));
        return Number(event) * 2;
      };
      const after = engine({ database: files, functions: { double } });
      const ended = await after.ended('arn:aws:states:us-east-1:111111111111:execution:machine:run');
      expect({ crashAt, ...ended }).toMatchObject({ crashAt, status: 'SUCCEEDED', output });
      // Each call once, but for those that had answered in the very turn of the crash and those beside the one that hung.
      const surplus = done.length + again.length - calls.length;
      expect({ crashAt, surplus: surplus >= 0 && surplus <= 1 }).toEqual({ crashAt, surplus: true });
      const ids = (await after.history('arn:aws:states:us-east-1:111111111111:execution:machine:run')).map(
        ({ id }) => id,
      );
      expect(ids).toEqual(ids.map((_, index) => index + 1));
      await after.close();
    }
  });
});

describe('an engine that is closed', () => {
  test('takes up again what it was doing, a distributed map and its children too', async () => {
    const database = join(folder, 'closed.db');
    let down = true;
    const work: Handler = (n) => (down && n === 2 ? new Promise(() => undefined) : Number(n) * 10);
    const definition = {
      QueryLanguage: 'JSONata',
      StartAt: 'M',
      States: {
        M: {
          Type: 'Map',
          Items: '{% [1, 2, 3, $floor($random() * 1000)] %}',
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
            StartAt: 'W',
            States: { W: invoke('work', '{% $states.input %}', { End: true }) },
          },
          End: true,
        },
      },
    };
    const before = engine({ database, functions: { work } });
    const executionArn = await before.start(await before.create(definition));
    const children = async () => {
      const [{ mapRunArn = '' } = {}] = (await before.call('ListMapRuns', { executionArn })).mapRuns as {
        mapRunArn?: string;
      }[];
      return (await before.call('ListExecutions', { mapRunArn })).executions as { status: string; name: string }[];
    };
    const done = async () => (await children()).filter(({ status }) => status === 'SUCCEEDED').length;
    while ((await before.history(executionArn)).length < 4 || (await done()) < 3) await new Promise(setImmediate);
    await before.close();
    expect(before.events.map(({ detail }) => detail.status)).toEqual(['RUNNING']);
    down = false;
    const after = engine({ database, functions: { work } });
    const { status, output } = await after.ended(executionArn);
    expect({ status, first: (output as number[]).slice(0, 3), length: (output as number[]).length }).toEqual({
      status: 'SUCCEEDED',
      first: [10, 20, 30],
      length: 4,
    });
    const [{ mapRunArn = '' } = {}] = (await after.call('ListMapRuns', { executionArn })).mapRuns as {
      mapRunArn?: string;
    }[];
    expect(await after.call('DescribeMapRun', { mapRunArn })).toMatchObject({
      status: 'SUCCEEDED',
      executionCounts: { total: 4, succeeded: 4 },
    });
  });
});

describe('a token that is answered while its call is still on its way', () => {
  test.each([
    ['completed', 'SendTaskSuccess', { output: '"done"' }, { status: 'SUCCEEDED', output: 'done' }],
    ['failed', 'SendTaskFailure', { error: 'No' }, { status: 'FAILED', error: 'No' }],
  ])('is %s, whatever happens next', async (name, operation, answer, expected) => {
    const database = join(folder, `early-${name}.db`);
    const definition = {
      QueryLanguage: 'JSONata',
      StartAt: 'Ask',
      States: {
        Ask: {
          Type: 'Task',
          Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
          Arguments: { FunctionName: 'ask', Payload: '{% $states.context.Task.Token %}' },
          End: true,
        },
      },
    };
    let told: (token: unknown) => void = () => undefined;
    const asked = new Promise((resolve) => {
      told = resolve;
    });
    const ask: Handler = (token) => {
      told(token);
      return new Promise(() => undefined);
    };
    const before = engine({ database, functions: { ask } });
    const executionArn = await before.start(await before.create(definition));
    await before.call(operation, { taskToken: await asked, ...answer });
    let again = 0;
    const after = engine({ database: killed(database), functions: { ask: () => again++ } });
    expect(await after.ended(executionArn)).toMatchObject(expected);
    expect(again).toBe(0);
    await expect(after.call(operation, { taskToken: await asked, ...answer })).rejects.toThrow(
      /does not exist anymore/,
    );
  });
});

describe('a damaged log', () => {
  test('fails its own execution, by name, and no other', async () => {
    const database = join(folder, 'damaged.db');
    const definition = { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 3600, End: true } } };
    const before = engine({ database });
    before.clock.hold();
    const arn = await before.create(definition);
    const [broken, sound] = [await before.start(arn, {}, 'broken'), await before.start(arn, {}, 'sound')];
    const files = killed(database);
    const tool = new DatabaseSync(files);
    tool.exec("UPDATE sfn_log SET records = '9 9 [7' WHERE executions = '1'");
    tool.close();
    const after = engine({ database: files });
    expect(await after.ended(broken)).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: expect.stringContaining('HDL522'),
    });
    expect(await after.ended(sound)).toMatchObject({ status: 'SUCCEEDED' });
    await expect(after.history(broken)).rejects.toThrow('HDL522');
    const told = after.events.map(({ detail: { name, status } }) => `${name} ${status}`);
    expect(told).toEqual(['broken FAILED', 'sound SUCCEEDED']);
  });
});

// Damaged, or taken by a version of the engine that knew less of AWS's rules.
test('a definition that is refused now fails its own executions, by name, and no others', async () => {
  const database = join(folder, 'refused.db');
  const definition = { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 3600, End: true } } };
  const before = engine({ database });
  before.clock.hold();
  const broken = await before.start(await before.create(definition, 'broken'));
  const sound = await before.start(await before.create(definition, 'sound'));
  const files = killed(database);
  const tool = new DatabaseSync(files);
  tool.exec(`UPDATE sfn_revisions SET definition = '{"StartAt":"W"}' WHERE machine_arn LIKE '%:broken'`);
  tool.close();
  const after = engine({ database: files });
  expect(await after.ended(broken)).toMatchObject({
    status: 'FAILED',
    error: 'States.Runtime',
    cause: expect.stringMatching(/^HDL524 .*These fields are required: \[States\]/),
  });
  expect(await after.ended(sound)).toMatchObject({ status: 'SUCCEEDED' });
});

describe('what is due keeps its time', () => {
  test('a wait of an hour that had begun ends an hour after it began', async () => {
    const database = join(folder, 'wait.db');
    const definition = { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 3600, End: true } } };
    const frozen = engine({ database });
    frozen.clock.hold(); // the engine is down before the hour is over
    const executionArn = await frozen.start(await frozen.create(definition));
    const began = frozen.clock.now();
    const after = engine({ database: killed(database) });
    await after.ended(executionArn);
    expect(after.clock.now() - began).toBe(3_600_000);
  });

  test('a call that is made again has the time of its task again', async () => {
    const database = join(folder, 'timeout.db');
    const definition = { StartAt: 'T', States: { T: invoke('slow', '{}', { TimeoutSeconds: 10, End: true }) } };
    const asked = Promise.withResolvers<void>();
    const first = engine({ database, functions: { slow: () => new Promise(() => asked.resolve()) } });
    const executionArn = await first.start(await first.create({ QueryLanguage: 'JSONata', ...definition }));
    await asked.promise;
    const clock = virtualClock(first.clock.now() + 60_000);
    const second = engine({ database: killed(database), clock, functions: { slow: () => 1 }, takes: () => 9_000 });
    expect(await second.ended(executionArn)).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('a retry is not counted twice and a task token survives', async () => {
    const database = join(folder, 'token.db');
    const definition = {
      QueryLanguage: 'JSONata',
      StartAt: 'Ask',
      States: {
        Ask: {
          Type: 'Task',
          Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
          Arguments: { FunctionName: 'ask', Payload: '{% $states.context.Task.Token %}' },
          Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 5, MaxAttempts: 1 }],
          End: true,
        },
      },
    };
    const tokens: string[] = [];
    const ask: Handler = (token) => {
      tokens.push(String(token));
      if (tokens.length === 1) throw new TypeError('busy');
      return 'asked';
    };
    const first = engine({ database, functions: { ask } });
    const executionArn = await first.start(await first.create(definition));
    while (!(await first.history(executionArn)).some(({ type }) => type === 'TaskSubmitted'))
      await new Promise(setImmediate);
    const second = engine({ database: killed(database), functions: { ask } });
    await second.call('SendTaskSuccess', { taskToken: tokens[1], output: '{"ok":true}' });
    expect(await second.ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: { ok: true } });
    expect(tokens).toHaveLength(2);
    await expect(second.call('SendTaskSuccess', { taskToken: tokens[1], output: '{}' })).rejects.toMatchObject({
      code: 'TaskTimedOut',
    });
  });
});
