// The functions behind the dashboards' widgets, called as CloudWatch calls them, on a ledger with runs.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { begin, dispatch, reconcile } from '../../lib/operators/index.ts';
import { act, mostWidgetBytes, showWidget, type WidgetEvent } from '../../lib/widgets/index.ts';
import { sheets } from '../../lib/widgets/sheet.ts';
import { at, machines, manual, openWorkshop, type Workshop } from '../operators/workshop.ts';

const lambda = 'arn:aws:lambda:us-east-1:123456789012:function';
const endpoints = { show: `${lambda}:heddle-widget`, act: `${lambda}:heddle-act`, orchestrator: 'heddle' };
const widgetContext = {
  dashboardName: 'heddle-orders',
  widgetId: 'widget-1',
  theme: 'light',
  locale: 'en',
  width: 588,
  height: 369,
};
const evil = '<script>alert("1")</script> & \'<img src=x onerror=alert(1)>\'</a></cwdb-action>';

let workshop: Workshop;
let failedRun = '';

const letter = (run: string, stage: string, cause: string, item?: number) => ({
  pipeline: 'orders',
  run,
  partition: '2026-01-01',
  stage,
  ...(item === undefined ? {} : { item }),
  error: 'E',
  cause,
  attempts: 1,
  firstAt: '2026-01-01T00:00:00.000Z',
  lastAt: '2026-01-01T00:00:00.000Z',
  definitionHash: 'abc',
  generation: 1,
});

const failed = async (id: string, cause = evil): Promise<string> => {
  const { ledger, queueUrl } = workshop.local;
  const run = await workshop.startRun(id);
  await ledger.stages.fail(at(run, 'clean'), {
    status: 'failed',
    endedAt: '2026-01-01T00:00:09.000Z',
    error: 'E',
    cause,
  });
  await ledger.deadLetters.write(letter(run.id, 'clean', cause), queueUrl);
  await reconcile(
    { detail: { stateMachineArn: `${machines}:heddle-orders`, name: run.id, status: 'FAILED' } },
    'heddle-',
    workshop.services,
  );
  return run.id;
};

beforeAll(async () => {
  workshop = await openWorkshop();
  await workshop.local.service('ssm').call('PutParameter', {
    Name: '/heddle/heddle',
    Type: 'String',
    Value: JSON.stringify({ orchestrator: 'heddle', pipelines: ['orders', 'visits', 'report'] }),
  });
  failedRun = await failed('broken');
});
afterAll(() => workshop.local.close());

const show = async (event: WidgetEvent): Promise<string> => {
  const answer = await showWidget({ widgetContext, ...event }, workshop.services, endpoints);
  return typeof answer === 'string' ? answer : answer.markdown;
};

/** What the buttons and links of a widget would send, with what is asked before. */
const actionsIn = (html: string) =>
  [...html.matchAll(/<cwdb-action ([^>]*)>([^<]*)<\/cwdb-action>/g)].map(([, attributes = '', body = '']) => ({
    endpoint: /endpoint="([^"]*)"/.exec(attributes)?.[1],
    confirmation: /confirmation="([^"]*)"/.exec(attributes)?.[1],
    event: JSON.parse(body),
  }));

describe('a widget', () => {
  test('tells what it takes when it is asked to describe itself', async () => {
    expect(await show({ describe: true })).toMatch(/\*\*view\*\*[\s\S]*view: grid/);
  });

  test('shows all pipelines, each a link to its dashboard', async () => {
    const html = await show({});
    for (const pipeline of ['orders', 'visits', 'report'])
      expect(html).toContain(`href="#dashboards:name=heddle-${pipeline}"`);
  });

  test('shows the runs of a pipeline; a run opens in a pop-up', async () => {
    const html = await show({ view: 'grid', pipeline: 'orders' });
    expect(html).toContain('✗');
    expect(html).not.toMatch(/Start a run|Partitions<|href="\//); // no button that does nothing
    expect(actionsIn(html)).toContainEqual({
      endpoint: endpoints.show,
      confirmation: undefined,
      event: { view: 'run', pipeline: 'orders', run: failedRun },
    });
  });

  test.each([
    ['letters', { view: 'letters' }],
    ['letters of a pipeline', { view: 'letters', pipeline: 'orders' }],
    ['a run', { view: 'run', pipeline: 'orders' }],
  ])('%s: HTML in an error message is shown as text', async (_, event) => {
    const html = await show({ ...event, run: failedRun });
    expect(html).toContain('&lt;script&gt;alert(');
    expect(html).not.toMatch(/<script|<img|href="\/|onerror=alert\(1\)>/);
    for (const { event: sent } of actionsIn(html)) expect(sent.pipeline).toBe('orders');
  });

  test('every button asks before it does anything, and is the acting function’s', async () => {
    const actions = actionsIn(await show({ view: 'letters' })).filter(({ endpoint }) => endpoint === endpoints.act);
    expect(actions).toEqual([
      {
        endpoint: endpoints.act,
        confirmation: expect.stringMatching(/^Replay the dead letter .*clean of orders\?/),
        event: { action: 'replay', pipeline: 'orders', id: `${failedRun}/clean` },
      },
    ]);
  });

  test.each([
    [{ view: 'nothing' }, 'HDL852: the view nothing'],
    [{ view: 'grid' }, 'HDL852: a grid of no pipeline'],
    [{ view: 'run', pipeline: 'orders' }, 'HDL852: a run without its pipeline or id'],
    [{ view: 'run', pipeline: 'orders', run: 'gone' }, 'HDL852: the ledger has no run gone of orders'],
  ])('%j says %s', async (event, said) => {
    expect(await show(event)).toContain(said);
  });

  test('is never larger than 100 KB, whatever the ledger has', async () => {
    for (let at = 0; at < 12; at += 1) await failed(`large${at}`, `${at} ${'<&'.repeat(15_000)}`);
    for (const event of [{ view: 'home' }, { view: 'letters' }, { view: 'grid', pipeline: 'orders' }]) {
      const html = await show(event);
      expect(Buffer.byteLength(html)).toBeLessThanOrEqual(mostWidgetBytes);
      expect(html).toContain('orders');
    }
  });
});

test.each(['light', 'dark'] as const)('the style of %s stays within the widget', (theme) => {
  expect(sheets[theme]).not.toMatch(/:root|prefers-color-scheme|@keyframes/);
  expect(sheets[theme]).toMatch(/^\.heddle \{/);
  expect(sheets[theme].split('{').length).toBe(sheets[theme].split('}').length);
  expect(sheets[theme]).toContain(theme === 'dark' ? '--ground: #12141a' : '--ground: #f6f7f9');
});

describe('a button', () => {
  const press = async (event: object): Promise<string> =>
    JSON.stringify(await act({ widgetContext, ...event }, workshop.services));

  test('replays a dead letter: it is on the replay queue, and in the ledger who asked', async () => {
    const run = await failed('again', 'c');
    const said = await press({ action: 'replay', pipeline: 'orders', id: `${run}/clean` });
    expect(said).toContain('1 of 1 dead letters of orders are sent to be done again.');
  });

  test('replays all that failed alike', async () => {
    const runs = [await failed('alike1', 'same'), await failed('alike2', 'same')];
    const said = await press({ action: 'replay', pipeline: 'orders', stage: 'clean', error: 'E', cause: 'same' });
    expect(runs).toHaveLength(2);
    expect(said).toContain('2 of 2 dead letters');
  });

  test('stops a run', async () => {
    const { aws } = workshop.local;
    const outcome = await dispatch(manual('stopped'), workshop.services);
    const id = outcome.kind === 'started' ? outcome.run : '';
    const executionArn = `arn:aws:states:us-east-1:123456789012:execution:heddle-orders:${id}`;
    const input = { run: id };
    await begin(
      { pipeline: 'orders', definitionHash: 'abc', execution: executionArn, input, control: [] },
      workshop.services,
    );
    const said = await press({ action: 'cancel', pipeline: 'orders', run: id });
    expect(said).toContain('is being stopped');
    expect(await aws.call('states', 'DescribeExecution', { executionArn })).toMatchObject({ status: 'ABORTED' });
  });

  test.each([
    [{ action: 'replay', pipeline: 'orders', id: 'gone/clean' }, 'HDL853: no such dead letter is open'],
    [{ action: 'cancel', pipeline: 'orders', run: 'gone' }, 'HDL853: the run gone of orders is not there'],
    [{ action: 'start', pipeline: 'orders' }, 'HDL854'],
    [{ describe: true }, 'Does what the buttons'],
  ])('%j says %s', async (event, said) => {
    expect(await press(event)).toContain(said);
  });
});
