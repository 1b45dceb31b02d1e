// Signed requests to a pipeline's URL, from the template to a completed run.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as z from 'zod';
import { daily, definePipeline, gte, onRequest } from '../../lib/definition/index.ts';
import { DeployedApp } from './deployed-app.ts';

const quotes = definePipeline(
  'quotes',
  {
    input: z.object({ rows: z.number() }),
    partitions: daily({ from: '2026-01-01', to: '2026-12-31' }),
    triggers: [onRequest()],
  },
  (flow) => {
    flow.check('enough', gte(flow.input.rows, 1));
    return { rows: flow.input.rows };
  },
);
const app = new DeployedApp(quotes);
beforeAll(() => app.open());
afterAll(() => app.close());

/** As `curl --aws-sigv4` would; the engine does not look at the signature itself. */
const authorization =
  'AWS4-HMAC-SHA256 Credential=AKIATEST/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0';
const post = async (key: string, query: string, body: string, headers: Record<string, string> = { authorization }) => {
  const [outputs] = app.engine.stacks.map((stack) => stack.outputs);
  const [, url] = Object.entries(outputs ?? {}).find(([name]) => name.includes('Request1')) ?? [];
  const answer = await fetch(`${url}?${query}`, {
    method: 'POST',
    headers: { ...headers, 'idempotency-key': key, 'content-type': 'application/json' },
    body,
  });
  const said = (await answer.json()) as { readonly [field: string]: unknown };
  return { status: answer.status, ...said } as { readonly [field: string]: unknown };
};

test('a request starts a run, a repeat of it none, and what is wrong is told at once', async () => {
  const first = await post('order-1', 'partition=2026-03-01', '{"rows":12}');
  expect(first).toMatchObject({ status: 202, pipeline: 'quotes', partition: '2026-03-01' });
  expect(await post('order-1', 'partition=2026-03-01', '{ "rows": 12 }')).toEqual(first);
  expect(await post('order-1', 'partition=2026-03-01', '{"rows":13}')).toMatchObject({ status: 422, code: 'HDL436' });
  expect(await post('order-2', 'partition=2026-03-01', '{"rows"')).toMatchObject({ status: 400, code: 'HDL434' });
  expect(await post('order-2', 'partition=2026-03-01', '{}')).toMatchObject({ status: 400, code: 'HDL443' });
  expect(await post('order-2', 'partition=2026', '{"rows":1}')).toMatchObject({ status: 400, code: 'HDL440' });
  expect((await post('order-2', 'partition=2026-03-01', '{"rows":1}', {})).status).toBe(403);

  expect(await app.firstEnd).toBe('SUCCEEDED');
  const { stdout } = await app.heddle('runs', 'quotes', '--json');
  const runs = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(runs).toMatchObject([{ run: first.run, status: 'completed', partition: '2026-03-01' }]);
  expect((await app.heddle('run', String(first.run))).stdout).toMatch(/request.*arn:aws:iam::\d+:root/);
});
