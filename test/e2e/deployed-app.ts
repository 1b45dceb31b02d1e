// An app as its user has it: synthesized, on an engine, with the CLI beside it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { runProgram } from '../../lib/cli/index.ts';
import { Orchestrator } from '../../lib/constructs/index.ts';
import type { Pipeline } from '../../lib/definition/index.ts';
import { type Engine, openEngine } from '../../lib/local/index.ts';
import { testSetting } from '../cli/setting.ts';

export class DeployedApp {
  readonly #pipelines: readonly Pipeline[];
  readonly #folder = mkdtempSync(join(tmpdir(), 'heddle-app-'));
  readonly #ended = Promise.withResolvers<string>();
  #engine: Engine | undefined;

  constructor(...pipelines: readonly Pipeline[]) {
    this.#pipelines = pipelines;
  }

  /** `beside` adds what else is in the stack. */
  async open(beside: (stack: Stack) => void = () => undefined): Promise<void> {
    const app = new App({ outdir: join(this.#folder, 'cdk.out') });
    const stack = new Stack(app, 'Test');
    beside(stack);
    new Orchestrator(stack, 'Heddle', { pipelines: this.#pipelines });
    this.#engine = await openEngine({
      assembly: app.synth().directory,
      stateDir: join(this.#folder, 'state'),
      onEvent: ({ source, detail }) => {
        if (source === 'aws.states' && detail.status !== 'RUNNING') this.#ended.resolve(String(detail.status));
      },
    });
  }

  async close(): Promise<void> {
    await this.#engine?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get engine(): Engine {
    if (!this.#engine) throw new Error('the app is not open');
    return this.#engine;
  }

  /** The status that the first execution ends with. */
  get firstEnd(): Promise<string> {
    return this.#ended.promise;
  }

  /** One command of the CLI, against the engine's port. */
  readonly heddle = async (...words: readonly string[]) => {
    const environment = {
      AWS_ENDPOINT_URL: this.engine.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    };
    const { setting, stdout, stderr } = testSetting(this.#pipelines, { environment, now: Date.now });
    const code = await runProgram(words, setting);
    return { code, stdout: stdout(), stderr: stderr() };
  };

  /** Lets an object land in the inbox. */
  async drop(Key: string, text: string): Promise<void> {
    const { Parameter } = await this.engine.service('ssm').call('GetParameter', { Name: '/heddle/heddle' });
    const { inboxBucket: Bucket } = JSON.parse((Parameter as { Value: string }).Value);
    await this.engine.service('s3').call('PutObject', { Bucket, Key, Body: new TextEncoder().encode(text) });
  }
}
