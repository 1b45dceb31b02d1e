// Engines for tests: a template as an object, state in a temporary folder, everything removed at the end.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Engine, type EngineOptions, openEngine, type Shape } from '../../../lib/local/index.ts';

export type TestStack = {
  readonly template: Shape;
  readonly environment?: string;
  readonly after?: readonly string[];
  /** Lambda code by asset hash: the text of index.mjs. */
  readonly code?: { readonly [hash: string]: string };
};

const write = (path: string, content: unknown): void => writeFileSync(path, JSON.stringify(content));

const writeAssets = (dir: string, name: string, code: { readonly [hash: string]: string }): void => {
  const files = Object.keys(code).map((hash) => [
    hash,
    {
      source: { path: `asset.${hash}`, packaging: 'zip' },
      destinations: { here: { bucketName: 'assets', objectKey: `${hash}.zip` } },
    },
  ]);
  for (const [hash, text] of Object.entries(code)) {
    mkdirSync(join(dir, `asset.${hash}`), { recursive: true });
    writeFileSync(join(dir, `asset.${hash}`, 'index.mjs'), text);
  }
  write(join(dir, `${name}.assets.json`), { version: '36.0.0', files: Object.fromEntries(files) });
};

/** Writes a cloud assembly of these stacks, as `cdk synth` would. */
export const writeAssembly = (dir: string, stacks: { readonly [name: string]: TestStack }): string => {
  mkdirSync(dir, { recursive: true });
  const artifacts: { [id: string]: unknown } = {};
  for (const [
    name,
    { template, environment = 'aws://unknown-account/unknown-region', after = [], code = {} },
  ] of Object.entries(stacks)) {
    write(join(dir, `${name}.template.json`), template);
    writeAssets(dir, name, code);
    artifacts[`${name}.assets`] = { type: 'cdk:asset-manifest', properties: { file: `${name}.assets.json` } };
    artifacts[name] = {
      type: 'aws:cloudformation:stack',
      environment,
      properties: { templateFile: `${name}.template.json` },
      dependencies: [`${name}.assets`, ...after],
    };
  }
  write(join(dir, 'manifest.json'), { version: '36.0.0', artifacts });
  return dir;
};

export type TestEngine = {
  readonly dir: string;
  /** Opens an engine on the folder's state, or opens it again. */
  open(stacks: { readonly [name: string]: TestStack }, options?: Partial<EngineOptions>): Promise<Engine>;
  /** Closes the engine that is open and removes the folder. */
  remove(): Promise<void>;
};

/** A folder for one assembly and one state. */
export const testEngine = (): TestEngine => {
  const dir = mkdtempSync(join(tmpdir(), 'heddle-engine-'));
  let running: Engine | undefined;
  return {
    dir,
    open: async (stacks, options = {}) => {
      await running?.close();
      running = undefined;
      const assembly = writeAssembly(join(dir, 'cdk.out'), stacks);
      running = await openEngine({ assembly, stateDir: join(dir, 'state'), ...options });
      return running;
    },
    remove: async () => {
      await running?.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
};

/** Receives messages from a queue until there are `count`, by long polls: their bodies. */
export const receive = async (engine: Engine, QueueUrl: string, count: number): Promise<readonly string[]> => {
  const bodies: string[] = [];
  while (bodies.length < count) {
    const { Messages } = await engine.service('sqs').call('ReceiveMessage', {
      QueueUrl,
      WaitTimeSeconds: 20,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['All'],
    });
    if (!Array.isArray(Messages) || Messages.length === 0)
      throw new Error(`only ${bodies.length} of ${count} messages came`);
    for (const { Body, ReceiptHandle } of Messages) {
      bodies.push(String(Body));
      await engine.service('sqs').call('DeleteMessage', { QueueUrl, ReceiptHandle });
    }
  }
  return bodies;
};
