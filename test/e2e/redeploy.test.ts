// A run that is under way when changed code is deployed: it goes on with the code that it began with.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, defineStage } from '../../lib/definition/index.ts';
import { DeployedApp, until } from './deployed-app.ts';

const said = z.object({ code: z.string() });
const first = defineStage('first', { input: z.object({}), output: said });
const second = defineStage('second', { input: said, output: said });
const relay = definePipeline('relay', { input: z.object({}) }, (flow) => flow.task(second, flow.task(first, {})));

const app = new DeployedApp(relay);
afterAll(() => app.close());
const began = join(app.folder, 'began');
const gate = join(app.folder, 'gate');

/** A handler as it is at the deployment `code`: `first` does not come to its end before the gate is open. */
const handlerText = (name: 'first' | 'second', code: string): string => {
  const wait =
    name === 'first'
      ? `writeFileSync(${JSON.stringify(began)}, ''); if (!existsSync(${JSON.stringify(gate)})) await new Promise(() => {});`
      : '';
  return `import { existsSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { defineStage } from '../../../../lib/definition/index.ts';
import { stageHandler } from '../../../../lib/runtime/index.ts';
const contract = defineStage('${name}', { input: z.object({}).loose(), output: z.object({ code: z.string() }) });
export const handler = stageHandler(contract, async () => { ${wait} return { code: '${code}' }; });
`;
};

const deploy = (code: string): Promise<void> =>
  app.open({ handlers: { 'relay/first': handlerText('first', code), 'relay/second': handlerText('second', code) } });

const newest = async (): Promise<string> => (await app.ledger.runs.latest('relay', 1))[0]?.run ?? '';

/** Which deployment's code gave each stage's output. */
const codeOf = async (run: string): Promise<readonly unknown[]> =>
  (await app.ledger.stages.list('relay', run)).map(({ stage, output }) => [
    stage,
    output?.kind === 'inline' && output.json,
  ]);

test('ends with the code that it began with; the next run has the new code', async () => {
  await deploy('old');
  await app.heddle('start', 'relay', '--id', 'across', '--no-wait');
  await until(() => existsSync(began));

  await deploy('new');
  writeFileSync(gate, '');
  const across = await newest();
  expect(await app.ended(across)).toBe('SUCCEEDED');
  expect(await codeOf(across)).toEqual([
    ['first', '{"code":"old"}'],
    ['second', '{"code":"old"}'],
  ]);

  expect(await app.heddle('start', 'relay', '--id', 'afresh')).toMatchObject({ code: 0 });
  expect(await codeOf(await newest())).toEqual([
    ['first', '{"code":"new"}'],
    ['second', '{"code":"new"}'],
  ]);
});
