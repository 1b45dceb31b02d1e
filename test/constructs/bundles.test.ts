import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Bundles } from '../../lib/constructs/bundles.ts';
import { Orchestrator, Pipeline } from '../../lib/constructs/index.ts';
import { handlers } from './fixtures/app.ts';
import { digest, orders } from './fixtures/pipelines.ts';

/** An app whose stack is bundled; gives the cloud assembly's directory. */
const synthesize = (): string => {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'heddle-')), builtinCloudFormationValidation: false });
  const orchestrator = new Orchestrator(new Stack(app, 'Test'), 'Heddle', { handlers, pipelines: [orders] });
  new Pipeline(orchestrator, 'Later', { orchestrator, definition: digest });
  return app.synth().directory;
};

const bundlesIn = (directory: string): readonly string[] =>
  readdirSync(directory)
    .filter((name) => name.startsWith('asset.'))
    .map((name) => join(directory, name, 'index.mjs'));

describe('bundles', () => {
  const directory = synthesize();

  test('are one small ES module each, shared by handlers of equal content', () => {
    const files = bundlesIn(directory);
    // Eleven operators, list, cleanFile, and one for both stages called total.
    expect(files).toHaveLength(14);
    for (const file of files) expect(statSync(file).size).toBeLessThan(450 * 1024);
  });

  test('load, and answer as their handlers do', async () => {
    const file = bundlesIn(directory).find((each) => readFileSync(each, 'utf8').includes('files:[]')) ?? '';
    const { handler } = await import(file);
    expect(await handler()).toEqual({ files: [] });
  });

  test('are the same from one synth to the next', () => {
    const assets = (of: string) => readdirSync(of).filter((name) => name.startsWith('asset.'));
    expect(assets(synthesize())).toEqual(assets(directory));
  });

  test('of a file with a mistake say where it is', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'heddle-')), 'broken.ts');
    writeFileSync(file, 'export const handler = (;\n');
    const stack = new Stack(new App({ builtinCloudFormationValidation: false }), 'Test');
    expect(() => new Bundles().add(stack, [file])).toThrow(
      /^HDL224 \S+broken\.ts:1:24: the handler cannot be bundled: Unexpected ";"\. Fix: mend the file or what it imports\.$/,
    );
  });

  test('are left out where a stack is not asked for', () => {
    const app = new App({ context: { 'aws:cdk:bundling-stacks': ['Other'] }, builtinCloudFormationValidation: false });
    const stack = new Stack(app, 'Test');
    new Orchestrator(stack, 'Heddle', { handlers, pipelines: [orders] });
    const code = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function')).map(({ Properties }) =>
      Object.keys(Properties.Code),
    );
    expect(new Set(code.flat())).toEqual(new Set(['ZipFile']));
  });
});
