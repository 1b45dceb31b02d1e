// Four pipelines of daily partitions, the last made from two that are made from the first; with the command line before them.
import * as z from 'zod';
import { runProgram } from '../../lib/cli/index.ts';
import { daily, definePipeline, defineStage, type Pipeline } from '../../lib/definition/index.ts';
import type { RunRecord } from '../../lib/records/index.ts';
import { testSetting } from '../cli/setting.ts';
import { type Bench, type Handlers, openBench } from './bench.ts';

export const result = z.object({ score: z.number(), prompt: z.string() });
const stage = (name: string) => defineStage(name, { input: z.object({ day: z.string() }), output: result });
const own = { input: z.object({}), partitions: daily({ from: '2025-01-01' }) };
const collect = definePipeline('collect', own, (flow) => flow.task(stage('collecting'), { day: flow.partition.key }));
const sentiment = definePipeline('sentiment', { ...own, upstream: { collect } }, (flow) =>
  flow.task(stage('judging'), { day: flow.partition.key }),
);
const trends = definePipeline('trends', { ...own, upstream: { collect } }, (flow) =>
  flow.task(stage('counting'), { day: flow.partition.key }),
);
const report = definePipeline('report', { ...own, upstream: { sentiment, trends } }, (flow) =>
  flow.task(stage('writing'), { day: flow.partition.key }),
);
export const four: readonly Pipeline[] = [collect, sentiment, trends, report];

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Four {
  readonly bench: Bench;
  /** What `npx heddle …` says, and its exit code. */
  heddle(...words: string[]): Promise<Said>;
  /** Every run of all of them. */
  runs(): Promise<readonly RunRecord[]>;
}

export const openFour = async (handlers: Handlers = {}, more: readonly Pipeline[] = []): Promise<Four> => {
  const pipelines = [...four, ...more];
  const fine = () => ({ score: 1, prompt: 'v4' });
  const bench = await openBench(pipelines, {
    collecting: fine,
    judging: fine,
    counting: fine,
    writing: fine,
    ...handlers,
  });
  await bench.local.service('ssm').call('PutParameter', {
    Name: '/heddle/heddle',
    Type: 'String',
    Value: JSON.stringify({
      orchestrator: 'heddle',
      pipelines: pipelines.map(({ name }) => name),
      table: 'ledger',
      payloadBucket: 'payloads',
      inboxBucket: 'inbox',
      startQueueUrl: bench.services.startQueueUrl,
    }),
  });
  await bench.local.service('s3').call('CreateBucket', { Bucket: 'inbox' });
  const environment = {
    AWS_ENDPOINT_URL: bench.local.endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
  };
  return {
    bench,
    heddle: async (...words) => {
      const { setting, stdout, stderr } = testSetting(pipelines, { environment, now: bench.services.now });
      const code = await runProgram(words, setting);
      return { code, stdout: stdout(), stderr: stderr() };
    },
    runs: async () =>
      (await Promise.all(pipelines.map(({ name }) => bench.local.ledger.runs.latest(name, 10_000)))).flat(),
  };
};
