// An app of three pipelines on a local engine, with the console open on it: `orders` asks a person and has a map whose items fail when
// told to; `rates` has a run a day; `digest` reads it.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import * as z from 'zod';
import { readArguments } from '../../../lib/cli/arguments.ts';
import { runs } from '../../../lib/cli/commands/runs.ts';
import { type ConsoleServer, openConsole } from '../../../lib/cli/console/index.ts';
import { runProgram } from '../../../lib/cli/index.ts';
import type { Target } from '../../../lib/cli/setting.ts';
import { openTarget } from '../../../lib/cli/target.ts';
import { Orchestrator } from '../../../lib/constructs/index.ts';
import { daily, definePipeline, defineStage } from '../../../lib/definition/index.ts';
import { type Engine, openEngine } from '../../../lib/local/index.ts';
import { testSetting } from '../../cli/setting.ts';

const number = z.object({ n: z.number() });
const retry = { attempts: 1 };
const list = defineStage('list', {
  input: z.object({ count: z.number() }),
  output: z.object({ numbers: z.array(z.number()) }),
  retry,
});
const score = defineStage('score', { input: number, output: number, retry });
const audit = defineStage('audit', { input: z.object({ numbers: z.array(z.number()) }), output: number, retry });
const publish = defineStage('publish', { input: z.object({ approved: z.boolean() }), output: number, retry });
const load = defineStage('load', { input: z.object({ day: z.string() }), output: number, retry });
const condense = defineStage('condense', { input: number, output: number, retry });

const orders = definePipeline('orders', { input: z.object({ count: z.number() }) }, (flow) => {
  const { numbers } = flow.task(list, { count: flow.input.count });
  const scored = flow.map(score, numbers, (n) => ({ n }), { batch: 5, tolerate: { percent: 50 } });
  flow.task(audit, { numbers });
  const answer = flow.approve('release', {
    prompt: 'Publish <b>these</b> scores?',
    show: { failed: scored.failed },
    answer: z.object({ approved: z.boolean() }),
    timeout: '1h',
  });
  return flow.task(publish, { approved: answer.approved });
});
const rates = definePipeline(
  'rates',
  { input: z.object({ day: z.string() }), partitions: daily({ from: '2026-11-16' }) },
  (flow) => flow.task(load, { day: flow.input.day }),
);
const digest = definePipeline(
  'digest',
  { input: z.object({}), partitions: daily({ from: '2026-11-16' }), upstream: { rates } },
  (flow) => flow.task(condense, { n: flow.upstream.rates.n }),
);
export const pipelines = [orders, rates, digest];

const bodies: { readonly [stage: string]: readonly [pipeline: string, input: string, output: string, body: string] } = {
  list: [
    'orders',
    'z.object({ count: z.number() })',
    'z.object({ numbers: z.array(z.number()) })',
    '{ numbers: Array.from({ length: input.count }, (_, n) => n) }',
  ],
  score: ['orders', 'number', 'number', 'input'],
  audit: ['orders', 'z.object({ numbers: z.array(z.number()) })', 'number', '{ n: input.numbers.length }'],
  publish: ['orders', 'z.object({ approved: z.boolean() })', 'number', '{ n: 1 }'],
  load: ['rates', 'z.object({ day: z.string() })', 'number', '{ n: input.day.length }'],
  condense: ['digest', 'number', 'number', 'input'],
};

/** A call fails, with HTML in its message, when the file `fails` names it: `score 3`, `audit`. */
const handlerText = (stage: string, folder: string): string => {
  const [, input, output, body] = bodies[stage] ?? [];
  return `
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { defineStage } from '../../../../lib/definition/index.ts';
import { PermanentError, stageHandler } from '../../../../lib/runtime/index.ts';
const number = z.object({ n: z.number() });
const contract = defineStage('${stage}', { input: ${input}, output: ${output} });
export const handler = stageHandler(contract, async ({ input, log }) => {
  const call = ${stage === 'score' ? "'score ' + input.n" : `'${stage}'`};
  log.info('at work', { call });
  if (readFileSync(${JSON.stringify(join(folder, 'fails'))}, 'utf8').split('\\n').includes(call))
    throw new PermanentError('<script>alert("' + call + '")</script> was told to fail');
  return ${body};
});
`;
};

export class Shop {
  readonly #name = `console-${process.pid}-${Math.random().toString(36).slice(2)}`;
  readonly #folder = join(process.cwd(), '.cache', this.#name);
  #engine: Engine | undefined;
  #console: ConsoleServer | undefined;
  #target: Target | undefined;

  async open(): Promise<void> {
    for (const [stage, [pipeline]] of Object.entries(bodies)) {
      mkdirSync(join(this.#folder, 'stages', pipeline), { recursive: true });
      writeFileSync(join(this.#folder, 'stages', pipeline, `${stage}.ts`), handlerText(stage, this.#folder));
    }
    this.fail();
    const app = new App({ outdir: join(this.#folder, 'cdk.out'), builtinCloudFormationValidation: false });
    new Orchestrator(new Stack(app, 'Test'), 'Heddle', { pipelines, handlers: join('.cache', this.#name, 'stages') });
    this.#engine = await openEngine({ assembly: app.synth().directory, stateDir: join(this.#folder, 'state') });
    const { setting } = this.#setting();
    this.#target = await openTarget(readArguments(runs, []), setting);
    this.#console = await openConsole({ target: this.#target, setting, port: 0, pauseMs: 100 });
  }

  get address(): string {
    return this.#console?.address ?? '';
  }

  get target(): Target {
    if (!this.#target) throw new Error('the shop is not open');
    return this.#target;
  }

  /** From now on these calls fail, and no others. */
  fail(...calls: readonly string[]): void {
    writeFileSync(join(this.#folder, 'fails'), calls.join('\n'));
  }

  #setting() {
    const environment = {
      AWS_ENDPOINT_URL: this.#engine?.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    };
    return testSetting(pipelines, { environment, now: Date.now });
  }

  /** A command of the CLI against the same engine. */
  async heddle(...words: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const { setting, stdout, stderr } = this.#setting();
    const code = await runProgram(words, setting);
    return { code, stdout: stdout(), stderr: stderr() };
  }

  async close(): Promise<void> {
    await this.#console?.close();
    await this.#engine?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
