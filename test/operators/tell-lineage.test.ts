// Lineage on the bus: what begin and finish put there where it is wanted, and that a repeat puts the same.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { begin, finish, lineagePoster } from '../../lib/operators/index.ts';
import { tellLineageOfEnd } from '../../lib/operators/tell-lineage.ts';
import { type LineageEvent, openLineageType, type StageRecord } from '../../lib/records/index.ts';
import type { Aws } from '../../lib/support/aws-call.ts';
import { at, openWorkshop, type Workshop } from './workshop.ts';

let workshop: Workshop;
const told: LineageEvent[] = [];
beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop.local.close());

test('START, then each stage and the end; a repeated finish tells the same runs', async () => {
  const { aws } = workshop.services;
  const call: Aws['call'] = (service, operation, input) => {
    const { Entries = [] } = input as { readonly Entries?: readonly { DetailType: string; Detail: string }[] };
    for (const { DetailType, Detail } of operation === 'PutEvents' ? Entries : [])
      if (DetailType === openLineageType) told.push(JSON.parse(Detail));
    return aws.call(service, operation, input);
  };
  const services = { ...workshop.services, aws: { ...aws, call }, lineage: true };
  const run = await workshop.startRun('lineage');
  await begin(
    { pipeline: run.pipeline, definitionHash: 'abc', execution: run.execution, input: { run: run.id }, control: [] },
    services,
  );
  const { stages, payloads } = workshop.local.ledger;
  for (let n = 0; n < 12; n++) {
    await stages.claim(at(run, `stage${n}`), 'o', new Date().toISOString());
    const output = await payloads.store(run.pipeline, n);
    await stages.complete(at(run, `stage${n}`), 'o', { endedAt: new Date().toISOString(), durationMs: 1, output });
  }
  const names = Array.from({ length: 12 }, (_, n) => `stage${n}`);
  const finishing = { run, stages: names, chosen: {}, output: { kind: 'value', value: null } } as const;
  await finish(finishing, services);
  const types = told.map(({ eventType, job }) => `${eventType} ${job.name}`);
  expect(types.length).toBe(1 + 2 * 12 + 1);
  expect([types[0], types[1], types.at(-1)]).toEqual(['START orders', 'START orders/stage0', 'COMPLETE orders']);
  const ids = new Set(told.map(({ run: { runId } }) => runId));
  expect(ids.size).toBe(13);
  await finish(finishing, services);
  expect(new Set(told.map(({ run: { runId } }) => runId))).toEqual(ids);
});

test('of a run that reads a thousand others no call is larger than the bus takes, and none is left out', async () => {
  const run = await workshop.startRun('wide');
  const record = await workshop.local.ledger.runs.get(run.pipeline, run.id);
  if (!record) throw new Error('it is there');
  const many = Array.from({ length: 1_000 }, (_, n) => ({
    pipeline: 'visits',
    run: `run-${n}`,
    partition: `day-${n}`,
  }));
  const wide = { ...record, upstreamLists: { visits: many } };
  const stage = { stage: 's', status: 'completed', attempts: 1 } as StageRecord;
  const sizes: number[] = [];
  const sent: LineageEvent[] = [];
  const call: Aws['call'] = async (_, __, input) => {
    const { Entries } = input as { readonly Entries: readonly { readonly Detail: string }[] };
    sizes.push(Entries.reduce((sum, { Detail }) => sum + Buffer.byteLength(Detail), 0));
    for (const { Detail } of Entries) sent.push(JSON.parse(Detail));
    return {};
  };
  const { services } = workshop;
  const stages = Array.from({ length: 4 }, (_, n) => ({ ...stage, stage: `s${n}` }));
  await tellLineageOfEnd(wide, stages, { ...services, aws: { ...services.aws, call }, lineage: true });
  expect(Math.max(...sizes)).toBeLessThan(256 * 1_024);
  expect(sent.map(({ inputs }) => inputs.length)).toEqual(Array.from({ length: 9 }, () => 300));
});

describe('to Amazon DataZone', () => {
  const notice = { id: 'e-1', detail: { eventType: 'START' } };
  const keys = { AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 's', HEDDLE_DATAZONE_DOMAIN: 'dzd_1' };

  test('posted as it is, signed, under the id of its event; what is not taken is thrown', async () => {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      const { url, headers } = request;
      const scope = /Credential=A\/\d+\/(\S+?),/.exec(headers.authorization ?? '')?.[1];
      seen.push(`${request.method} ${url} ${headers['client-token']} ${scope}`);
      request.on('data', (body) => seen.push(String(body)));
      request.on('end', () => response.writeHead(seen.length > 2 ? 400 : 200).end('{"message":"no"}'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const post = lineagePoster({ ...keys, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` });
      await post(notice);
      const scope = 'us-east-1/datazone/aws4_request';
      expect(seen).toEqual([`POST /v2/domains/dzd_1/lineage/events e-1 ${scope}`, '{"eventType":"START"}']);
      await expect(post(notice)).rejects.toThrow('dzd_1 did not take e-1: HTTP 400 {"message":"no"}');
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  test('the local engine has none, and says so', async () => {
    const post = lineagePoster({ ...keys, AWS_ENDPOINT_URL: workshop.local.endpoint });
    await expect(post(notice)).rejects.toThrow(/HTTP 501 .*HDL501 the local engine does not implement datazone/);
  });
});
