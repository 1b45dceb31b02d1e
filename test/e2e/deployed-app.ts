// An app as its user has it: synthesized, on an engine, with the CLI beside it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { App, Aspects, Stack } from 'aws-cdk-lib';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { runProgram } from '../../lib/cli/index.ts';
import { Orchestrator } from '../../lib/constructs/index.ts';
import type { Pipeline } from '../../lib/definition/index.ts';
import { type Ledger, openLedger } from '../../lib/ledger/index.ts';
import { type Clock, type Engine, openEngine } from '../../lib/local/index.ts';
import {
  manifestName,
  type OrchestratorManifest,
  type PipelineManifest,
  type RunRecord,
} from '../../lib/records/index.ts';
import { type Aws, connect } from '../../lib/support/aws-call.ts';
import { testSetting } from '../cli/setting.ts';

export interface Opening {
  /** Adds what else is in the stack. */
  beside?(stack: Stack): void;
  /** The texts of handlers, by pipeline and stage: `orders/clean`. */
  readonly handlers?: { readonly [place: string]: string };
  readonly clock?: Clock;
}

const someone = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

export class DeployedApp {
  readonly #pipelines: readonly Pipeline[];
  readonly #ended = new Map<string, PromiseWithResolvers<string>>();
  readonly #first = Promise.withResolvers<string>();
  #engine: Engine | undefined;
  #aws: Aws | undefined;
  #ledger: Ledger | undefined;
  /** Below the repository, so that handlers find its modules. */
  readonly folder: string;

  constructor(...pipelines: readonly Pipeline[]) {
    this.#pipelines = pipelines;
    const cache = join(process.cwd(), '.cache');
    mkdirSync(cache, { recursive: true });
    this.folder = mkdtempSync(join(cache, 'app-'));
  }

  /** Deploys it; again, on the same state, as a further deployment does. */
  async open({ beside, handlers, clock }: Opening = {}): Promise<void> {
    await this.#engine?.close();
    // test/constructs has the template validated.
    const app = new App({ outdir: join(this.folder, 'cdk.out'), builtinCloudFormationValidation: false });
    const stack = new Stack(app, 'Test');
    beside?.(stack);
    new Orchestrator(stack, 'Heddle', {
      pipelines: this.#pipelines,
      ...(handlers ? { handlers: this.#write(handlers) } : {}),
    });
    // What comes together in a test comes at once: nobody need wait for more of it.
    Aspects.of(stack).add({
      visit: (node) => {
        if (node instanceof CfnEventSourceMapping && node.maximumBatchingWindowInSeconds)
          node.maximumBatchingWindowInSeconds = 1;
      },
    });
    this.#engine = await openEngine({
      assembly: app.synth().directory,
      stateDir: join(this.folder, 'state'),
      ...(clock ? { clock } : {}),
      onEvent: ({ source, detail }) => {
        if (source !== 'aws.states' || detail.status === 'RUNNING') return;
        const status = String(detail.status);
        for (const name of [detail.name, detail.executionArn]) this.#waiter(String(name)).resolve(status);
        this.#first.resolve(status);
      },
    });
    const { region, endpoint } = this.#engine;
    this.#aws = connect({ region, endpoint, accessKeyId: 'local', secretAccessKey: 'local' });
    this.#ledger = openLedger(this.#aws, await this.manifest());
  }

  async close(): Promise<void> {
    await this.#engine?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get engine(): Engine {
    return open(this.#engine);
  }

  get aws(): Aws {
    return open(this.#aws);
  }

  get ledger(): Ledger {
    return open(this.#ledger);
  }

  manifest(): Promise<OrchestratorManifest>;
  manifest(pipeline: string): Promise<PipelineManifest>;
  async manifest(pipeline?: string): Promise<unknown> {
    const { Parameter } = await this.aws.call('ssm', 'GetParameter', { Name: manifestName('heddle', pipeline) });
    return JSON.parse((Parameter as { readonly Value: string }).Value);
  }

  /** The status that the first execution ends with. */
  get firstEnd(): Promise<string> {
    return this.#first.promise;
  }

  /** The status of an execution, by its name or ARN, once it has ended. */
  ended(execution: string): Promise<string> {
    return this.#waiter(execution).promise;
  }

  /** One command of the CLI, against the engine's port. */
  readonly heddle = async (...words: readonly string[]) => {
    const environment = { AWS_ENDPOINT_URL: this.engine.endpoint, ...someone };
    const { setting, stdout, stderr } = testSetting(this.#pipelines, { environment, now: Date.now });
    const code = await runProgram(words, setting);
    return { code, stdout: stdout(), stderr: stderr() };
  };

  /** What a command says, once it says so. */
  async saying(says: RegExp, ...words: readonly string[]): Promise<string> {
    let said = '';
    await until(async () => {
      said = (await this.heddle(...words)).stdout;
      return says.test(said);
    });
    return said;
  }

  /** The run of a pipeline for a partition, once it has this status. */
  async runThatIs(status: string, pipeline: string, partition: string): Promise<string> {
    let found: RunRecord | undefined;
    await until(async () => {
      found = (await this.ledger.runs.latest(pipeline, 20)).find((run) => run.partition === partition);
      return found?.status === status;
    });
    return found?.run ?? '';
  }

  /** Lets an object land in the inbox. */
  async drop(Key: string, text: string): Promise<void> {
    const { inboxBucket: Bucket } = await this.manifest();
    await this.engine.service('s3').call('PutObject', { Bucket, Key, Body: new TextEncoder().encode(text) });
  }

  /** Gives the folder of the handlers. */
  #write(handlers: NonNullable<Opening['handlers']>): string {
    const stages = join(this.folder, 'stages');
    for (const [place, text] of Object.entries(handlers)) {
      const file = join(stages, `${place}.ts`);
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, text);
    }
    return relative(process.cwd(), stages);
  }

  #waiter(execution: string): PromiseWithResolvers<string> {
    const waiter = this.#ended.get(execution) ?? Promise.withResolvers<string>();
    this.#ended.set(execution, waiter);
    return waiter;
  }
}

const open = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('the app is not open');
  return value;
};

/** Looks every 20 ms, until it is so; no longer than a test may take. */
export const until = async (isSo: () => boolean | Promise<boolean>): Promise<void> => {
  for (const deadline = performance.now() + 100_000; !(await isSo()); await new Promise((rest) => setTimeout(rest, 20)))
    if (performance.now() > deadline) throw new Error(`it did not come to be so: ${isSo}`);
};
