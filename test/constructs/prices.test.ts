// Prices of the app's own, as the operators get them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { saidPrices } from '../../lib/constructs/prices.ts';
import { fixtureTemplate, resourcesOf } from './fixtures/app.ts';

const folder = mkdtempSync(join(tmpdir(), 'heddle-prices-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fileOf = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

test('every operator counts by them', () => {
  const prices = fileOf('own.json', '{ "calls": { "crm": 0.002 } }');
  const told = resourcesOf(fixtureTemplate({ monitoring: { prices } }), 'AWS::Lambda::Function').flatMap(
    ([, { Properties }]) => {
      const { Variables } = Properties.Environment as { readonly Variables: { readonly [name: string]: string } };
      return Variables.HEDDLE_PRICES ?? [];
    },
  );
  expect(told).toEqual(Array.from({ length: 9 }, () => '{"calls":{"crm":0.002}}'));
});

test('of an app without the file, list prices', () => {
  expect(saidPrices(undefined)).toBeUndefined();
});

const many = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`service${n}`, n]));
test.each([
  ['no file', () => join(folder, 'none.json'), /^HDL858 .*none\.json: there is no such file/],
  ['no JSON', () => fileOf('a.json', '{'), /^HDL858 .*JSON/],
  [
    'no price',
    () => fileOf('b.json', '{ "transitions": 1 }'),
    /there is no price 'transitions'.*did you mean transition\?/,
  ],
  ['too long', () => fileOf('c.json', JSON.stringify({ calls: many })), /^HDL858 .*at most 2500/],
])('%s is refused', (_, file, message) => {
  expect(() => saidPrices(file())).toThrow(message);
});
