// The dashboards' functions from their bundles, on a live engine, called as CloudWatch calls them.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { awaitRun } from '../../../lib/cli/await-run.ts';
import { Shop } from './shop.ts';

const shop = new Shop();
beforeAll(() => shop.open());
afterAll(() => shop.close());

const widgetContext = { dashboardName: 'heddle-rates', widgetId: 'widget-1', theme: 'dark', accountId: '000000000000' };
const call = (name: string, event: object): Promise<unknown> =>
  shop.target.aws.invoke(`heddle-${name}`, { ...event, widgetContext });

/** What the buttons for the acting function would send. */
const buttonsIn = (html: string): readonly object[] =>
  [...html.matchAll(/<cwdb-action [^>]*endpoint="([^"]*)"[^>]*confirmation="[^"]+"[^>]*>([^<]*)</g)].flatMap(
    ([, endpoint = '', body = '']) => (endpoint.endsWith(':heddle-act') ? [JSON.parse(body)] : []),
  );

test('the function tells what it takes', async () => {
  expect(await call('widget', { describe: true })).toEqual({ markdown: expect.stringContaining('**view**') });
});

test('a failed run is seen, its dead letter replayed by the button, and the dashboard is clean again', async () => {
  shop.fail('load');
  const { stdout } = await shop.heddle(
    'start',
    'rates',
    '--input={"day":"2026-11-20"}',
    '--partition=2026-11-20',
    '--json',
  );
  const [, run = ''] = /"run":\s*"([^"]+)"/.exec(stdout) ?? [];
  const grid = String(await call('widget', { view: 'grid', pipeline: 'rates' }));
  expect(grid).toContain(run);
  expect(grid).toContain('load: failed');
  const letters = String(await call('widget', { view: 'letters', pipeline: 'rates' }));
  expect(letters).toContain('&lt;script&gt;alert(&quot;load&quot;)&lt;/script&gt; was told to fail');
  expect(letters).not.toContain('<script');
  const [replay] = buttonsIn(letters);
  expect(replay).toMatchObject({ action: 'replay', pipeline: 'rates' });
  shop.fail();
  expect(await call('act', replay ?? {})).toContain('1 of 1 dead letters of rates are sent to be done again.');
  const { ledger } = shop.target;
  const completed = await awaitRun(shop.target, async () => {
    const record = await ledger.runs.get('rates', run);
    return record?.status === 'completed' ? record : undefined;
  });
  expect(completed).toBeDefined();
  expect(await call('widget', { view: 'letters', pipeline: 'rates' })).toContain('nothing has failed for good');
  expect(await call('act', replay ?? {})).toContain('HDL853');
});
