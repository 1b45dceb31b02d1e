// Pipelines that run for real, in virtual time: their compiled machines on the local engine, with the operators, the stage
// wrapper and the ledger that ship, and handlers that are plain functions of the test.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from 'aws-lambda';
import { compile } from '../lib/asl/index.ts';
import type { Pipeline, Stage } from '../lib/definition/index.ts';
import { functionsOf, graphOf } from '../lib/graph/index.ts';
import { type Ledger, openLedger, tableRequest } from '../lib/ledger/index.ts';
import {
  type Services as LocalServices,
  openServices,
  type RegisteredFunctions,
  virtualClock,
} from '../lib/local/index.ts';
import { begin, finish, operatorHandler, settle } from '../lib/operators/index.ts';
import {
  type DeadLetter,
  environmentNames,
  type Json,
  type RunRecord,
  type StageRecord,
} from '../lib/records/index.ts';
import { stageHandler, type Work } from '../lib/runtime/index.ts';
import { connect } from '../lib/support/aws-call.ts';

/** The work of stages, by the name of the stage's contract. */
export interface Handlers {
  // biome-ignore lint/suspicious/noExplicitAny: a table of handlers of every contract; the contracts check them as they run
  readonly [stage: string]: (work: Work<Stage<string, any, any>>) => unknown;
}

export interface Ran {
  readonly status: string;
  readonly run: RunRecord;
  readonly stages: ReadonlyMap<string, StageRecord>;
  readonly deadLetters: readonly DeadLetter[];
  /** What the pipeline gave. Rejects where that depends on a stage that did not complete. */
  output(): Promise<Json>;
  /** Types of the execution's history events, in order. */
  readonly history: readonly { readonly type: string; readonly [field: string]: unknown }[];
}

export interface Works {
  readonly services: LocalServices;
  readonly ledger: Ledger;
  run(pipeline: Pipeline, input: Json, id?: string): Promise<Ran>;
  close(): Promise<void>;
}

const account = '123456789012';

/** Deploys pipelines to an engine of their own. One at a time: the functions read this process's environment. */
export const openWorks = async (pipelines: readonly Pipeline[], handlers: Handlers): Promise<Works> => {
  Object.assign(process.env, { POWERTOOLS_LOG_LEVEL: 'SILENT', POWERTOOLS_METRICS_DISABLED: 'true' });
  const stateDir = mkdtempSync(join(tmpdir(), 'heddle-works-'));
  const functions: RegisteredFunctions = {
    ...Object.fromEntries(
      Object.entries({ begin, settle, mend: settle, finish }).map(([name, operator]) => [
        `operator_${name}`,
        operatorHandler(name, process.env, operator as typeof settle), // each takes its own call and the services
      ]),
    ),
    ...Object.fromEntries(
      pipelines.flatMap((pipeline) =>
        functionsOf(graphOf(pipeline)).flatMap(({ placeholders, stage }) => {
          const work = handlers[stage.name];
          if (!work) throw new Error(`the test has no handler for ${stage.name}`);
          const handler = stageHandler(stage, work);
          const call = (event: never, context: unknown) => handler(event, context as Context);
          return placeholders.map((placeholder) => [`${pipeline.name}_${placeholder}`, call]);
        }),
      ),
    ),
  };
  const clock = virtualClock(Date.parse('2026-01-01T00:00:00Z'));
  const services = await openServices({
    stateDir,
    clock,
    functions,
    services: ['sfn', 'lambda', 'dynamodb', 's3', 'sqs', 'ssm', 'eventbridge'],
    port: 0,
  });
  await services.service('dynamodb').call('CreateTable', tableRequest('ledger'));
  for (const Bucket of ['payloads', 'inbox']) await services.service('s3').call('CreateBucket', { Bucket });
  await services.service('eventbridge').call('CreateEventBus', { Name: 'heddle' });
  const { QueueUrl } = await services.service('sqs').call('CreateQueue', { QueueName: 'dead' });
  const starts = await services.service('sqs').call('CreateQueue', { QueueName: 'start' });
  const endpoint = new URL(String(QueueUrl)).origin;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    [environmentNames.table]: 'ledger',
    [environmentNames.payloadBucket]: 'payloads',
    [environmentNames.inboxBucket]: 'inbox',
    [environmentNames.deadLetterQueue]: String(QueueUrl),
    [environmentNames.startQueue]: String(starts.QueueUrl),
    [environmentNames.eventBus]: 'heddle',
    [environmentNames.manifestPath]: '/heddle/heddle/',
    [environmentNames.codeHash]: 'code',
    [environmentNames.contractHash]: 'contract',
  });
  for (const pipeline of pipelines) {
    const { definition, hash } = compile(graphOf(pipeline));
    const names: { readonly [placeholder: string]: string } = {
      definitionHash: hash,
      inboxBucket: 'inbox',
      payloadBucket: 'payloads',
    };
    const text = definition.replaceAll(/\$\{(\w+)\}/g, (_, name: string) =>
      /^(stage|fallback)_/.test(name) ? `${pipeline.name}_${name}` : (names[name] ?? name),
    );
    const made = await services.service('sfn').call('CreateStateMachine', {
      name: pipeline.name,
      definition: text,
      roleArn: `arn:aws:iam::${account}:role/any`,
    });
    await services.service('ssm').call('PutParameter', {
      Name: `/heddle/heddle/${pipeline.name}`,
      Type: 'String',
      Value: JSON.stringify({
        pipeline: pipeline.name,
        stateMachineArn: made.stateMachineArn,
        upstream: {},
        deadLetterQueueUrl: QueueUrl,
      }),
    });
  }
  const aws = connect({ region: 'us-east-1', endpoint, accessKeyId: 'test', secretAccessKey: 'test' });
  const ledger = openLedger(aws, { table: 'ledger', payloadBucket: 'payloads' });

  const run = async ({ name: pipeline }: Pipeline, input: Json, id = 'r1'): Promise<Ran> => {
    await ledger.runs.create({
      pipeline,
      run: id,
      partition: 'p',
      status: 'pending',
      trigger: { kind: 'manual', identity: id, detail: 'test' },
      input: await ledger.payloads.store(pipeline, input),
      upstream: {},
      createdAt: '2026-01-01T00:00:00.000Z',
    });
    const started = await services.service('sfn').call('StartExecution', {
      stateMachineArn: `arn:aws:states:us-east-1:${account}:stateMachine:${pipeline}`,
      name: id,
      input: JSON.stringify({ run: id }),
    });
    const ended = await services.ended(String(started.executionArn));
    const record = await ledger.runs.get(pipeline, id);
    if (!record) throw new Error(`the run ${id} has no record`);
    const events = await services
      .service('sfn')
      .call('GetExecutionHistory', { executionArn: started.executionArn, maxResults: 1000 });
    const scope = { pipeline, run: id, partition: 'p', chosen: record.chosen ?? {} };
    return {
      status: String(ended.status),
      run: record,
      stages: new Map((await ledger.stages.list(pipeline, id)).map((stage) => [stage.stage, stage])),
      deadLetters: await ledger.deadLetters.list(pipeline, id),
      output: async () => ledger.resolver().resolve(record.output ?? { kind: 'value', value: null }, scope),
      history: events.events as Ran['history'],
    };
  };
  return {
    services,
    ledger,
    run,
    close: async () => {
      await services.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
};
