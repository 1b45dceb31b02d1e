import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { commands, runProgram } from '../../lib/cli/index.ts';
import { DefinitionError, definePipeline, defineStage, type Pipeline } from '../../lib/definition/index.ts';
import { orders, report } from './orders.ts';
import { testSetting } from './setting.ts';

const heddle = async (words: string, pipelines: readonly Pipeline[] = [orders, report]) => {
  const { setting, stdout, stderr } = testSetting(pipelines);
  const exit = await runProgram(words === '' ? [] : words.split(' '), setting);
  return { exit, stdout: stdout(), stderr: stderr() };
};

/** New commands do not change what these tests are about. */
const known = commands.map(({ words }) => words).join(', ');

describe('what is wrong with the words is told in one line, with the nearest known name', () => {
  test.each([
    ['graf', `HDL605 heddle has no command 'graf'; expected one of ${known}. Fix: did you mean heddle graph?`],
    [
      'local runn orders',
      `HDL605 heddle has no command 'local runn'; expected one of local run. Fix: did you mean heddle local run?`,
    ],
    [
      'backfills-pause',
      `HDL605 heddle has no command 'backfills-pause'; expected one of ${known}. Fix: did you mean heddle backfills pause?`,
    ],
    [
      'dead-letters',
      `HDL605 heddle has no command 'dead-letters'; expected one of dead-letters list, dead-letters show, dead-letters replay, dead-letters discard. Fix: did you mean heddle dead-letters list?`,
    ],
    [
      'dead-letters --json',
      `HDL605 heddle has no command 'dead-letters'; expected one of dead-letters list, dead-letters show, dead-letters replay, dead-letters discard. Fix: did you mean heddle dead-letters list?`,
    ],
    ['runs --state=', 'HDL603 --state is empty; expected --state DIR. Fix: see npx heddle runs --help'],
    [
      'cost --since 999999999d',
      "HDL650 --since is '999999999d'; expected how long ago (90m, 6h, 2d) or an ISO 8601 time (2026-01-31, 2026-01-31T08:00:00Z). Fix: write it in one of these forms",
    ],
    ['deploy', `HDL605 heddle has no command 'deploy'; expected one of ${known}. Fix: see npx heddle --help`],
    [
      'asl orders --sate clean',
      'HDL604 heddle asl has no option --sate; expected one of --state, --json, --help. Fix: did you mean --state?',
    ],
    [
      'graph ordres',
      "HDL606 there is no pipeline 'ordres' in bin/pipelines.ts; expected one of orders, report. Fix: did you mean orders?",
    ],
    [
      'graph',
      'HDL603 heddle graph was given no pipeline; expected heddle graph <pipeline>. Fix: see npx heddle graph --help',
    ],
    [
      'graph orders report',
      "HDL603 heddle graph was given 'report', which it has no use for; expected heddle graph <pipeline>. Fix: see npx heddle graph --help",
    ],
    ['graph orders --as', 'HDL603 --as was given no value; expected --as FORM. Fix: see npx heddle graph --help'],
    [
      'graph orders --as --json',
      'HDL603 --as was given no value; expected --as FORM. Fix: see npx heddle graph --help',
    ],
    [
      'graph orders --json=yes',
      "HDL603 --json was given the value 'yes'; expected no value. Fix: see npx heddle graph --help",
    ],
    [
      'graph orders --as dots',
      "HDL603 --as is 'dots'; expected one of tree, mermaid, dot, svg. Fix: did you mean dot?",
    ],
    [
      'runs --limit many',
      "HDL603 --limit is 'many'; expected a whole number from 1 up. Fix: see npx heddle runs --help",
    ],
    [
      'asl orders --state claen.batch',
      "HDL607 the definition of orders has no state 'claen.batch'; expected one of begin, list, list.failed, clean, clean.done, finish, clean.batch, clean.failed. Fix: did you mean clean.batch?",
    ],
    [
      'start orders --input {',
      'HDL616 --input is not JSON (Expected property name or \'}\' in JSON at position 1 (line 1 column 2)); expected JSON, or @ and the path of a JSON file. Fix: quote it whole: --input \'{ "day": "2026-01-31" }\'',
    ],
    [
      'answer r1 release --json {',
      'HDL616 --json is not JSON (Expected property name or \'}\' in JSON at position 1 (line 1 column 2)); expected JSON, or @ and the path of a JSON file. Fix: quote it whole: --json \'{ "day": "2026-01-31" }\'',
    ],
    [
      'start orders --input @none.json',
      'HDL616 there is no file none.json; expected JSON, or @ and the path of a JSON file. Fix: check the path and its permissions',
    ],
    [
      'start orders --input {"day":1}',
      "HDL617 the input breaks the contract of orders: day: Invalid input: expected string, received number; expected input as definePipeline declares it. Fix: pass it with --input '{ … }' or --input @FILE",
    ],
    [
      'runs',
      'HDL611 there is no cdk.out, so nothing has run on this machine yet; expected the state of a local engine. Fix: npm start, or npx heddle local run <pipeline>; for runs in your account, add --aws',
    ],
  ])('heddle %s', async (words, message) => {
    expect(await heddle(words)).toEqual({ exit: 2, stdout: '', stderr: `${message}\n` });
  });
});

describe('--help and --version', () => {
  test.each(['', '--help', '-h', 'help'])('heddle %s lists every command', async (words) => {
    const { exit, stdout } = await heddle(words);
    expect(exit).toBe(0);
    for (const command of commands) expect(stdout).toContain(`\n  ${command.words} `);
  });
  test.each(commands.map(({ words }) => [words]))('heddle %s --help lists its options', async (words) => {
    const { exit, stdout } = await heddle(`${words} --help`);
    expect(exit).toBe(0);
    for (const option of Object.keys(commands.find((command) => command.words === words)?.options ?? {}))
      expect(stdout).toContain(`\n  --${option} `);
  });
  test('it keeps within a narrow terminal', async () => {
    const { setting, stdout } = testSetting([]);
    const stdoutOf60 = { ...setting.stdout, isTerminal: true, width: 60 };
    for (const words of [[], ...commands.map(({ words: own }) => [...own.split(' '), '--help'])])
      await runProgram(words, { ...setting, stdout: stdoutOf60 });
    expect(
      stdout()
        .split('\n')
        .filter((line) => line.length > 60 && !/^\S+$/.test(line)),
    ).toEqual([]);
  });
  test('heddle local --help lists the commands of the group', async () => {
    expect((await heddle('local --help')).stdout).toContain('local run <pipeline>');
  });
  test('heddle --version', async () => {
    expect(await heddle('--version')).toEqual({ exit: 0, stdout: '1.2.3\n', stderr: '' });
  });
});

const nameless = definePipeline('broken', { input: z.object({}) }, (flow) => {
  const twice = defineStage('twice', { input: z.object({}), output: z.object({}) });
  flow.task(twice, {});
  flow.task(twice, {});
});

describe('validate', () => {
  test('a table of pipelines that are in order', async () => {
    const { exit, stdout, stderr } = await heddle('validate');
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    expect(stdout.replace(/[0-9a-f]{12}/g, 'HASH')).toBe(
      [
        'pipeline  stages  edges  upstream  triggers               definition',
        '────────  ──────  ─────  ────────  ─────────────────────  ────────────',
        'orders         2      1  –         cron(0 3 * * ? *) UTC  HASH',
        'report         1      0  orders    its upstream           HASH',
        '',
      ].join('\n'),
    );
  });
  test('--json: one object a line', async () => {
    const { stdout } = await heddle('validate report --json');
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'pipeline', pipeline: 'report', stages: 1, upstream: ['orders'] });
  });
  test('diagnostics instead, exit 2', async () => {
    const { exit, stdout, stderr } = await heddle('validate', [nameless]);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).toMatch(/^HDL\d{3} broken/);
    expect(stderr).toContain('twice');
  });
  test('diagnostics as JSON', async () => {
    const { exit, stdout } = await heddle('validate --json', [nameless]);
    expect(exit).toBe(2);
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({ kind: 'diagnostic', severity: 'error' });
  });
  test('a definition that cannot even be recorded', async () => {
    const diagnostic = {
      code: 'HDL101',
      severity: 'error',
      at: 'orders',
      message: 'a ref was used',
      fix: 'do not',
    } as const;
    const { setting, stderr } = testSetting([], {
      loadPipelines: async () => {
        throw new DefinitionError([diagnostic]);
      },
    });
    expect(await runProgram(['validate'], setting)).toBe(2);
    expect(stderr()).toBe('HDL101 orders: a ref was used. Fix: do not.\n');
  });
});

describe('graph and asl', () => {
  test.each([
    ['tree', /^orders/],
    ['mermaid', /flowchart/],
    ['svg', /^<svg [\s\S]*<\/svg>\n$/],
    ['dot', /digraph/],
  ])('graph orders --as %s', async (form, expected) => {
    const { exit, stdout } = await heddle(`graph orders --as ${form}`);
    expect(exit).toBe(0);
    expect(stdout).toMatch(expected);
  });
  test('graph --json: what each stage needs', async () => {
    const lines = (await heddle('graph orders --json')).stdout.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { stage: 'list', kind: 'task', needs: [] },
      { stage: 'clean', kind: 'map', needs: ['list'] },
    ]);
  });
  test('a broken pipeline is not drawn', async () => {
    expect(await heddle('graph broken', [nameless])).toMatchObject({ exit: 2, stdout: '' });
  });
  test('asl prints the machine, and its hash on stderr', async () => {
    const { stdout, stderr } = await heddle('asl orders');
    expect(JSON.parse(stdout)).toMatchObject({ StartAt: 'begin', QueryLanguage: 'JSONata' });
    expect(stderr).toMatch(/^definition [0-9a-f]{12}\n$/);
  });
  test('asl --state finds a state inside a map', async () => {
    expect(JSON.parse((await heddle('asl orders --state clean.batch --json')).stdout)).toMatchObject({ Type: 'Task' });
  });
});

describe('explain', () => {
  test.each(['HDL234', 'hdl234', '234'])('%s', async (code) => {
    expect(await heddle(`explain ${code}`)).toEqual({
      exit: 0,
      stdout: expect.stringMatching(
        /^HDL234, a warning\na condition reads [\s\S]*\n\nFix: bound it [\s\S]*\n\nlib\/asl\/rules\/control/,
      ),
      stderr: '',
    });
  });
  test('--json', async () => {
    const { stdout } = await heddle('explain HDL201 --json');
    expect(JSON.parse(stdout)).toMatchObject({ code: 'HDL201', file: 'graph/rules/stages-form-no-cycle.ts' });
  });
  test('a code that nobody has', async () => {
    const { exit, stderr } = await heddle('explain HDL999');
    expect(exit).toBe(2);
    expect(stderr).toMatch(
      /^HDL630 no message of Heddle's has the code 'HDL999'; expected a code such as HDL204. Fix: copy it from the message/,
    );
  });
});

describe('estimate', () => {
  test('a table of stages, the limits, and what was assumed', async () => {
    const { exit, stdout, stderr } = await heddle('estimate orders');
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    expect(
      stdout
        .replace(/[0-9a-f]{12}/, 'HASH')
        .split('\n')
        .slice(0, 9)
        .map((line) => line.slice(0, 74)),
    ).toEqual([
      'orders, definition HASH',
      '',
      '                            happy                                 │  worst',
      'stage     map               transitions  events  Lambda  $/1,000  │  trans',
      '────────  ────────────────  ───────────  ──────  ──────  ───────  ─  ─────',
      'list      –                           1       5   1.0 s   0.0332  │       ',
      'clean     inline, 100 in 4            6      37   4.1 s   0.1860  │       ',
      '(Heddle)  –                           2      12   0.2 s   0.0632  │       ',
      '────────  ────────────────  ───────────  ──────  ──────  ───────  ─  ─────',
    ]);
    expect(stdout).toContain('\nhistory events    54 (<1 %)');
    expect(stdout).toContain('- clean maps over 100 items: say flow.map(…, { expect: { items: 1000 } }), or --items');
  });
  test('--items and --json', async () => {
    const { exit, stdout } = await heddle('estimate orders --items 1000 --json');
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      pipeline: 'orders',
      stages: [{ stage: 'list' }, { stage: 'clean', map: { items: 1_000, batches: 40 } }],
      diagnostics: [],
    });
  });
  test('a limit that a run breaks: the diagnostic on stderr, exit 2', async () => {
    const { exit, stdout, stderr } = await heddle('estimate large', [large]);
    expect({ exit, told: stderr.slice(0, 18) }).toEqual({ exit: 2, told: 'HDL231 large.four:' });
    expect(stdout).toContain('a run');
  });
});

/** Four maps of a thousand batches: more events than a history holds. */
const large = definePipeline('large', { input: z.object({ list: z.array(z.number()) }) }, (flow) => {
  const work = defineStage('work', { input: z.object({ item: z.number() }), output: z.object({}) });
  for (const id of ['one', 'two', 'three', 'four'])
    flow.map(work, flow.input.list, (item) => ({ item }), { id, expect: { items: 25_000 } });
});
