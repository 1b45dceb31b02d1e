// `heddle verify`: the table, one object a cell, and the exit codes that a CI goes by.
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { runProgram } from '../../lib/cli/index.ts';
import { verifyReport } from '../../lib/cli/verify-report.ts';
import { definePipeline, defineStage } from '../../lib/definition/index.ts';
import type { CellResult } from '../../lib/verify/index.ts';
import { testSetting } from './setting.ts';

const even = z.number().refine((n) => n % 2 === 0, 'must be even');
const count = defineStage('count', { input: z.object({ of: z.string() }), output: z.object({ n: z.int() }) });
const pair = defineStage('pair', { input: z.object({ n: z.int() }), output: z.object({ pairs: even.min(3).max(3) }) });
const counting = definePipeline('counting', { input: z.object({ of: z.string() }) }, (flow) =>
  flow.task(count, { of: flow.input.of }),
);
const pairing = definePipeline('pairing', { input: z.object({ n: z.int() }) }, (flow) =>
  flow.task(pair, { n: flow.input.n }),
);

const heddle = async (words: string) => {
  const { setting, stdout, stderr } = testSetting([counting, pairing]);
  const exit = await runProgram(words.split(' '), setting);
  return { exit, stdout: stdout(), stderr: stderr() };
};

test('one object for each cell that there is, and exit code 0', async () => {
  const { exit, stdout } = await heddle('verify counting --fault crash --seed 7 --json');
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    {
      pipeline: 'counting',
      stage: 'count',
      fault: 'crash',
      result: 'ok',
      declared: 'completed',
      run: 'completed',
      mark: 'recovers',
    },
  ]);
  expect(exit).toBe(0);
});

test.each([
  ['counting --fault crahs', /^HDL660 there is no fault 'crahs'; .* Fix: did you mean crash\?\n$/],
  ['counting --stage cuont', /^HDL626 there is no stage 'cuont'; expected one of count\. Fix: did you mean count\?\n$/],
  ['counting --drop /', /^HDL616 \/ cannot be read \(EISDIR\); expected a file\. Fix: check the path/],
  ['counting --drop nope.csv', /^HDL616 there is no file nope\.csv; expected a file\./],
  ['counting --values nope.json', /^HDL616 --values is not JSON .*; expected JSON, or @ and the path of a JSON file\./],
  ['counting --values /', /^HDL616 --values is not JSON .* Fix: did you mean @\/\?\n$/],
  ['counting --values []', /^HDL616 --values is no object;/],
  ['counting --values {"cuont":1}', /^HDL626 there is no stage 'cuont'; .* Fix: did you mean count\?\n$/],
  ['pairing --fault crash', /^HDL661 the value made for pair: pairs must be even; .* Fix: .* --values\n$/],
])('verify %s is refused with what to do', async (words, message) => {
  const { exit, stderr } = await heddle(`verify ${words}`);
  expect(stderr).toMatch(message);
  expect(exit).toBe(2);
});

test('the table has a mark for each cell, the legend of those that it uses, and what is wrong', () => {
  const at = (stage: string, fault: string) => ({ pipeline: 'p', stage, fault });
  const ends = { declared: 'completed', run: 'completed', mark: 'recovers' } as const;
  const cells: readonly CellResult[] = [
    { ...at('one', 'crash'), ...ends, result: 'ok' },
    { ...at('one', 'poison'), result: 'none' },
    { ...at('all', 'crash'), ...ends, result: 'broken', problems: ['calls of all: 3; declared: 2'] },
    { ...at('all', 'poison'), result: 'unreached', why: 'without a fault it is skipped' },
  ];
  const faults = [
    { name: 'crash', says: 'dies once' },
    { name: 'poison', says: 'one never' },
  ];
  expect(verifyReport(cells, faults, 80)).toEqual([
    'stage  crash  poison',
    '─────  ─────  ──────',
    'one    ✓      ·',
    'all    BAD    ?',
    '',
    '✓  completes',
    '·  cannot happen to it',
    '?  not reached by the values at hand',
    'BAD  not as declared',
    '',
    'all, crash: dies once',
    '- calls of all: 3; declared: 2',
    '',
    '1 as declared, 1 not, 1 not reached',
  ]);
});

test('handlers are stubs or real ones', async () => {
  expect((await heddle('verify counting --handlers reel')).stderr).toBe(
    "HDL603 --handlers is 'reel'; expected one of stub, real. Fix: did you mean real?\n",
  );
});
