// Every machine that the compiler emits is checked and run: goldens, what ships, and random pipelines.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { gt, type Pipeline } from '../../lib/definition/index.ts';
import { validate } from '../../lib/graph/index.ts';
import type { Service, ServiceId } from '../../lib/local/service.ts';
import { sqsService } from '../../lib/local/services/sqs/index.ts';
import { customerIntelligence } from '../../lib/pipelines/customer-intelligence/index.ts';
import type { BeginCall, Json, SettleCall, StageCall } from '../../lib/records/index.ts';
import { beginSlot } from '../../lib/records/index.ts';
import { engine, type Handler } from '../local/sfn/engine.ts';
import { goldenPipelines } from './golden-pipelines.ts';
import { createLedgerTable, ledgerInside, withDynamodb } from './ledger-inside.ts';
import { problemsOf } from './problems-of.ts';
import { randomPipeline } from './random-pipeline.ts';
import { compiled, machineOf, pipelineOf, stage } from './sample.ts';

const emitted: [string, Pipeline][] = [
  ...Object.entries(goldenPipelines),
  ...customerIntelligence.map((pipeline): [string, Pipeline] => [pipeline.name, pipeline]),
];

/** A value of 1 for whatever is asked for, a moment that has passed for whatever waits, a message for what calls SQS. */
const answers = (
  definition: string,
  service: (id: ServiceId) => Service,
  queueUrl: string,
): Record<string, Handler> => {
  const ones = (asked: readonly { readonly key: string }[] | undefined): Json =>
    Object.fromEntries((asked ?? []).map(({ key }) => [key, 1]));
  const work: Handler = async (event) => {
    const settling = event as SettleCall;
    if ('action' in settling && settling.action === 'poolOpened') {
      const output = JSON.stringify({ lease: null, until: '2026-01-01T00:00:00Z' });
      await service('sfn').call('SendTaskSuccess', { taskToken: settling.token, output });
      return {};
    }
    const call = event as StageCall;
    if (call.release) await ledgerInside(service).latches.release(call.run, call.stage, call.release);
    const due = { call: true, arguments: { QueueUrl: queueUrl, MessageBody: 'm' } };
    return { status: 'completed', control: ones(call.control), until: '2026-01-01T00:00:00Z', ...due };
  };
  const begin: Handler = (event) => {
    const call = event as BeginCall;
    const run = { pipeline: call.pipeline, id: 'r', partition: 'p', definitionHash: 'h', execution: call.execution };
    return { run, control: { [beginSlot]: ones(call.control) }, chosen: {} };
  };
  const names = [...definition.matchAll(/\$\{(\w+)\}/g)].flatMap(([, name]) => name ?? []);
  return Object.fromEntries(names.map((name) => [name, name === 'operator_begin' ? begin : work]));
};

test.each(emitted)('%s has no problem', (_, pipeline) => {
  expect(problemsOf(machineOf(pipeline))).toEqual([]);
});

/** Jobs are AWS's own: on the local engine their stages fail (test/flow/service.test.ts). */
const runnable = emitted.filter(([name]) => name !== 'jobs');
describe.each(runnable)('%s', (_, pipeline) => {
  test('runs to its end', async () => {
    const queueUrl = 'http://localhost/123456789012/done';
    const functions = answers(compiled(pipeline).definition, (id) => sfn.service(id), queueUrl);
    const sfn = engine({ functions, services: (context) => [...withDynamodb(context), sqsService(context)] });
    await createLedgerTable(sfn.service);
    await sfn.service('sqs').call('CreateQueue', { QueueName: 'done' });
    const ended = await sfn.run(machineOf(pipeline), { run: 'r' });
    await sfn.close();
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
  });
});

test('the longest names that are allowed give states that AWS takes, with all that the compiler adds to them', () => {
  const named = (letter: string) => letter.repeat(60);
  const pipeline = pipelineOf((flow) => {
    const stood = flow.task(stage('one'), {}, { id: named('a'), fallback: stage('two') });
    const mapped = flow.map(stage('one'), stood.list, (item) => ({ item }), { id: named('b') });
    const waited = flow.wait(named('c'), { for: '1m' }, { after: [mapped] });
    flow.choose(
      gt(stood.n, 0),
      () => flow.task(stage('one'), {}, { id: named('d'), after: [waited] }),
      () => flow.check(named('e'), gt(stood.n, 1)),
      { id: named('f') },
    );
  });
  expect(validate([pipeline]).filter(({ code }) => code !== 'HDL210')).toEqual([]);
  expect(problemsOf(machineOf(pipeline))).toEqual([]);
});

test('random pipelines have no problem', () => {
  fc.assert(
    fc.property(randomPipeline, ({ pipeline }) => {
      expect(problemsOf(machineOf(pipeline))).toEqual([]);
    }),
    { numRuns: 40 },
  );
});
