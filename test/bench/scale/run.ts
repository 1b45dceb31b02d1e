// `node bin/run.mjs test/bench/scale/run.ts heddle|engine N`: a map over N rows of a file, batches of a thousand, in this process.
// `heddle`: an app from its template, with its Lambdas, records and progress. `engine`: the Distributed Map alone.
// Prints `{ ms, workMs }`: milliseconds from the request to the end, and those of the processors.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../../../lib/cli/index.ts';
import { openEngine, openServices, type Service } from '../../../lib/local/index.ts';
import { testSetting } from '../../cli/setting.ts';
import { rows } from './pipeline.ts';

const folder = mkdtempSync(join(tmpdir(), 'heddle-scale-'));
const stateDir = join(folder, 'state');

const putRows = async (s3: Service, Bucket: string, count: number): Promise<void> => {
  const parts = [Buffer.from('id,text\n')];
  for (let first = 0; first < count; first += 1_000) {
    const ids = Array.from({ length: Math.min(1_000, count - first) }, (_, at) => first + at);
    parts.push(Buffer.from(ids.map((id) => `row-${id},what stands in row ${id}\n`).join('')));
  }
  await s3.call('PutObject', { Bucket, Key: 'rows.csv', Body: Buffer.concat(parts) });
};

/** Runs it and gives the milliseconds from the request to the end. */
type Measure = (count: number) => Promise<number>;

const heddle: Measure = async (count) => {
  const assembly = join(folder, 'cdk.out');
  // As the CLI does it: what synthesizes is gone when the engine opens.
  const synth = spawnSync(process.execPath, ['--no-warnings', join(import.meta.dirname, 'synth.ts'), assembly]);
  if (synth.status !== 0) throw new Error(String(synth.stderr));
  const engine = await openEngine({ assembly, stateDir });
  const { Parameter } = await engine.service('ssm').call('GetParameter', { Name: '/heddle/heddle' });
  const { inboxBucket } = JSON.parse((Parameter as { Value: string }).Value);
  await putRows(engine.service('s3'), inboxBucket, count);
  const environment = {
    AWS_ENDPOINT_URL: engine.endpoint,
    AWS_REGION: engine.region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  const { setting, stdout, stderr } = testSetting([rows], { environment, now: Date.now });
  const began = performance.now();
  const code = await runProgram(['start', 'rows', '--input', '{ "key": "rows.csv" }'], setting);
  const ms = performance.now() - began;
  process.stderr.write(stdout());
  await engine.close();
  if (code !== 0 || !stdout().includes(String(count))) throw new Error(`${stdout()}\n${stderr()}`);
  return ms;
};

const machine = {
  QueryLanguage: 'JSONata',
  StartAt: 'Each',
  States: {
    Each: {
      Type: 'Map',
      ItemReader: {
        Resource: 'arn:aws:states:::s3:getObject',
        ReaderConfig: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' },
        Arguments: { Bucket: 'rows', Key: 'rows.csv' },
      },
      ItemBatcher: { MaxItemsPerBatch: 1_000 },
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
        StartAt: 'Work',
        States: {
          Work: { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:123456789012:function:work', End: true },
        },
      },
      MaxConcurrency: 40,
      Label: 'each',
      Output: '{% $sum($states.result) %}',
      End: true,
    },
  },
};

const engineAlone: Measure = async (count) => {
  const functions = { work: ({ Items }: { readonly Items: readonly unknown[] }) => Items.length };
  const engine = await openServices({ stateDir, functions, services: ['sfn', 'lambda', 's3'] });
  await engine.service('s3').call('CreateBucket', { Bucket: 'rows' });
  await putRows(engine.service('s3'), 'rows', count);
  const sfn = engine.service('sfn');
  const about = { name: 'rows', definition: JSON.stringify(machine), roleArn: 'arn:aws:iam::123456789012:role/r' };
  const { stateMachineArn } = await sfn.call('CreateStateMachine', about);
  const began = performance.now();
  const { executionArn } = await sfn.call('StartExecution', { stateMachineArn, input: '{}' });
  const ended = await engine.ended(String(executionArn));
  const ms = performance.now() - began;
  await engine.close();
  if (ended.output !== String(count)) throw new Error(JSON.stringify(ended).slice(0, 500));
  return ms;
};

const [what = '', count = ''] = process.argv.slice(2);
const measures: { readonly [what: string]: Measure | undefined } = { heddle, engine: engineAlone };
const measure = measures[what];
if (!measure) throw new Error(`'${what}' is not to be measured: pass ${Object.keys(measures).join(' or ')}`);
try {
  const ms = await measure(Number(count));
  const { user, system } = process.cpuUsage();
  process.stdout.write(`${JSON.stringify({ ms, workMs: (user + system) / 1_000 })}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
