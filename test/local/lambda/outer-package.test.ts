// Code in a project that is an ES module (`"type": "module"`), as cdk.out mostly is: on AWS the project is not around it.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { lambdaService } from '../../../lib/local/services/lambda/index.ts';
import { type Served, serve } from '../server/serve.ts';

const COMMON_JS = 'const { x } = require("./lib/x.js"); exports.handler = async () => [x, typeof module];';
const ES_MODULE = 'import { x } from "./lib/x.js"; export const handler = async () => [x, typeof module];';
const rows: readonly (readonly [string, { readonly [file: string]: string }, unknown])[] = [
  ['CommonJS', { 'index.js': COMMON_JS, 'lib/x.js': 'exports.x = 1;' }, [1, 'object']],
  [
    'CommonJS in strict mode',
    { 'index.js': `"use strict"; ${COMMON_JS}`, 'lib/x.js': 'exports.x = 1;' },
    [1, 'object'],
  ],
  ['an ES module', { 'index.js': ES_MODULE, 'lib/x.js': 'export const x = 1;' }, [1, 'undefined']],
  [
    'an ES module that makes its own require',
    {
      'index.js': `const require = (await import('node:module')).createRequire(import.meta.url);
        export const handler = async () => [typeof require, typeof module];`,
    },
    ['function', 'undefined'],
  ],
  [
    'what a package.json of its own says',
    { 'index.js': ES_MODULE, 'lib/x.js': 'export const x = 1;', 'package.json': '{"type":"module"}' },
    [1, 'undefined'],
  ],
];

let served: Served;
afterEach(() => served.close());

const write = (directory: string, files: { readonly [file: string]: string }): void => {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), text);
  }
};

describe.each(['worker', 'inProcess'] as const)('code in a project of ES modules: %s', (isolation) => {
  beforeEach(async () => {
    served = await serve({ make: [(context) => lambdaService(context, { isolation })] });
  });
  test.each(rows)('%s', async (_what, files, answer) => {
    write(served.dir, { 'project/package.json': '{"type":"module"}' });
    const LocalDirectory = join(served.dir, 'project', 'cdk.out', 'asset.1');
    write(LocalDirectory, files);
    await served.call('lambda', 'CreateFunction', { FunctionName: 'f', Code: { LocalDirectory } });
    const { FunctionError, Payload } = await served.call('lambda', 'Invoke', { FunctionName: 'f', Payload: '{}' });
    expect([FunctionError, JSON.parse(String(Payload))]).toEqual([undefined, answer]);
  });
  test('CommonJS in a folder that is named by a link', async () => {
    write(served.dir, { 'project/package.json': '{"type":"module"}' });
    write(join(served.dir, 'project', 'asset.1'), { 'index.js': COMMON_JS, 'lib/x.js': 'exports.x = 1;' });
    const LocalDirectory = join(served.dir, 'link');
    symlinkSync(join(served.dir, 'project', 'asset.1'), LocalDirectory);
    await served.call('lambda', 'CreateFunction', { FunctionName: 'f', Code: { LocalDirectory } });
    expect((await served.call('lambda', 'Invoke', { FunctionName: 'f', Payload: '{}' })).Payload).toBe('[1,"object"]');
  });
});
