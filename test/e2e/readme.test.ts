// The README's first pipeline, typed in as a newcomer would: its code blocks become the files that it names, in a copy of the
// repository, and its commands are run there.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { commands } from '../../lib/cli/index.ts';

const root = join(import.meta.dirname, '..', '..');
const copy = mkdtempSync(join(tmpdir(), 'heddle-readme-'));
afterAll(() => rmSync(copy, { recursive: true, force: true }));

const section = (title: string): string => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const from = readme.indexOf(`## ${title}`);
  return readme.slice(from, readme.indexOf('\n## ', from + 1));
};
const tutorial = section('Your first pipeline');
const blocks = [...tutorial.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
const files = [
  'lib/pipelines/greetings/contracts.ts',
  'lib/pipelines/greetings/pipeline.ts',
  'lambdas/stages/greetings/invite.ts',
  'lambdas/stages/greetings/greet.ts',
];

const heddle = (...arguments_: readonly string[]) => {
  const run = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', 'bin/heddle.ts', ...arguments_], {
    cwd: copy,
    encoding: 'utf8',
  });
  return { code: run.status, output: run.stdout + run.stderr };
};

/** What the examples of the tables stand in. */
const scene = `import * as z from 'zod';
import { daily, definePipeline, definePool, defineStage, fromS3, gt, gte, objectDropped, onEvent, onRequest, schedule } from '../../definition/index.ts';
const row = z.object({ text: z.string() });
const verdict = z.object({ approved: z.boolean() });
const [url, queueArn] = ['https://sqs.eu-west-1.amazonaws.com/123456789012/done', 'arn:aws:sqs:eu-west-1:123456789012:done'];
const score = defineStage('score', { input: row, output: z.object({ score: z.number() }) });
const cheapScore = defineStage('cheapScore', { input: row, output: z.object({ score: z.number() }) });
const improve = defineStage('improve', { input: z.object({ from: z.number() }), output: z.object({ score: z.number() }) });
const list = defineStage('list', { input: z.object({}), output: z.object({ items: z.array(row) }) });
const count = defineStage('count', { input: z.object({}), output: z.object({ rows: z.number() }) });
const publish = defineStage('publish', { input: z.object({ rows: z.number() }), output: z.object({ at: z.string() }) });
const part = z.object({ n: z.number() });
const sum = defineStage('sum', { input: z.object({ parts: z.array(part) }), output: part });
const withdraw = defineStage('withdraw', { input: z.object({ output: z.object({ at: z.string() }) }), output: z.object({}) });
const scoring = definePipeline('scoring', { input: row }, (flow) => ({ mean: flow.task(score, { text: flow.input.text }).score }));
void objectDropped('drops/{partition}/*');
`;
/** Each example of the tables as a pipeline of its own: the definition is recorded when the file is loaded. */
const sceneOf = (examples: readonly string[]): string =>
  scene +
  examples
    .map(
      (
        example,
        index,
      ) => `definePipeline('example${index}', { input: z.object({ text: z.string(), key: z.string() }) }, (flow) => {
  const listed = flow.task(list, {});
  const total = flow.task(count, {});
  void [listed, total];
  void (${example});
  return 0;
});
`,
    )
    .join('');
const examples = [...section('What a pipeline can say').matchAll(/^\| [^|]+ \| `(.+)` \| .+ \|$/gm)].map(
  ([, example = '']) => example,
);
const examplesFile = 'lib/pipelines/greetings/examples.ts';

beforeAll(() => {
  for (const name of ['bin', 'lib', 'lambdas', 'cdk.json', 'package.json', 'package-lock.json', 'tsconfig.json']) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const [index, file] of files.entries()) {
    expect(tutorial).toContain(file.split('/').at(-1));
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    writeFileSync(join(copy, file), blocks[index] ?? '');
  }
  writeFileSync(join(copy, examplesFile), sceneOf(examples));
  const list = join(copy, 'bin', 'pipelines.ts');
  const text = readFileSync(list, 'utf8');
  writeFileSync(
    list,
    text
      .replace(
        'import type { Pipeline }',
        "import { greetings } from '../lib/pipelines/greetings/pipeline.ts';\nimport type { Pipeline }",
      )
      .replace('[...customerIntelligence]', '[...customerIntelligence, greetings]'),
  );
});

test('its files and examples type-check', () => {
  const checked = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.json'], {
    cwd: copy,
    encoding: 'utf8',
  });
  expect(checked.stdout).toBe('');
});

test('the examples of its tables can be recorded', () => {
  expect(examples).toHaveLength(26);
  const ran = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', examplesFile], {
    cwd: copy,
    encoding: 'utf8',
  });
  expect(ran).toMatchObject({ status: 0, stderr: '' });
});

test('every command is in its table', () => {
  const table = section('Commands');
  expect(commands.map(({ words }) => words).filter((words) => !table.includes(`heddle ${words}`))).toEqual([]);
});

test('its commands do what it says', () => {
  const validated = heddle('validate');
  expect(validated).toMatchObject({ code: 0, output: expect.stringContaining('greetings') });

  const ran = heddle('local', 'run', 'greetings', '--input', '{ "names": ["Ada", "", "Grace"] }', '--id', 'first');
  expect(ran).toMatchObject({ code: 0, output: expect.stringMatching(/greetings +\S+ .*completed/) });

  const [record] = heddle('runs', 'greetings', '--json').output.split('\n');
  const { run } = JSON.parse(record ?? '');
  const shown = heddle('run', run).output;
  expect(shown).toContain('Hello Ada');
  expect(shown).toContain('Hello Grace');
  expect(shown).toMatch(/Dead letters: 1[\s\S]*item 1 .*Heddle\.ContractViolation/);

  // One hash of the definition: of the source, of what was synthesized, of the run.
  const [hash = ''] = /[0-9a-f]{12}/.exec(heddle('asl', 'greetings', '--state', 'begin').output) ?? [];
  expect(hash).toHaveLength(12);
  expect(validated.output).toContain(hash);
  expect(shown).toContain(`definition  ${hash}`);
});
