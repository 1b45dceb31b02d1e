// A run that is under way when changed code is deployed: it goes on with the code that it began with.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import * as z from 'zod';
import { Orchestrator } from '../../lib/constructs/index.ts';
import { definePipeline, defineStage } from '../../lib/definition/index.ts';
import { openLedger } from '../../lib/ledger/index.ts';
import { type Engine, openEngine } from '../../lib/local/index.ts';
import type { OrchestratorManifest, StageRecord } from '../../lib/records/index.ts';
import { connect } from '../../lib/support/aws-call.ts';

// Below the repository, so that the handlers find its modules.
const folder = join('.cache', `redeploy-${process.pid}`);
const handlers = join(folder, 'stages');
const began = join(process.cwd(), folder, 'began');
const gate = join(process.cwd(), folder, 'gate');

const said = z.object({ code: z.string() });
const first = defineStage('first', { input: z.object({}), output: said });
const second = defineStage('second', { input: said, output: said });
const relay = definePipeline('relay', { input: z.object({}) }, (flow) => flow.task(second, flow.task(first, {})));

/** The handlers as they are at the deployment `code`: `first` does not come to its end before the gate is open. */
const write = (code: string): void => {
  const directory = join(handlers, 'relay');
  mkdirSync(directory, { recursive: true });
  for (const name of ['first', 'second']) {
    const wait =
      name === 'first'
        ? `writeFileSync(${JSON.stringify(began)}, ''); if (!existsSync(${JSON.stringify(gate)})) await new Promise(() => {});`
        : '';
    writeFileSync(
      join(directory, `${name}.ts`),
      `import { existsSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { defineStage } from '../../../../lib/definition/index.ts';
import { stageHandler } from '../../../../lib/runtime/index.ts';
const contract = defineStage('${name}', { input: z.object({}).loose(), output: z.object({ code: z.string() }) });
export const handler = stageHandler(contract, async () => { ${wait} return { code: '${code}' }; });
`,
    );
  }
};

const synthesize = (code: string): string => {
  write(code);
  const app = new App({ outdir: join(folder, 'cdk.out') });
  new Orchestrator(new Stack(app, 'Test'), 'Heddle', { pipelines: [relay], handlers });
  return app.synth().directory;
};

let engine: Engine | undefined;
/** Resolves with the status of the next execution that ends. */
let ended: PromiseWithResolvers<string>;

const deploy = async (code: string): Promise<Engine> => {
  await engine?.close();
  ended = Promise.withResolvers<string>();
  engine = await openEngine({
    assembly: synthesize(code),
    stateDir: join(folder, 'state'),
    onEvent: ({ source, detail }) => {
      if (source !== 'aws.states') return;
      const { status } = detail as { readonly status: string };
      if (status !== 'RUNNING') ended.resolve(status);
    },
  });
  return engine;
};

const manifestOf = async ({ service }: Engine): Promise<OrchestratorManifest> => {
  const { Parameter } = await service('ssm').call('GetParameter', { Name: '/heddle/heddle' });
  return JSON.parse((Parameter as { readonly Value: string }).Value);
};

const ask = async (running: Engine, id: string): Promise<void> => {
  const { startQueueUrl } = await manifestOf(running);
  await running.service('sqs').call('SendMessage', {
    QueueUrl: startQueueUrl,
    MessageBody: JSON.stringify({ kind: 'manual', pipeline: 'relay', id, input: {}, by: 'test' }),
  });
};

/** Which deployment's code gave each stage's output, in the newest run. */
const codeOf = async (running: Engine): Promise<readonly unknown[]> => {
  const aws = connect({
    region: running.region,
    endpoint: running.endpoint,
    accessKeyId: 'local',
    secretAccessKey: 'local',
  });
  const ledger = openLedger(aws, await manifestOf(running));
  const [run] = await ledger.runs.latest('relay', 1);
  const stages = await ledger.stages.list('relay', run?.run ?? '');
  return stages.map(({ stage, output }: StageRecord) => [stage, output?.kind === 'inline' && output.json]);
};

beforeAll(() => {
  mkdirSync(folder, { recursive: true });
});
afterAll(async () => {
  await engine?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('ends with the code that it began with; the next run has the new code', async () => {
  const before = await deploy('old');
  await ask(before, 'across');
  await new Promise<void>((resolve) => {
    const poll = setInterval(() => {
      if (!existsSync(began)) return;
      clearInterval(poll);
      resolve();
    }, 10);
  });

  const after = await deploy('new');
  writeFileSync(gate, '');
  expect(await ended.promise).toBe('SUCCEEDED');
  expect(await codeOf(after)).toEqual([
    ['first', '{"code":"old"}'],
    ['second', '{"code":"old"}'],
  ]);

  ended = Promise.withResolvers<string>();
  await ask(after, 'afresh');
  expect(await ended.promise).toBe('SUCCEEDED');
  expect(await codeOf(after)).toEqual([
    ['first', '{"code":"new"}'],
    ['second', '{"code":"new"}'],
  ]);
});
