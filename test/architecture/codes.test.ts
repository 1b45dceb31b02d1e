// Every code has one owner that explains it, and `heddle explain` finds it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { explanationsIn } from '../../lib/cli/explanations.ts';

const explanations = explanationsIn('lib');
const explained = explanations.map(({ code }) => code);

const used = new Set(
  ['lib', 'lambdas', 'bin'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .flatMap((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').match(/HDL\d{3}/g) ?? []),
  ),
);

test('a code that is used is explained: a doc comment line `HDLnnn: cause. Fix: what to do.` beside what owns it', () => {
  expect([...used].filter((code) => !explained.includes(code)).sort()).toEqual([]);
});

test('a code is explained once', () => {
  const twice = explanations.filter(({ code }, index) => explained.indexOf(code) !== index);
  expect(twice.map(({ code, file }) => `${code} in ${file}`)).toEqual([]);
});

test('an explanation says what to do', () => {
  expect(
    explanations.filter(({ text }) => !/\bFix: \S/.test(text)).map(({ code, file }) => `${code} in ${file}`),
  ).toEqual([]);
});
