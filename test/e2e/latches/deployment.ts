// Pipelines with latches, and with machines for their parts, on the local engine as the synthesized template has them.
// Every stage notes when it begins and ends; a test says which fail and which hang.
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { runProgram } from '../../../lib/cli/index.ts';
import { Orchestrator } from '../../../lib/constructs/index.ts';
import { type Ledger, openLedger } from '../../../lib/ledger/index.ts';
import { type Engine, openEngine } from '../../../lib/local/index.ts';
import type { OrchestratorManifest, PipelineManifest, RunRecord } from '../../../lib/records/index.ts';
import { type Aws, connect } from '../../../lib/support/aws-call.ts';
import { testSetting } from '../../cli/setting.ts';
import { crossing, itemized, packed, rounds } from '../../constructs/fixtures/latched.ts';

const pipelines = [crossing, rounds, itemized, packed];

/** `fails` holds lines like `b` (fails) and `b hangs`. */
const handlerText = (folder: string): string => `
import { appendFileSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { defineStage } from '../../../../lib/definition/index.ts';
import { PermanentError, stageHandler } from '../../../../lib/runtime/index.ts';
const named = z.object({ name: z.string() });
const note = (line) => appendFileSync(${JSON.stringify(join(folder, 'notes'))}, line + '\\n');
export const handler = stageHandler(defineStage('work', { input: named, output: named }), async ({ input }) => {
  note('began ' + input.name);
  const fails = readFileSync(${JSON.stringify(join(folder, 'fails'))}, 'utf8').split('\\n');
  if (fails.includes(input.name + ' hangs')) await new Promise(() => {});
  if (fails.includes(input.name)) throw new PermanentError(input.name + ' was told to fail');
  note('ended ' + input.name);
  return input;
});
`;

export class LatchedShop {
  readonly #folder = join(process.cwd(), '.cache', `latched-${process.pid}`);
  readonly #ended = new Map<string, PromiseWithResolvers<string>>();
  #engine: Engine | undefined;
  #aws: Aws | undefined;
  #ledger: Ledger | undefined;

  async open(): Promise<void> {
    for (const { name } of pipelines) {
      mkdirSync(join(this.#folder, 'stages', name), { recursive: true });
      writeFileSync(join(this.#folder, 'stages', name, 'work.ts'), handlerText(this.#folder));
    }
    this.fail();
    this.notes();
    const app = new App({ outdir: join(this.#folder, 'cdk.out') });
    new Orchestrator(new Stack(app, 'Test'), 'Heddle', { pipelines, handlers: join(this.#folder, 'stages') });
    this.#engine = await openEngine({
      assembly: app.synth().directory,
      stateDir: join(this.#folder, 'state'),
      onEvent: ({ source, detail }) => {
        const { status, executionArn } = detail as { readonly status: string; readonly executionArn: string };
        if (source === 'aws.states' && status !== 'RUNNING') this.#waiter(executionArn).resolve(status);
      },
    });
    const { region, endpoint } = this.#engine;
    this.#aws = connect({ region, endpoint, accessKeyId: 'local', secretAccessKey: 'local' });
    this.#ledger = openLedger(this.#aws, await this.#parameter<OrchestratorManifest>('/heddle/heddle'));
  }

  async close(): Promise<void> {
    await this.#engine?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get ledger(): Ledger {
    return given(this.#ledger);
  }

  get aws(): Aws {
    return given(this.#aws);
  }

  /** From now on these stages fail, or hang (`b hangs`), and no others. */
  fail(...stages: readonly string[]): void {
    writeFileSync(join(this.#folder, 'fails'), stages.join('\n'));
  }

  /** `began a`, `ended a`, … since this was asked last, as they came. */
  notes(): readonly string[] {
    const file = join(this.#folder, 'notes');
    appendFileSync(file, '');
    const noted = readFileSync(file, 'utf8').split('\n').filter(Boolean);
    writeFileSync(file, '');
    return noted;
  }

  /** Runs a pipeline to its end. */
  async run(pipeline: string, id: string): Promise<RunRecord> {
    const { stdout, stderr, code } = await this.heddle(
      'start',
      pipeline,
      '--id',
      id,
      '--input',
      '{"items":[1]}',
      '--json',
    );
    if (code === 2) throw new Error(stderr);
    return this.record(pipeline, JSON.parse(stdout).run);
  }

  /** Starts a run and gives it once a stage that hangs has begun. */
  async hanging(pipeline: string, id: string, stage: string): Promise<RunRecord> {
    this.fail(`${stage} hangs`);
    const { startQueueUrl } = await this.#parameter<OrchestratorManifest>('/heddle/heddle');
    const message = { kind: 'manual', pipeline, id, input: { items: [1] }, by: 'tester' };
    await this.aws.call('sqs', 'SendMessage', { QueueUrl: startQueueUrl, MessageBody: JSON.stringify(message) });
    const noted = () => readFileSync(join(this.#folder, 'notes'), 'utf8').includes(`began ${stage}\n`);
    await until(noted);
    const [newest] = await this.ledger.runs.latest(pipeline, 1);
    return given(newest);
  }

  async record(pipeline: string, run: string): Promise<RunRecord> {
    return given(await this.ledger.runs.get(pipeline, run));
  }

  /** Statuses of the run's stages, by stage. */
  async stages(pipeline: string, run: string): Promise<{ readonly [stage: string]: string }> {
    const records = await this.ledger.stages.list(pipeline, run);
    return Object.fromEntries(records.map(({ stage, status }) => [stage, status]));
  }

  /** Executions of a pipeline's part, the newest first. */
  async executionsOf(
    pipeline: string,
    part: number,
  ): Promise<readonly { readonly executionArn: string; readonly status: string }[]> {
    const { stateMachineArn } = await this.#parameter<PipelineManifest>(`/heddle/heddle/${pipeline}`);
    const answer = await this.aws.call('states', 'ListExecutions', { stateMachineArn: `${stateMachineArn}-${part}` });
    return answer.executions as { executionArn: string; status: string }[]; // ListExecutions' answer
  }

  /** Resolves with the status of an execution once it has ended. */
  ended(executionArn: string): Promise<string> {
    return this.#waiter(executionArn).promise;
  }

  /** A command of the CLI against this deployment. */
  async heddle(...words: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const { setting, stdout, stderr } = testSetting(pipelines, {
      environment: {
        AWS_ENDPOINT_URL: given(this.#engine).endpoint,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        USER: 'tester',
      },
      now: Date.now,
    });
    const code = await runProgram(words, setting);
    return { code, stdout: stdout(), stderr: stderr() };
  }

  async #parameter<Manifest>(name: string): Promise<Manifest> {
    const { Parameter } = await this.aws.call('ssm', 'GetParameter', { Name: name });
    return JSON.parse((Parameter as { readonly Value: string }).Value);
  }

  #waiter(executionArn: string): PromiseWithResolvers<string> {
    const waiter = this.#ended.get(executionArn) ?? Promise.withResolvers<string>();
    this.#ended.set(executionArn, waiter);
    return waiter;
  }
}

const given = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('it is not there');
  return value;
};

/** Looks every 20 ms, until it is so. */
export const until = (isSo: () => boolean | Promise<boolean>): Promise<void> =>
  new Promise((resolve, reject) => {
    const poll = setInterval(() => {
      Promise.resolve()
        .then(isSo)
        .then((so) => {
          if (!so) return;
          clearInterval(poll);
          resolve();
        })
        .catch((error: unknown) => {
          clearInterval(poll);
          reject(error);
        });
    }, 20);
  });
