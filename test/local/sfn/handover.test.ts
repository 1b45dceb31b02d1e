// A chain of functions that is alone writes the events between two, and those at its end, as one record: it must read as one that shares its transactions with others.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openServices, type Services } from '../../../lib/local/embedding.ts';
import type { Shape } from '../../../lib/local/service.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sfn-handover-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const functionArn = (name: string) => `arn:aws:lambda:us-east-1:123456789012:function:${name}`;
const roleArn = 'arn:aws:iam::123456789012:role/r';

/** States that call the functions of their names, one after the other; `more` adds to some. */
const chain = (names: readonly string[], more: Readonly<Record<string, Shape>> = {}): Shape => ({
  StartAt: names[0],
  States: Object.fromEntries(
    names.map((name, place) => {
      const next = names[place + 1];
      const onward = next === undefined ? { End: true } : { Next: next };
      return [name, { Type: 'Task', Resource: functionArn(name), ...onward, ...more[name] }];
    }),
  ),
});

const started = async (engine: Services, name: string, machine: Shape, execution?: string): Promise<string> => {
  const sfn = engine.service('sfn');
  const definition = JSON.stringify({ QueryLanguage: 'JSONata', ...machine });
  const { stateMachineArn } = await sfn.call('CreateStateMachine', { name, definition, roleArn });
  const { executionArn } = await sfn.call('StartExecution', { stateMachineArn, name: execution, input: '{"n":0}' });
  return String(executionArn);
};

const historyOf = async (engine: Services, executionArn: string): Promise<Shape[]> => {
  const events: Shape[] = [];
  let nextToken: unknown;
  do {
    const page = await engine.service('sfn').call('GetExecutionHistory', { executionArn, maxResults: 1000, nextToken });
    events.push(...(page.events as Shape[]));
    ({ nextToken } = page);
  } while (nextToken !== undefined);
  return events;
};

type Functions = Readonly<Record<string, (event: never) => unknown>>;

/** The records in the log of a closed engine that are handovers. */
const handoversIn = (stateDir: string): number => {
  const database = new DatabaseSync(join(stateDir, 'engine.sqlite'));
  const rows = database.prepare('SELECT records FROM sfn_log').all();
  database.close();
  return rows.filter(({ records }) => /^\d+ \d+ (j,)?i\d+,(s\d+,)?t\d+,[he],/.test(String(records))).length;
};

const refuses = () => {
  throw Object.assign(new TypeError('no'), { stack: 'a trace' });
};

const functions: Functions = {
  A: ({ n }: { n: number }) => ({ n: n + 1 }),
  B: async ({ n }: { n: number }) => ({ n: n + 1, text: 'ü\0"' }),
  C: ({ n }: { n: number }) => ({ n: n + 1 }),
  large: () => 'x'.repeat(270_000),
  bad: () => ({ toJSON: refuses }),
  fails: async () => refuses(),
  nothing: () => undefined,
  wait: () => new Promise(() => undefined),
};

interface Row {
  readonly machine: Shape;
  readonly handovers: number;
  readonly status: string;
}

const toC = { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C' }] };

/** But for times, and for the numbers of requests within texts. */
const told = (events: readonly Shape[]): Shape[] => {
  const text = JSON.stringify(events.map(({ timestamp, ...event }) => event));
  return JSON.parse(text.replaceAll(/Request ID: [0-9a-f-]{36}/g, 'Request ID: R'));
};

const rows: readonly [string, Row][] = [
  ['functions that answer', { machine: chain(['A', 'B', 'C']), handovers: 3, status: 'SUCCEEDED' }],
  ['an answer of nothing', { machine: chain(['nothing', 'bad']), handovers: 1, status: 'FAILED' }],
  [
    'one that fails and is caught',
    { machine: chain(['A', 'fails', 'B', 'C'], { fails: toC }), handovers: 2, status: 'SUCCEEDED' },
  ],
  [
    'one that is tried again',
    {
      machine: chain(['A', 'fails', 'C'], {
        fails: { Retry: [{ ErrorEquals: ['TypeError'], MaxAttempts: 1, IntervalSeconds: 1 }], ...toC },
      }),
      handovers: 2,
      status: 'SUCCEEDED',
    },
  ],
  [
    'an answer that is too large',
    { machine: chain(['A', 'large', 'C'], { large: toC }), handovers: 2, status: 'SUCCEEDED' },
  ],
  ['an answer that is no JSON', { machine: chain(['A', 'bad', 'C']), handovers: 1, status: 'FAILED' }],
  ['a function that is not there', { machine: chain(['A', 'missing', 'C']), handovers: 1, status: 'FAILED' }],
  [
    'a resource that is not there',
    {
      machine: { ...chain(['A', 'B'], { B: { Resource: 'arn:aws:states:::glue:startJobRun' } }) },
      handovers: 0,
      status: 'FAILED',
    },
  ],
  [
    'states that work something out',
    {
      machine: chain(['A', 'B', 'C', 'nothing'], {
        A: { Output: '{% $states.result %}' },
        B: { Arguments: { n: 5 } },
        C: { TimeoutSeconds: 60 },
      }),
      handovers: 1,
      status: 'SUCCEEDED',
    },
  ],
  [
    'a state of another kind between',
    {
      machine: {
        StartAt: 'A',
        States: {
          ...(chain(['A', 'B']).States as Shape),
          A: { Type: 'Task', Resource: functionArn('A'), Next: 'P' },
          P: { Type: 'Pass', Next: 'B' },
        },
      },
      handovers: 1,
      status: 'SUCCEEDED',
    },
  ],
];

/** Of a turn that takes longer than one may, as on a busy machine, events are written one by one: then a test goes on to the next try. */
const TIMES = 20;

describe('the history is the same, alone and beside another execution', () => {
  test.each(rows)('%s', async (_, { machine, handovers, status }) => {
    const run = async (others: number) => {
      const stateDir = mkdtempSync(join(folder, 'run-'));
      const engine = await openServices({ stateDir, functions });
      for (let other = 0; other < others; other++) await started(engine, 'other', chain(['wait']));
      const executionArn = await started(engine, 'm', machine);
      expect(await engine.ended(executionArn)).toMatchObject({ status });
      const events = await historyOf(engine, executionArn);
      await engine.close();
      return { events, written: handoversIn(stateDir) };
    };
    const shared = await run(1);
    expect(shared.written).toBe(0);
    let single = await run(0);
    for (let time = 1; time < TIMES && single.written < handovers; time++) single = await run(0);
    expect(single.written).toBe(handovers);
    const histories = [single.events, shared.events];
    const [alone, beside] = histories.map(told);
    expect(alone).toEqual(beside);
    expect(alone?.map(({ id }) => id)).toEqual(alone?.map((_event, place) => place + 1));
    const times = histories.map((events) => events.map(({ timestamp }) => Number(timestamp)));
    for (const ofOne of times) expect(ofOne).toEqual(ofOne.toSorted((a, b) => a - b));
  });
});

/** The state folder as kill -9 would leave it now. */
const copied = (stateDir: string, name: string): string => {
  const copy = mkdtempSync(join(folder, name));
  for (const file of ['engine.sqlite', 'engine.sqlite-wal']) copyFileSync(join(stateDir, file), join(copy, file));
  return copy;
};

test('killed while a function runs that was handed to: that one is called again, and no other', async () => {
  const stateDir = join(folder, 'first');
  const calls: string[] = [];
  const left: string[] = [];
  const noted: Functions = Object.fromEntries(
    ['A', 'B', 'C', 'D'].map((name) => [
      name,
      ({ n }: { n: number }) => {
        calls.push(`${name}${n}`);
        if (left.length < 4) left.push(copied(stateDir, name));
        return { n: n + 1 };
      },
    ]),
  );
  const engine = await openServices({ stateDir, functions: noted });
  const executionArn = await started(engine, 'm', chain(['A', 'B', 'C', 'D']));
  await engine.ended(executionArn);
  const whole = await historyOf(engine, executionArn);
  await engine.close();
  expect(calls).toEqual(['A0', 'B1', 'C2', 'D3']);
  expect(left).toHaveLength(4);

  for (const [place, copy] of left.entries()) {
    calls.length = 0;
    const again = await openServices({ stateDir: copy, functions: noted });
    expect(await again.ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: '{"n":4}' });
    expect(calls).toEqual(['A0', 'B1', 'C2', 'D3'].slice(place));
    const events = await historyOf(again, executionArn);
    await again.close();
    expect(events.map(({ id, type }) => ({ id, type }))).toEqual(whole.map(({ id, type }) => ({ id, type })));
  }
});

test('a stop that comes once the success is on disk comes too late', async () => {
  const engine = await openServices({ stateDir: join(folder, 'late'), functions: { A: answersAndStops } });
  const stops: Promise<Shape>[] = [];
  let executionArn = '';
  function answersAndStops() {
    const answer = Promise.resolve(1);
    // Behind what waits for the answer already, and ahead of what that sets going.
    queueMicrotask(
      () => void answer.then(() => stops.push(engine.service('sfn').call('StopExecution', { executionArn }))),
    );
    return answer;
  }
  let ended: Shape = {};
  // Told event by event, where a turn took too long, the success is not on disk yet: then it is done again.
  for (let time = 0; time < TIMES && ended.status !== 'SUCCEEDED'; time++) {
    executionArn = `arn:aws:states:us-east-1:123456789012:execution:m:late${time}`;
    await started(engine, 'm', chain(['A']), `late${time}`);
    ended = await engine.ended(executionArn);
    expect(stops).toHaveLength(time + 1);
  }
  expect(ended).toMatchObject({ status: 'SUCCEEDED', output: '1' });
  await Promise.all(stops);
  const events = await historyOf(engine, executionArn);
  await engine.close();
  expect(events.map(({ type }) => type)).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'LambdaFunctionScheduled',
    'LambdaFunctionStarted',
    'LambdaFunctionSucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ]);
});

/** Some of the five events fit and the others do not. */
test.each([0, 1, 2, 3, 4])(
  'after %i other states, where the history is full in a chain, its last event is the failure',
  async (passes) => {
    const stateDir = join(folder, 'long');
    const engine = await openServices({ stateDir, functions, historyLimit: 44 });
    const before = Object.fromEntries(
      Array.from({ length: passes }, (_, place) => [
        `P${place}`,
        { Type: 'Pass', Next: place + 1 < passes ? `P${place + 1}` : 'A' },
      ]),
    );
    const loop = chain(['A', 'C', 'B'], { C: { Next: 'A', Catch: [{ ErrorEquals: ['none'], Next: 'B' }] } });
    const machine = { StartAt: passes > 0 ? 'P0' : 'A', States: { ...before, ...(loop.States as Shape) } };
    const executionArn = await started(engine, 'm', machine);
    const ended = await engine.ended(executionArn);
    const events = await historyOf(engine, executionArn);
    await engine.close();
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(events.map(({ id }) => id)).toEqual(Array.from({ length: 44 }, (_, place) => place + 1));
    expect(events.at(-1)).toMatchObject({ type: 'ExecutionFailed' });
  },
);
