// What is printed of records, which hold what came from anywhere.
import { expect, test } from '@jest/globals';
import { linesOf } from '../../lib/cli/commands/doctor.ts';
import { printPlan } from '../../lib/cli/redo.ts';
import { print, printJson, remark } from '../../lib/cli/setting.ts';
import { testSetting } from './setting.ts';

test('a terminal obeys nothing of it, and shows it in its order; our colours stay', () => {
  const { setting, stdout, stderr } = testSetting([]);
  const line = '\u001b[31mfailed\u001b[39m  a\u001b[2Jb\u0007c\u202ed\te';
  print(setting, [line, 'two\nlines']);
  remark(setting, [line]);
  const shown = '\u001b[31mfailed\u001b[39m  a [2Jb c d\te\n';
  expect([stdout(), stderr()]).toEqual([`${shown}two\nlines\n`, shown]);
});

test('text after a line break, a tab or a bell is no colour, and is there', () => {
  const { setting, stdout } = testSetting([]);
  print(setting, ['failed\n[main] no', 'a\t[5 ms] b\u0007[metrics]']);
  expect(stdout()).toBe('failed\n[main] no\na\t[5 ms] b [metrics]\n');
});

test('as JSON it is what it is', () => {
  const { setting, stdout } = testSetting([]);
  const value = { partition: 'a\u001b[2J\u202e\u009b' };
  printJson(setting, [value]);
  expect(JSON.parse(stdout())).toEqual(value);
  expect(stdout().trimEnd()).not.toMatch(/[\p{Cc}\u202e]/u);
});

test('a plan is as wide as the terminal, and no wider', () => {
  const { setting, stdout } = testSetting([]);
  const narrow = {
    ...setting,
    environment: { NO_COLOR: '1' },
    stdout: { ...setting.stdout, isTerminal: true, width: 60 },
  };
  const why = 'it failed: Heddle.Permanent: line 7 of the file has no text';
  printPlan([{ stage: 'score', does: 'again', why }], false, narrow);
  expect(stdout().split('\n').at(-2)).toBe('score  run again  it failed: Heddle.Permanent: line 7 of th…');
});

test('what a doctor finds wrong is told whole, in the width that there is', () => {
  const checks = [
    { check: 'node', result: 'ok', detail: '24.21.0, and more of it than has room' },
    { check: 'target', result: 'FAILED', detail: "HDL612 there is no orchestrator 'nope'. Fix: deploy it" },
  ] as const;
  expect(linesOf(checks, 40).slice(2)).toEqual([
    'node    ok      24.21.0, and more of it…',
    'target  FAILED  HDL612 there is no',
    "                orchestrator 'nope'.",
    '                Fix: deploy it',
  ]);
});
