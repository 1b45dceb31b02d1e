// `npm start -- --fail`: a run that completes with dead letters, and two ways to have them done again; then all is counted.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freshAssembly } from '../../lib/cli/assembly.ts';
import { openLedger } from '../../lib/ledger/index.ts';
import {
  manifestName,
  type OrchestratorManifest,
  type PipelineManifest,
  type RunRecord,
} from '../../lib/records/index.ts';
import { type Aws, connect } from '../../lib/support/aws-call.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'heddle-faults-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(async () => {
  await freshAssembly({ root, environment: process.env, say: () => undefined });
});

interface Program {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
  /** Resolves with all output so far once it has the words. */
  saying(words: string): Promise<string>;
}

const run = (program: string, ...words: readonly string[]): Program => {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', `bin/${program}.ts`, ...words], {
    cwd: root,
    stdio: 'pipe',
  });
  let output = '';
  let heard = (): void => undefined;
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
      heard();
    });
  const ended = new Promise<{ code: number | null; output: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, output })),
  );
  const saying = (words: string): Promise<string> =>
    new Promise((resolve, reject) => {
      heard = () => {
        if (output.includes(words)) resolve(output);
      };
      heard();
      void ended.then(({ code }) => reject(new Error(`ended with ${code} before it said '${words}':\n${output}`)));
    });
  return { child, ended, saying };
};

test('a share of the reviews fails; replay does them again, and the report then counts every review', async () => {
  const state = join(folder, 'share');
  const broken = await run('start', '--state', state, '--fail', 'sentiment.score:3%').ended;
  expect(broken).toMatchObject({ code: 0 });
  expect(broken.output).toMatch(/sentiment +faults-\w+ +faults +completed +4 completed +[\d,]+ +106 /);
  expect(broken.output).toContain(
    '106 dead letter(s) of sentiment; the rest went on:\n  score: asked for: HEDDLE_FAIL=3%',
  );
  expect(broken.output).toContain('Accuracy against 2,894 labels');
  expect(broken.output).toContain(`npx heddle dead-letters replay --pipeline sentiment --go --state ${state}`);
  const page = join(state, 'reports', 'faults', 'report.html');
  expect(readFileSync(page, 'utf8')).toContain('106 of 3,000 reviews have no score');

  // All of them: the three rows that collect refused fail again, and are dead letters again.
  const replayed = await run('heddle', 'dead-letters', 'replay', '--go', '--state', state).ended;
  expect(replayed).toMatchObject({ code: 0 });
  expect(replayed.output).toMatch(/sentiment +faults-\w+ +faults +completed +4 completed +4,763 +0 /);
  expect(replayed.output).toMatch(/report +faults-\w+ +faults +completed/);

  const mended = await run('start', '--state', state, '--partition', 'faults').ended;
  expect(mended).toMatchObject({ code: 0 });
  expect(mended.output).toContain('Accuracy against 3,000 labels');
  expect(readFileSync(page, 'utf8')).not.toContain('have no score');
}, 300_000);

const arnOf = async (aws: Aws, QueueUrl: string): Promise<string> => {
  const { Attributes } = await aws.call('sqs', 'GetQueueAttributes', { QueueUrl, AttributeNames: ['QueueArn'] });
  return (Attributes as { readonly QueueArn: string }).QueueArn;
};

test("so it is by AWS's own redrive of the dead-letter queue, while the engine is open", async () => {
  const file = join(folder, 'shop.csv');
  const rows = Array.from({ length: 40 }, (_, n) => `Good one ${n},2026-03-0${1 + (n % 9)},shop`);
  writeFileSync(file, ['text,date,source', ...rows, ''].join('\n'));
  const words = ['--state', join(folder, 'redrive'), '--input', file];
  const broken = await run('start', ...words, '--fail', 'sentiment.score:4').ended;
  expect(broken.output).toContain('4 dead letter(s) of sentiment');
  const page = join(folder, 'redrive', 'reports', 'shop', 'report.html');
  expect(readFileSync(page, 'utf8')).toContain('4 of 40 reviews have no score');

  const program = run('start', ...words, '--keep-open');
  const said = await program.saying('sqs list-queues');
  const endpoint = /AWS_ENDPOINT_URL=(\S+)/.exec(said)?.[1];
  const aws = connect({ region: 'us-east-1', endpoint, accessKeyId: 'local', secretAccessKey: 'local' });
  const parameter = async (name: string): Promise<unknown> => {
    const { Parameter } = await aws.call('ssm', 'GetParameter', { Name: name });
    return JSON.parse((Parameter as { readonly Value: string }).Value);
  };
  const ledger = openLedger(aws, (await parameter(manifestName('heddle'))) as OrchestratorManifest);
  const queues = (await parameter(manifestName('heddle', 'sentiment'))) as PipelineManifest;
  await aws.call('sqs', 'StartMessageMoveTask', {
    SourceArn: await arnOf(aws, queues.deadLetterQueueUrl),
    DestinationArn: await arnOf(aws, queues.replayQueueUrl),
  });
  let trendsRuns = 0;
  const replayed = async (): Promise<boolean> => {
    const [sentiments, trends, reports] = await Promise.all(
      ['sentiment', 'trends', 'report'].map((pipeline) => ledger.runs.latest(pipeline, 5)),
    );
    const again = sentiments?.find(({ generation }) => generation === 2);
    const isFrom = ({ trigger }: RunRecord) => trigger.identity.split(' ').includes(`${again?.run}_2`);
    trendsRuns = trends?.length ?? 0;
    return again !== undefined && reports?.find(isFrom)?.status === 'completed';
  };
  let isDone = await replayed();
  for (const deadline = performance.now() + 60_000; !isDone && performance.now() < deadline; )
    isDone = await replayed();
  expect(isDone).toBe(true);
  expect(trendsRuns).toBe(1); // it read nothing of sentiment
  program.child.kill('SIGINT');
  expect(await program.ended).toMatchObject({ code: 0 });

  expect(await run('start', ...words).ended).toMatchObject({ code: 0 });
  expect(readFileSync(page, 'utf8')).not.toContain('have no score');
}, 180_000);

test('--fail with no share is refused', async () => {
  const { code, output } = await run('start', '--state', join(folder, 'never'), '--fail', 'sentiment.score').ended;
  expect(code).toBe(2);
  expect(output).toMatch(
    /^HDL629 --fail is 'sentiment\.score'; expected <pipeline>\.<stage>:<percent or count>\. Fix: /,
  );
});
