// The console in a real browser, on a live local engine.
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type Desk, openDesk } from '../../../lib/cli/console/desk.ts';
import { readGrid, readHome, readRuns } from '../../../lib/cli/console/read.ts';
import { openLedger } from '../../../lib/ledger/index.ts';
import type { Aws } from '../../../lib/support/aws-call.ts';
import { testSetting } from '../../cli/setting.ts';
import { seedRuns } from './seed.ts';
import { Shop } from './shop.ts';
import { Visitor } from './visitor.ts';

const shop = new Shop();
let visitor: Visitor;
beforeAll(async () => {
  await shop.open();
  visitor = await Visitor.arrive(shop.address);
});
afterAll(async () => {
  await visitor.leave();
  await shop.close();
});
afterEach(() => {
  expect(visitor.errors.splice(0)).toEqual([]);
});

const at = async (name: string): Promise<void> => {
  await visitor.picture(name);
  expect(await visitor.findings()).toEqual([]);
};

test('a run is started from the page, and watched as it changes', async () => {
  const { page } = visitor;
  await page.goto('/');
  await page.getByRole('link', { name: /^orders no run yet/ }).click();
  await page.getByRole('link', { name: 'Start a run' }).click();
  await page.getByLabel('Input').fill('{ "count": 12 }');
  await at('start');
  await page.getByRole('button', { name: 'See the plan' }).click();
  await page.getByText('orders would be started with').waitFor();
  expect(await shop.target.ledger.runs.latest('orders', 1)).toEqual([]); // a plan does nothing
  await at('plan');
  await page.getByRole('button', { name: 'Start it' }).click();
  await page.waitForURL(/\/runs\/orders\//);
  await page.getByRole('row', { name: /release waiting/ }).waitFor();
  expect(await page.getByText('Publish <b>these</b> scores?').count()).toBeGreaterThan(0);
  await at('run');
  await page.getByRole('region', { name: 'Timeline' }).focus();
  await (await page.locator('#timeline').elementHandle())?.waitForElementState('hidden'); // a newer one is in its place
  expect(await page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe('Timeline');
  await page.goto('/');
  await page.getByRole('link', { name: /^orders running .*1 run under way/ }).waitFor();
  await at('home');
});

test('an approval is answered from the inbox, and the run goes on', async () => {
  const { page } = visitor;
  await page.goto('/approvals');
  await page.getByRole('heading', { name: 'Publish <b>these</b> scores?' }).waitFor();
  await at('approvals');
  await page.getByRole('link', { name: 'Another answer' }).click();
  expect(await page.getByLabel('Answer').inputValue()).toBe('{\n  "approved": false\n}');
  await page.getByLabel('Answer').fill('{ "approved": "maybe" }');
  await page.getByRole('button', { name: 'See the plan' }).click();
  await page.getByRole('button', { name: 'Answer' }).click();
  await page.getByText('HDL422 the answer does not fit').waitFor();
  await at('refused');
  visitor.errors.splice(0); // the browser notes the status of a refused form
  await page.goto('/approvals');
  await page.getByRole('link', { name: 'approved: yes' }).click();
  await page.getByText('release of orders').waitFor();
  await page.getByRole('button', { name: 'Answer' }).click();
  await page.waitForURL(/\/runs\/orders\//);
  await page.getByRole('row', { name: /publish completed/ }).waitFor();
  await page.locator('.lead').getByText('completed').waitFor();
  await page.goto('/approvals');
  await page.getByText('No run waits for an answer.').waitFor();
});

test('HTML in an error is text; a dead letter is replayed, another discarded', async () => {
  const { page } = visitor;
  shop.fail('score 3', 'audit');
  await shop.heddle('start', 'orders', '--input', '{"count":10}', '--id', 'bad', '--no-wait');
  await page.goto('/approvals');
  await page.getByRole('link', { name: 'approved: yes' }).click();
  await page.getByRole('button', { name: 'Answer' }).click();
  await page.locator('.lead').getByText('failed').waitFor();
  await page.getByText('<script>alert("audit")</script> was told to fail').first().waitFor();
  await page.getByRole('row', { name: /score completed 1 .* 10 1/ }).waitFor();
  await at('failed-run');
  await page.getByRole('link', { name: 'audit' }).first().click();
  await page.getByRole('heading', { name: 'audit' }).waitFor();
  await page.getByText('"numbers"').waitFor(); // its input
  await page.getByRole('row', { name: /ERROR the attempt failed/ }).waitFor();
  await at('stage');

  await page.goto('/dead-letters');
  await page.getByRole('article').filter({ hasText: 'score 3' }).getByText('Which').click();
  await at('dead-letters');
  await page.getByRole('article').filter({ hasText: 'score 3' }).getByRole('link', { name: 'Discard' }).click();
  await page.getByLabel('Why').fill('a test <i>says</i> so');
  await page.getByRole('button', { name: 'See the plan' }).click();
  await page.getByRole('button', { name: 'Discard' }).click();
  await page.getByText('Discarded. It stays in the history').waitFor();
  await page.waitForURL((url) => !url.searchParams.has('done')); // loaded again, the page does not say it again
  expect(await page.getByRole('article').count()).toBe(1);

  shop.fail();
  await page.getByRole('link', { name: 'Replay' }).click();
  await page.getByText('again, then what depends on it').waitFor();
  await at('replay');
  await page.getByRole('button', { name: 'Replay' }).click();
  await page.waitForURL(/\/runs\/orders\//);
  await page.locator('.lead').getByText('completed').waitFor();
  await page.getByText('discarded', { exact: true }).first().waitFor();
  await page.goto('/dead-letters');
  await page.getByText('nothing has failed for good').waitFor();
});

test('a backfill is planned on the calendar, begun, and watched to its end', async () => {
  const { page } = visitor;
  await page.goto('/pipelines/rates/partitions');
  await page.getByRole('link', { name: '2026-11-18: missing; run it' }).waitFor();
  await page.getByRole('link', { name: 'Start a backfill' }).click();
  expect(await page.getByLabel('From', { exact: true }).inputValue()).toBe('2026-11-16');
  await page.getByLabel('To', { exact: true }).fill('2026-11-18');
  await page.getByLabel('Input').fill('{ "day": "{key}" }');
  await at('backfill');
  await page.getByRole('button', { name: 'See the plan' }).click();
  await page.getByText('3 runs, 5 at once').waitFor();
  expect(await shop.target.ledger.backfills.latest(1)).toEqual([]);
  await at('backfill-plan');
  await page.getByRole('button', { name: 'Begin it' }).click();
  await page.waitForURL(/\/backfills\/rates-/);
  await page.locator('.lead').getByText('completed').waitFor();
  await at('backfill-run');
  await page.goto('/pipelines/rates/partitions');
  await page.getByRole('link', { name: '2026-11-18: completed' }).waitFor();
  await at('calendar');
});

test('two runs are compared, what is sought is found, and the other views have what there is', async () => {
  const { page } = visitor;
  await page.goto('/pipelines/orders');
  await page.getByRole('row').nth(1).getByRole('link').first().waitFor();
  await at('grid');
  await page.getByRole('row').nth(1).getByRole('link').first().click();
  await page.getByRole('link', { name: 'Compare' }).click();
  await page.locator('#first li a').first().click();
  await page.getByRole('heading', { name: 'Two runs of orders' }).waitFor();
  await at('compare');
  await page.keyboard.press('/');
  await page.keyboard.type('2026-11-17');
  await page.keyboard.press('Enter');
  await page.getByRole('row', { name: /rates 2026-11-17 completed/ }).waitFor();
  await at('search');
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('c');
  await page.getByRole('row', { name: /^rates 3 / }).waitFor();
  await at('cost');
  await page.goto('/lineage?artifact=rates/2026-11-17');
  await page.getByRole('link', { name: /rates\/2026-11-17/ }).waitFor();
  await at('lineage');
  for (const path of ['quality', 'pools', 'runs', 'backfills']) {
    await page.goto(`/${path}`);
    await at(path);
  }
});

/** A request as any program can make it; `fetch` would not let it lie about Host and Origin. */
const ask = (path: string, headers: { readonly [name: string]: string }, form?: { readonly [field: string]: string }) =>
  new Promise<{ status: number | undefined; text: string; headers: IncomingHttpHeaders }>((resolve, reject) => {
    const body = form && new URLSearchParams(form).toString();
    const type = body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
    const sent = request(`${shop.address}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...type, ...headers },
    });
    sent.once('error', reject);
    sent.once('response', async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode, text, headers: response.headers });
    });
    sent.end(body);
  });

const startForm = { pipeline: 'orders', input: '{ "count": 1 }' };

test.each<[string, { readonly [name: string]: string }]>([
  ['a foreign Host', { host: 'evil.example' }],
  ['a Host that only begins like ours', { host: '127.0.0.1.evil.example' }],
  ['a foreign Origin', { origin: 'https://evil.example' }],
  ['the Origin of a page that hides it', { origin: 'null' }],
])('%s is refused', async (_, headers) => {
  for (const form of [undefined, startForm]) {
    const { status, text } = await ask('/do/start', headers, form);
    expect([status, text]).toEqual([403, expect.stringMatching(/^HDL830 .*expected a request from this machine/)]);
  }
});

test.each<[string, { readonly [field: string]: string }]>([
  ['no token', {}],
  ['a token of nobody', { token: 'a.b.c' }],
  ['a token whose time was changed', { token: '9999999999999.AAAAAAAAAAAA.AAAA' }],
])('an action with %s is refused', async (_, form) => {
  const before = await shop.target.ledger.runs.latest('orders', 50);
  const { status, text } = await ask('/do/start', {}, { ...startForm, ...form });
  expect([status, text]).toEqual([403, expect.stringMatching(/HDL832.*name="token" value="[^"]+"/s)]);
  expect(await shop.target.ledger.runs.latest('orders', 50)).toEqual(before);
});

test('an action whose plan is another than was shown is not done', async () => {
  const { text } = await ask(`/do/start?${new URLSearchParams(startForm)}`, {});
  const token = /name="token" value="([^"]+)"/.exec(text)?.[1] ?? '';
  const plan = /name="plan" value="([^"]+)"/.exec(text)?.[1] ?? '';
  const other = await ask('/do/start', {}, { ...startForm, input: '{ "count": 2 }', token, plan });
  expect([other.status, other.text]).toEqual([409, expect.stringContaining('HDL835')]);
  const broken = await ask('/do/start', {}, { ...startForm, input: '{ "count": "<b>" }', token, plan });
  expect([broken.status, broken.text]).toEqual([422, expect.stringContaining('HDL617')]);
});

test('a form that is sent twice, as by two clicks, is done once', async () => {
  const { text } = await ask(`/do/start?${new URLSearchParams(startForm)}`, {});
  const inputOf = (name: string): string => new RegExp(`name="${name}" value="([^"]+)"`).exec(text)?.[1] ?? '';
  const form = { ...startForm, partition: '', token: inputOf('token'), plan: inputOf('plan') };
  const before = await shop.target.ledger.runs.latest('orders', 50);
  const answers = await Promise.all([ask('/do/start', {}, form), ask('/do/start', {}, form)]);
  answers.push(await ask('/do/start', {}, form));
  expect(answers.map(({ status }) => status)).toEqual([303, 303, 303]);
  expect(new Set(answers.map(({ headers }) => headers.location)).size).toBe(1);
  expect(await shop.target.ledger.runs.latest('orders', 50)).toHaveLength(before.length + 1);
});

test('what is too large is said with its code; what is large but may be, is taken', async () => {
  const large = 'x'.repeat(1024 * 1024);
  const sent = await ask('/do/start', {}, { ...startForm, input: large });
  expect([sent.status, sent.text]).toEqual([413, expect.stringContaining('HDL836')]);
  const asked = await ask(`/do/start?input=${large}`, {});
  expect([asked.status, asked.text]).toEqual([431, expect.stringContaining('HDL836')]);
  const input = JSON.stringify({ count: 1, note: 'x'.repeat(100_000) });
  const planned = await ask(`/do/start?${new URLSearchParams({ ...startForm, input })}`, {});
  expect([planned.status, planned.text]).toEqual([200, expect.stringContaining('orders would be started')]);
});

test('of more open pages than it keeps up to date, the last is told so', async () => {
  const live = (): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const sent = request(`${shop.address}/live?path=/quality`, resolve);
      sent.once('error', reject);
      sent.end();
    });
  const open: IncomingMessage[] = [];
  for (let page = 0; page < 64; page++) open.push(await live());
  const { text } = await ask('/live?path=/quality', {});
  expect(text).toBe('event: full\ndata: "HDL837: too many pages are open; close some"\n\n');
  for (const page of open) page.destroy();
});

test('what a page may load is its own, and no script stands in it', async () => {
  const { headers, text } = await ask('/', {});
  expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
  expect(text).not.toMatch(/<script(?! src=)|style="|\son\w+="/);
});

test.each([
  ['/runs/orders/long-gone', 404, 'HDL833: the ledger has no run long-gone of orders.'],
  ['/runs/nothing/x%2F%3Cb%3E', 404, 'no run x/&lt;b&gt; of nothing'],
  ['/pipelines/oders', 404, 'Did you mean orders?'],
  ['/dead-letters?pipeline=oders', 404, 'Did you mean orders?'],
  ['/do/start?pipeline=oders', 404, 'HDL606'],
  ['/do/start?pipeline=rates&partition=2026-13-01&input={"day":"x"}', 422, 'HDL671'],
  ['/do/replay?pipeline=orders&stage=audit&error=E&cause=x', 422, 'There is nothing left to do'],
  ['/no/such/page', 404, 'HDL834'],
  ['/%', 404, 'HDL834'],
  ['/do/nothing', 404, 'HDL834'],
])('%s says what there is not', async (path, status, said) => {
  expect(await ask(path, {})).toMatchObject({ status, text: expect.stringContaining(said) });
});

test('a port that is taken is said with its code', async () => {
  const port = new URL(shop.address).port;
  expect(await shop.heddle('console', '--port', port)).toEqual({
    code: 2,
    stdout: '',
    stderr: `HDL831 port ${port} of 127.0.0.1 is in use, so the console cannot open; expected a free port. Fix: stop what listens there, or pass another with --port N; --port 0 takes any free one\n`,
  });
  expect(await shop.heddle('console', '--port', '0')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^The console of http:\/\/127.0.0.1:\d+: http:\/\/127.0.0.1:\d+\n$/),
  });
});

test('lists and grids read what they show, and never scan, however many runs there are', async () => {
  const { target } = shop;
  await seedRuns(target.ledger, { pipeline: 'rates', stages: ['load'], count: 120 });
  const calls: string[] = [];
  let items = 0;
  const aws: Aws = {
    ...target.aws,
    call: async (service, operation, input) => {
      const answer = await target.aws.call(service, operation, input);
      if (service !== 'dynamodb') return answer;
      calls.push(operation);
      items += Array.isArray(answer.Items) ? answer.Items.length : answer.Item === undefined ? 0 : 1;
      return answer;
    },
  };
  const counted = { ...target, aws, ledger: openLedger(aws, target.manifest) };
  const counting = async <T>(look: (desk: Desk) => Promise<T>): Promise<{ shown: T; items: number }> => {
    items = 0;
    const shown = await look(openDesk(counted, testSetting([], { now: Date.now }).setting));
    return { shown, items };
  };
  const home = await counting(readHome);
  const open = home.shown.pipelines.reduce((sum, one) => sum + one.open, 0);
  expect(home.items).toBe(home.shown.pipelines.reduce((sum, { runs }) => sum + runs.length, 0) + open);
  const list = await counting(readRuns);
  expect(list.items).toBe(list.shown.runs.length);
  const rates = await target.pipeline('rates');
  const grid = await counting((desk) => readGrid(desk, rates, undefined));
  expect(grid.shown.rows).toHaveLength(25);
  expect(grid.items).toBe(26); // how their stages stood is in their own records; one more says that there are older runs
  const last = grid.shown.rows.at(-1)?.run;
  const older = await counting((desk) => readGrid(desk, rates, last));
  expect(older.shown.rows[0]?.run.createdAt).not.toBe(last?.createdAt);
  expect(older.items).toBe(older.shown.older === undefined ? 25 : 26);
  expect([...new Set(calls)]).toEqual(['Query']);
});
