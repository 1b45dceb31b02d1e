// What the dashboards and alarms show: laid out on the grid of 24, of metrics that something emits, with what to type.
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import * as z from 'zod';
import { Orchestrator, Pipeline } from '../../lib/constructs/index.ts';
import type { Operators } from '../../lib/constructs/operators.ts';
import { OrchestratorDashboard } from '../../lib/constructs/orchestrator-dashboard.ts';
import { pipelineDashboard } from '../../lib/constructs/pipeline-dashboard.ts';
import type { Queues } from '../../lib/constructs/queues.ts';
import { definePipeline, defineStage } from '../../lib/definition/index.ts';
import { graphOf } from '../../lib/graph/index.ts';
import { measureEvent } from '../../lib/operators/measure-event.ts';
import { measureRun } from '../../lib/operators/measure-run.ts';
import { accountOf, type RunRecord, type StageCall, type StageRecord } from '../../lib/records/index.ts';
import { measureAttempt } from '../../lib/runtime/measure-attempt.ts';
import { fixtureTemplate, handlers, resourcesOf, testApp } from './fixtures/app.ts';
import { fixturePipelines } from './fixtures/pipelines.ts';

type Metric = readonly (string | object)[];
interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: {
    readonly title?: string;
    readonly metrics?: readonly Metric[];
    readonly alarms?: readonly string[];
  };
}

/** A joined text, with what is only known when it is deployed by its logical id. */
const flat = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : (value as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1]
        .map((part) => (typeof part === 'string' ? part : Object.values(part as object).flat()[0]))
        .join('');

const dashboardsOf = (of: Template) =>
  resourcesOf(of, 'AWS::CloudWatch::Dashboard').map(([, { Properties }]) => ({
    name: String(Properties.DashboardName),
    widgets: (JSON.parse(flat(Properties.DashboardBody)) as { widgets: readonly Widget[] }).widgets,
  }));
const template = fixtureTemplate({ monitoring: { budgets: { orders: 5 } } });
const dashboards = dashboardsOf(template);
const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);

/** Of one of our metrics as a widget has it: its name and the names of its dimensions. */
const ours = ([namespace, name, ...rest]: Metric): readonly string[] =>
  namespace === 'Heddle'
    ? [`${name} by ${rest.filter((part, at) => typeof part === 'string' && at % 2 === 0).join(', ')}`]
    : [];

const stageCall = { stage: 'list', run: { pipeline: 'orders', id: 'r' } } as unknown as StageCall;
const score = { count: 2, sum: 1, squares: 1, min: 0, max: 1, warned: 1 };
const stage: StageRecord = {
  pipeline: 'orders',
  run: 'r',
  stage: 'list',
  status: 'completed',
  attempts: 1,
  scores: { faithful: score },
  spent: { usage: { transitions: 40_000 } },
} as unknown as StageRecord;
const run = {
  pipeline: 'orders',
  run: 'r',
  status: 'failed',
  startedAt: '2026-01-01T00:00:00Z',
  endedAt: '2026-01-01T00:00:02Z',
  account: accountOf([stage]),
} as unknown as RunRecord;

afterEach(() => {
  jest.restoreAllMocks();
});

interface Emf {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] }[];
  };
  readonly [field: string]: unknown;
}

/** The lines of metrics that some work writes. */
const emittedBy = (work: () => void): readonly Emf[] => {
  const lines: string[] = [];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
  work();
  jest.restoreAllMocks();
  return lines.flatMap((line) => (line.includes('CloudWatchMetrics') ? [JSON.parse(line) as Emf] : []));
};

const namesIn = (lines: readonly Emf[]): ReadonlySet<string> =>
  new Set(
    lines.flatMap(({ _aws: { CloudWatchMetrics } }) =>
      CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) =>
        Metrics.flatMap(({ Name }) => Dimensions.map((names) => `${Name} by ${names.join(', ')}`)),
      ),
    ),
  );

const emitAll = (): void => {
  measureRun(run);
  for (const kind of ['checkFailed', 'deadlineMissed', 'stuck'] as const) measureEvent(kind, 'orders');
  const { before, after } = measureAttempt(
    () =>
      ({
        spent: { models: { m: { calls: 1, inputTokens: 1, outputTokens: 1 } }, calls: { crm: { count: 1 } } },
        measured: { queuedMs: 1, billedMs: 1, usedMb: 1 },
        scores: { faithful: score },
      }) as never,
  );
  before?.({ event: stageCall } as never);
  after?.({ event: stageCall, response: { completed: 1, failed: 0, cached: 0 } } as never);
};

describe.each(dashboards)('the dashboard $name', ({ widgets }) => {
  test('lies on the grid of 24, with nothing on top of anything', () => {
    const taken = new Map<string, string>();
    for (const { x, y, width, height, properties } of widgets) {
      expect(x + width).toBeLessThanOrEqual(24);
      for (let column = x; column < x + width; column += 1)
        for (let row = y; row < y + height; row += 1) {
          const cell = `${column}/${row}`;
          expect([cell, taken.get(cell)]).toEqual([cell, undefined]);
          taken.set(cell, properties.title ?? 'text');
        }
    }
  });

  test('begins with what rings, then what to type', () => {
    const rows = widgets.toSorted((a, b) => a.y - b.y || a.x - b.x);
    expect(rows[0]).toMatchObject({ type: 'alarm', x: 0, y: 0, width: 24 });
    expect(JSON.stringify(rows.slice(0, 6))).toContain('npx heddle ');
  });

  test('shows only metrics that the runtime emits, under these dimensions', () => {
    const emitted = namesIn(emittedBy(emitAll));
    const shown = [...new Set(widgets.flatMap(({ properties: { metrics = [] } }) => metrics.flatMap(ours)))];
    expect(shown.length).toBeGreaterThan(3);
    expect(shown.filter((metric) => !emitted.has(metric))).toEqual([]);
  });
});

test('the dashboard of the orchestrator shows the alarms of all its pipelines, and no other', () => {
  const known = alarms.map(({ AlarmName }) => String(AlarmName)).sort();
  const [shown = []] = dashboards
    .filter(({ name }) => name === 'heddle')
    .map(({ widgets }) => widgets.flatMap(({ properties: { alarms: arns = [] } }) => arns));
  const ofPipelines = known.filter((name) => fixturePipelines.some((one) => name.startsWith(`heddle-${one.name}-`)));
  expect(shown.length).toBe(known.length);
  expect(shown.flatMap((arn) => (arn.includes(':alarm:') ? [arn.split(':').at(-1)] : [])).sort()).toEqual(ofPipelines);
});

test('of many pipelines every alarm is shown, 100 to a widget, and charts as long as there is room', () => {
  const stack = new Stack(testApp(), 'Many');
  const queue = new Queue(stack, 'Queue');
  const queues = { start: queue, startFailed: queue, undelivered: queue } as unknown as Queues;
  const operators = { all: {} } as unknown as Operators; // it shows the metrics of each, here of none
  const props = { orchestrator: 'heddle', queues, operators, alarms: [], monitoring: {} };
  const dashboard = new OrchestratorDashboard(stack, 'Dashboard', props);
  for (let count = 0; count < 101; count += 1) dashboard.addPipeline(`p${count}`);
  const [{ widgets } = { widgets: [] }] = dashboardsOf(Template.fromStack(stack));
  const shown = widgets.flatMap(({ properties: { alarms: arns } }) => (arns ? [arns.length] : []));
  expect(shown).toEqual([100, 100, 100, 100, 100, 100, 100, 7]); // 7 of each
  expect(widgets.toSorted((a, b) => a.y - b.y).slice(0, 8)).toEqual(widgets.filter(({ type }) => type === 'alarm'));
  expect(widgets.length).toBeLessThanOrEqual(500);
  expect(JSON.stringify(widgets)).toContain('no room for charts of more than 90 pipelines');
});

test('of many stages those with the highest values are shown, and no widget has more metrics than it may', () => {
  const stack = new Stack(testApp(), 'Wide');
  const wide = definePipeline('wide', { input: z.object({}) }, (flow) => {
    for (let count = 0; count < 21; count += 1)
      flow.task(defineStage(`s${count}`, { input: z.object({}), output: z.object({}) }), {});
  });
  const functions = Array.from({ length: 251 }, (_, count) => `f${count}`);
  pipelineDashboard(stack, {
    orchestrator: 'heddle',
    pipeline: Pipeline.fromPipelineArn(stack, 'Wide', 'arn:aws:states:us-east-1:1:stateMachine:heddle-wide'),
    graph: graphOf(wide),
    deadLetters: new Queue(stack, 'Dead'),
    handlers: new Map(functions.map((name) => [name, LambdaFunction.fromFunctionName(stack, name, name)])),
    alarms: [],
  });
  const [{ widgets } = { widgets: [] }] = dashboardsOf(Template.fromStack(stack));
  const titled = (title: string) => widgets.find(({ properties }) => properties.title?.startsWith(title))?.properties;
  expect(titled('Failed attempts')?.metrics).toEqual([
    [
      expect.objectContaining({
        expression: `SLICE(SORT(SEARCH('{Heddle,pipeline,stage} MetricName="Failures" pipeline="wide"', 'Sum', 300), MAX, DESC), 0, 20)`,
      }),
    ],
  ]);
  expect(titled('Lambda errors')).toMatchObject({ title: 'Lambda errors and throttles, of the first 200' });
  for (const { properties } of widgets) expect(properties.metrics?.length ?? 0).toBeLessThanOrEqual(500);
});

test.each([
  ['heddle-orders-failure-rate', 20, /runs orders --failed --aws/],
  ['heddle-orders-runs-failed', 1, /resume RUN --go --aws/],
  ['heddle-orders-deadlines-missed', 1, /cancel RUN --go --aws/],
  ['heddle-orders-stages-stuck', 1, /run RUN --aws/],
  ['heddle-orders-dead-letters', 1, /dead-letters replay --pipeline orders --go --aws/],
  ['heddle-orders-checks-failed', 1, /run RUN --aws/],
  ['heddle-orders-scores-missed', 1, /quality orders --aws/],
  ['heddle-orders-budget-spent', 5, /cost orders --since 2d --by stage --aws/],
  ['heddle-dispatch-errors', 1, /aws logs tail \/aws\/lambda\/heddle-dispatch/],
])('the alarm %s rings at %d and says what to type', (name, Threshold, typed) => {
  const [alarm] = alarms.filter(({ AlarmName }) => AlarmName === name);
  expect(alarm).toMatchObject({ Threshold, AlarmDescription: expect.stringMatching(typed) });
  expect(String(alarm?.AlarmDescription).length).toBeLessThanOrEqual(1024);
});

test('every alarm says a command', () => {
  for (const { AlarmDescription } of alarms) expect(AlarmDescription).toMatch(/(npx heddle|aws logs) /);
});

test('a run tells what it cost and how many scores were past their limits', () => {
  const [line] = emittedBy(() => measureRun(run));
  expect(line).toMatchObject({ RunCost: expect.closeTo(1, 6), ScoresMissed: 1, RunsFailed: 1, pipeline: 'orders' });
});

test('only what has a budget has an alarm for it', () => {
  expect(alarms.filter(({ AlarmName }) => String(AlarmName).endsWith('budget-spent'))).toHaveLength(1);
});

test('the questions to the logs are saved, each with the log groups that it asks', () => {
  const queries = resourcesOf(template, 'AWS::Logs::QueryDefinition').map(([, { Properties }]) => Properties);
  expect(queries.map(({ Name }) => Name)).toEqual(
    expect.arrayContaining([
      'heddle/failures',
      'heddle/runs by pipeline',
      'heddle/orders/failures',
      'heddle/orders/one run',
    ]),
  );
  for (const { LogGroupNames } of queries) {
    expect((LogGroupNames as unknown[]).length).toBeGreaterThan(0);
    expect((LogGroupNames as unknown[]).length).toBeLessThanOrEqual(50);
  }
});

test.each([
  [undefined, 'Active', true],
  [false, undefined, false],
])('tracing %s: functions %s, machines %s', (tracing, Mode, Enabled) => {
  const made = fixtureTemplate({ monitoring: { ...(tracing === undefined ? {} : { tracing }) } });
  for (const [, { Properties }] of resourcesOf(made, 'AWS::Lambda::Function'))
    expect((Properties.TracingConfig as { Mode?: string } | undefined)?.Mode).toBe(Mode);
  for (const [, { Properties }] of resourcesOf(made, 'AWS::StepFunctions::StateMachine'))
    expect(Properties.TracingConfiguration).toEqual(
      Enabled ? { Enabled } : expect.not.objectContaining({ Enabled: true }),
    );
});

test.each([
  ['HDL850', { budgets: { order: 5 } }, /HDL850.*monitoring\.budgets\.order.*no pipeline order.*say orders/],
  ['HDL851', { budgets: { orders: 0 } }, /HDL851.*monitoring\.budgets\.orders.*it is 0.*dollars a day/],
  ['HDL851', { failurePercent: 120 }, /HDL851.*monitoring\.failurePercent.*it is 120.*up to 100/],
])('%s: %j is refused', (_, monitoring, message) => {
  const app = testApp();
  expect(() => {
    new Orchestrator(new Stack(app, 'S'), 'Heddle', { pipelines: fixturePipelines, handlers, monitoring });
    app.synth();
  }).toThrow(message);
});

test('without widgets there are none on the dashboards, nor the functions behind them', () => {
  const bare = fixtureTemplate({ monitoring: { widgets: false } });
  const bodies = resourcesOf(bare, 'AWS::CloudWatch::Dashboard').map(([, { Properties }]) =>
    flat(Properties.DashboardBody),
  );
  expect(bodies).toHaveLength(dashboards.length);
  const kinds = (of: readonly Widget[]) => new Set(of.map(({ type }) => type));
  for (const body of bodies) expect(kinds(JSON.parse(body).widgets)).not.toContain('custom');
  for (const { widgets } of dashboards) expect(kinds(widgets)).toContain('custom');
  const functions = resourcesOf(bare, 'AWS::Lambda::Function').map(([, { Properties }]) => Properties.FunctionName);
  expect(functions).toContain('heddle-answer');
  expect(functions.filter((name) => name === 'heddle-widget' || name === 'heddle-act')).toEqual([]);
});
