// Pipelines with latches, and with machines for their parts, on the local engine as the synthesized template has them.
// Every stage notes when it begins and ends; a test says which fail and which hang.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRecord } from '../../../lib/records/index.ts';
import { crossing, itemized, packed, rounds } from '../../constructs/fixtures/latched.ts';
import { DeployedApp, until } from '../deployed-app.ts';

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

export class LatchedShop extends DeployedApp {
  constructor() {
    super(...pipelines);
  }

  override async open(): Promise<void> {
    this.fail();
    this.notes();
    const text = handlerText(this.folder);
    await super.open({ handlers: Object.fromEntries(pipelines.map(({ name }) => [`${name}/work`, text])) });
  }

  /** From now on these stages fail, or hang (`b hangs`), and no others. */
  fail(...stages: readonly string[]): void {
    writeFileSync(join(this.folder, 'fails'), stages.join('\n'));
  }

  /** `began a`, `ended a`, … since this was asked last, as they came. */
  notes(): readonly string[] {
    const file = join(this.folder, 'notes');
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
    const { startQueueUrl } = await this.manifest();
    const message = { kind: 'manual', pipeline, id, input: { items: [1] }, by: 'tester' };
    await this.aws.call('sqs', 'SendMessage', { QueueUrl: startQueueUrl, MessageBody: JSON.stringify(message) });
    const noted = () => readFileSync(join(this.folder, 'notes'), 'utf8').includes(`began ${stage}\n`);
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
    const { stateMachineArn } = await this.manifest(pipeline);
    const answer = await this.aws.call('states', 'ListExecutions', { stateMachineArn: `${stateMachineArn}-${part}` });
    return answer.executions as { executionArn: string; status: string }[]; // ListExecutions' answer
  }
}

const given = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('it is not there');
  return value;
};
