// The functions behind the dashboards' widgets, called as CloudWatch calls them, on a ledger with runs.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lookThrough } from '../../lib/ledger/index.ts';
import { answer, begin, dispatch, reconcile } from '../../lib/operators/index.ts';
import { type AnswerCall, manualRunId, type StartMessage } from '../../lib/records/index.ts';
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
    Value: JSON.stringify({
      orchestrator: 'heddle',
      pipelines: ['orders', 'visits', 'report'],
      answerFunction: 'heddle-answer',
    }),
  });
  await workshop.local.service('ssm').call('PutParameter', {
    Name: '/heddle/heddle/inputs/orders',
    Type: 'String',
    Value: JSON.stringify({ type: 'object', properties: { day: { type: 'string' } }, required: ['day'] }),
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
    expect(html).not.toMatch(/Partitions<|href="\//); // no button that does nothing
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

  test('a run that failed can go on, and its dead letters be done again', async () => {
    const html = await show({ view: 'run', pipeline: 'orders', run: failedRun });
    const asked = actionsIn(html).map(({ confirmation, event }) => [event.action, confirmation]);
    expect(asked).toEqual([
      ['resume', expect.stringMatching(/^Let the run .* of orders go on\?/)],
      ['replay', expect.stringMatching(/^Replay the open dead letters of the run /)],
      ['discard', undefined],
    ]);
  });

  test.each([
    [
      'start',
      { pipeline: 'orders' },
      ['name="partition"', 'name="input"', '&quot;day&quot;'],
      /^Start a run of orders/,
    ],
    ['discard', { pipeline: 'orders', id: evil }, ['name="because"', '&lt;script&gt;'], /^Discard /],
    [
      'answer',
      { pipeline: 'orders', run: 'r', stage: 'ship' },
      ['name="json"', 'It waits for no answer now.'],
      /^Answer ship/,
    ],
  ])('what %s needs is asked for in a form, and then whether it is meant', async (action, of, fields, question) => {
    const html = await show({ view: 'ask', action, ...of });
    for (const part of fields) expect(html).toContain(part);
    expect(html).not.toMatch(/<script|<img|href="\/|onerror=alert\(1\)>/);
    expect(actionsIn(html)).toEqual([
      {
        endpoint: endpoints.act,
        confirmation: expect.stringMatching(question),
        event: expect.objectContaining({ action, ...of }),
      },
    ]);
  });

  test('questions of runs are shown, each answer a button', async () => {
    const run = await asking('asks');
    const buttons = actionsIn(await show({ view: 'approvals' })).filter(({ event }) => event.run === run);
    expect(buttons.map(({ endpoint, confirmation, event }) => [endpoint, confirmation, event.json])).toEqual([
      [endpoints.show, undefined, undefined], // its run, in a pop-up
      [endpoints.act, expect.stringContaining('with {&#34;ok&#34;:true}?'), '{"ok":true}'],
      [endpoints.act, expect.stringContaining('with {&#34;ok&#34;:false}?'), '{"ok":false}'],
      [endpoints.show, undefined, undefined], // the form of another
    ]);
  });

  test.each([
    [{ view: 'nothing' }, 'HDL852: the view nothing'],
    [{ view: 'grid' }, 'HDL852: a grid of no pipeline'],
    [{ view: 'run', pipeline: 'orders' }, 'HDL852: a run without its pipeline or id'],
    [{ view: 'run', pipeline: 'orders', run: 'gone' }, 'HDL852: the ledger has no run gone of orders'],
    [{ view: 'ask', action: 'toString', pipeline: 'orders' }, 'HDL852: a form of no action that there is'],
  ])('%j says %s', async (event, said) => {
    expect(await show(event)).toContain(said);
  });

  test('is never larger than 100 KB, whatever the ledger has', async () => {
    for (let at = 0; at < 12; at += 1) await failed(`large${at}`, `${at} ${'<&'.repeat(15_000)}`);
    const views = ['home', 'letters', 'approvals', 'grid', 'run'];
    for (const event of views.map((view) => ({ view, pipeline: 'orders', run: failedRun }))) {
      const html = await show(event);
      expect(Buffer.byteLength(html)).toBeLessThanOrEqual(mostWidgetBytes);
      expect(html).toContain('orders');
      expect(html).not.toMatch(/data-(ago|since|time)=/); // no script tells how long ago that is
    }
  });
});

test.each(['light', 'dark'] as const)('the style of %s stays within the widget', (theme) => {
  expect(sheets[theme]).not.toMatch(/:root|prefers-color-scheme|@keyframes|&/);
  expect(sheets[theme].split('{').length).toBe(sheets[theme].split('}').length);
  // Plain rules, each selector of which begins with the widget; only @media has rules in it.
  const flat = sheets[theme].replace(/@media [^{]*\{((?:[^{}]*\{[^{}]*\})*)\s*\}/g, '$1');
  for (const [, selectors = ''] of flat.matchAll(/([^{}]*)\{[^{}]*\}/g))
    for (const selector of selectors.split(',')) expect(selector.trim()).toMatch(/^\.heddle\b/);
  expect(flat.replace(/[^{}]*\{[^{}]*\}/g, '').trim()).toBe('');
  expect(sheets[theme]).toContain(theme === 'dark' ? '--ground: #12141a' : '--ground: #f6f7f9');
});

/** A run that waits for an answer. */
const asking = async (id: string): Promise<string> => {
  const { ledger } = workshop.local;
  const run = await workshop.startRun(id);
  const question = {
    prompt: evil,
    shown: await ledger.payloads.store('orders', { text: evil }),
    schema: { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] },
    control: [],
  };
  const facts = {
    question,
    needs: [],
    choices: [],
    now: '2026-01-01T00:00:00.000Z',
    until: '2026-02-01T00:00:00.000Z',
  };
  await ledger.waits.open(at(run, 'ship'), facts);
  return run.id;
};

describe('a button', () => {
  const press = async (event: object, filled: { readonly [field: string]: string } = {}): Promise<string> => {
    const { services } = workshop;
    const invoke = (_: string, call: object) => answer(call as AnswerCall, services); // what the function of that name runs
    const context = { ...widgetContext, forms: { all: filled } };
    return JSON.stringify(
      await act({ widgetContext: context, ...event }, { ...services, aws: { ...services.aws, invoke } }),
    );
  };

  /** What was put on the start queue of this kind. */
  const asked = async (kind: StartMessage['kind']): Promise<readonly StartMessage[]> => {
    const { aws, queueUrl } = workshop.local;
    const { left } = await lookThrough(aws, queueUrl, () => false);
    return left.map(({ Body }) => JSON.parse(Body)).filter((one) => one.kind === kind);
  };

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

  test('discards dead letters, with the reason that was filled in, once', async () => {
    const run = await failed('closed', 'd');
    const event = { action: 'discard', pipeline: 'orders', id: `${run}/clean` };
    expect(await press(event, { because: 'a <b>test</b>' })).toContain('1 of 1 dead letters of orders are discarded');
    const letter = await workshop.local.ledger.deadLetters.get({ pipeline: 'orders', run, stage: 'clean' });
    expect(letter).toMatchObject({
      state: 'discarded',
      closedBy: 'a dashboard of CloudWatch',
      because: 'a <b>test</b>',
    });
    expect(await press(event)).toContain('HDL853: no such dead letter is open');
  });

  test('lets a run go on, as heddle resume does; sent twice it is one order', async () => {
    const run = await failed('onward', 'f');
    const event = { action: 'resume', pipeline: 'orders', run };
    expect(await press(event)).toContain(`The run ${run} of orders goes on`);
    await press(event);
    const orders = (await asked('resume')).flatMap((one) => (one.kind === 'resume' && one.run === run ? [one] : []));
    expect(new Set(orders.map(({ order }) => order.id)).size).toBe(1);
    const [message] = orders;
    if (!message) throw new Error('nothing was asked for');
    expect(await dispatch(message, workshop.services)).toEqual({ kind: 'started', run });
    await dispatch(message, workshop.services);
    expect(await workshop.local.ledger.runs.get('orders', run)).toMatchObject({ status: 'pending', generation: 2 });
    expect(await press(event)).toContain('HDL853'); // it is under way
  });

  test('starts a run with what was filled in; the same form starts one', async () => {
    const event = { action: 'start', pipeline: 'orders', id: 'form-1' };
    const filled = { partition: '2026-01-05', input: '{ "day": "2026-01-05" }' };
    const run = manualRunId('orders', '2026-01-05', 'form-1');
    expect(await press(event, filled)).toContain(`The run ${run} of orders is asked for.`);
    const [message] = await asked('manual');
    if (!message) throw new Error('nothing was asked for');
    expect(await dispatch(message, workshop.services)).toEqual({ kind: 'started', run });
    expect(await dispatch(message, workshop.services)).toEqual({ kind: 'duplicate', run });
  });

  test('answers a question, once', async () => {
    const run = await asking('answered');
    const event = { action: 'answer', pipeline: 'orders', run, stage: 'ship' };
    expect(await press(event, { json: '{ "ok": "maybe" }' })).toContain('HDL422: the answer does not fit');
    expect(await press({ ...event, json: '{"ok":true}' })).toContain(`ship of orders ${run} is answered.`);
    expect(await press({ ...event, json: '{"ok":true}' })).toContain('is answered.'); // the same
    expect(await press({ ...event, json: '{"ok":false}' })).toContain('HDL421: ship was answered before');
  });

  const start = { action: 'start', pipeline: 'orders', id: 'x' };
  test.each<[object, { readonly [field: string]: string }, string]>([
    [{ action: 'replay', pipeline: 'orders', id: 'gone/clean' }, {}, 'HDL853: no such dead letter is open'],
    [{ action: 'cancel', pipeline: 'orders', run: 'gone' }, {}, 'HDL853: the run gone of orders is not there'],
    [{ action: 'resume', pipeline: 'orders', run: 'gone' }, {}, 'HDL853: the run gone of orders is not there'],
    [{ action: 'answer', pipeline: 'orders', run: 'gone', stage: 'ship' }, { json: '1' }, 'HDL420'],
    [{ action: 'answer', pipeline: 'orders', run: 'gone', stage: 'ship' }, {}, 'HDL855: the answer is not JSON'],
    [{ ...start, pipeline: 'gone' }, {}, 'HDL853: there is no pipeline gone here'],
    [start, { input: '{' }, 'HDL855: the input is not JSON'],
    [start, { input: '{ "day": 1 }' }, 'HDL855: the input breaks the contract of orders'],
    [{ action: 'toString', pipeline: 'orders' }, {}, 'HDL854'],
    [{ describe: true }, {}, 'Does what the buttons'],
  ])('%j with %j says %s', async (event, filled, said) => {
    expect(await press(event, filled)).toContain(said);
  });
});
