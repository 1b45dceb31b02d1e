// A small pipeline on the local engine whose stages fail as a test tells them to, and note every call.
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { definePipeline, defineStage } from '../../../lib/definition/index.ts';
import type { RunRecord, StartMessage } from '../../../lib/records/index.ts';
import { DeployedApp, until } from '../deployed-app.ts';

const one = z.object({ n: z.number() });
const many = z.object({ numbers: z.array(z.number()) });
const retry = { attempts: 1 };
const list = defineStage('list', { input: z.object({ count: z.number() }), output: many, retry });
const score = defineStage('score', { input: one, output: one, retry });
const total = defineStage('total', { input: z.object({ scores: z.array(one).readonly() }), output: one, retry });
const publish = defineStage('publish', { input: one, output: one, retry });
const side = defineStage('side', { input: many, output: one, retry });

/** list -> score (a map, bears 20 %) -> total -> publish, with side beside them. */
export const repair = definePipeline('repair', { input: z.object({ count: z.number() }) }, (flow) => {
  const listed = flow.task(list, { count: flow.input.count });
  const scored = flow.map(score, listed.numbers, (n) => ({ n }), { batch: 10, tolerate: { percent: 20 } });
  const summed = flow.task(total, { scores: scored.outputs });
  flow.task(side, { numbers: listed.numbers });
  return flow.task(publish, { n: summed.n });
});

const bodies: { readonly [stage: string]: string } = {
  list: '{ numbers: Array.from({ length: input.count }, (_, n) => n) }',
  score: '{ n: input.n * factor }',
  total: '{ n: input.scores.reduce((sum, { n }) => sum + n, 0) }',
  publish: 'input',
  side: '{ n: input.numbers.length }',
};
const schemas: { readonly [stage: string]: string } = {
  list: 'input: z.object({ count: z.number() }), output: z.object({ numbers: z.array(z.number()) })',
  score: 'input: z.object({ n: z.number() }), output: z.object({ n: z.number() })',
  total: 'input: z.object({ scores: z.array(z.object({ n: z.number() })) }), output: z.object({ n: z.number() })',
  publish: 'input: z.object({ n: z.number() }), output: z.object({ n: z.number() })',
  side: 'input: z.object({ numbers: z.array(z.number()) }), output: z.object({ n: z.number() })',
};

/** A call is noted as `score 7` (its item) or `total`; it fails when the file `fails` names it. */
const handlerText = (stage: string, factor: number, folder: string): string => `
import { appendFileSync, readFileSync } from 'node:fs';
import * as z from 'zod';
import { defineStage } from '../../../../lib/definition/index.ts';
import { PermanentError, stageHandler } from '../../../../lib/runtime/index.ts';
const factor = ${stage === 'score' ? factor : 1};
const contract = defineStage('${stage}', { ${schemas[stage]} });
export const handler = stageHandler(contract, async ({ input }) => {
  const call = ${stage === 'score' ? "'score ' + input.n" : `'${stage}'`};
  appendFileSync(${JSON.stringify(join(folder, 'calls'))}, call + '\\n');
  const fails = readFileSync(${JSON.stringify(join(folder, 'fails'))}, 'utf8').split('\\n');
  if (fails.includes(call + ' hangs')) await new Promise(() => {});
  if (fails.includes(call)) throw new PermanentError(call + ' was told to fail');
  return ${bodies[stage]};
});
`;

export class RepairShop extends DeployedApp {
  constructor() {
    super(repair);
  }

  /** Deploys the pipeline, with `factor` in the code of `score`. */
  async deploy(factor = 1): Promise<void> {
    if (!existsSync(join(this.folder, 'fails'))) this.fail();
    appendFileSync(join(this.folder, 'calls'), '');
    const texts = Object.keys(bodies).map((stage) => [`repair/${stage}`, handlerText(stage, factor, this.folder)]);
    await this.open({ handlers: Object.fromEntries(texts) });
  }

  /** From now on these calls fail, and no others. */
  fail(...calls: readonly string[]): void {
    writeFileSync(join(this.folder, 'fails'), calls.join('\n'));
  }

  /** The calls since this was asked last, sorted. */
  calls(): readonly string[] {
    const noted = this.#noted();
    writeFileSync(join(this.folder, 'calls'), '');
    return noted.toSorted();
  }

  #noted(): readonly string[] {
    return readFileSync(join(this.folder, 'calls'), 'utf8').split('\n').filter(Boolean);
  }

  async send(message: StartMessage): Promise<void> {
    await this.aws.call('sqs', 'SendMessage', {
      QueueUrl: (await this.manifest()).startQueueUrl,
      MessageBody: JSON.stringify(message),
    });
  }

  /** Runs the pipeline over `count` numbers to its end; gives the run as it then is. */
  async run(id: string, count: number): Promise<RunRecord> {
    const { code, stdout, stderr } = await this.heddle(
      'start',
      'repair',
      '--id',
      id,
      '--input',
      `{"count":${count}}`,
      '--json',
    );
    if (code === 2) throw new Error(stderr);
    return this.record(JSON.parse(stdout).run);
  }

  /** A run that is stopped while `side` is at work. */
  async stopped(id: string, count: number): Promise<RunRecord> {
    this.fail('side hangs');
    await this.send({ kind: 'manual', pipeline: 'repair', id, input: { count }, by: 'tester' });
    await until(() => this.#noted().includes('side'));
    const [newest] = await this.ledger.runs.latest('repair', 1);
    const run = newest?.run ?? '';
    const { code, stderr } = await this.heddle('cancel', run, '--because', 'a test', '--go');
    if (code !== 0) throw new Error(stderr);
    this.fail();
    return this.record(run);
  }

  async record(run: string): Promise<RunRecord> {
    const record = await this.ledger.runs.get('repair', run);
    if (!record) throw new Error(`there is no run ${run}`);
    return record;
  }

  /** What the run gave. */
  async output(run: string): Promise<unknown> {
    const { partition, output, chosen = {} } = await this.record(run);
    if (!output) throw new Error(`the run ${run} gave nothing`);
    return this.ledger.resolver().resolve(output, { pipeline: 'repair', run, partition, chosen });
  }

  /** Statuses of the run's stages, by stage. */
  async stages(run: string): Promise<{ readonly [stage: string]: string }> {
    const records = await this.ledger.stages.list('repair', run);
    return Object.fromEntries(records.map(({ stage, status }) => [stage, status]));
  }
}
