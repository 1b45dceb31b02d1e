// What `npm start` is given: a file of one's own, stages that are to fail.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFaults, readInputFile } from '../../lib/cli/demo/index.ts';
import { customerIntelligence } from '../../lib/pipelines/customer-intelligence/index.ts';

describe('--fail', () => {
  test('names the function of a stage, and its share', () => {
    expect(readFaults(['sentiment.score:3%'], 'heddle', customerIntelligence)).toEqual({
      'heddle-sentiment-score': { HEDDLE_FAIL: '3%' },
    });
  });

  test.each([
    [
      'no share',
      'sentiment.score',
      /expected <pipeline>\.<stage>:<percent or count>\. Fix: write it as in sentiment\.score:3%/,
    ],
    [
      'an unknown pipeline',
      'sentimnt.score:3%',
      /there is no pipeline 'sentimnt'; expected one of .*did you mean sentiment\?/,
    ],
    [
      'an unknown stage',
      'sentiment.scor:3%',
      /there is no stage of sentiment with a handler 'scor'; .*did you mean score\?/,
    ],
    [
      'a stage without a handler',
      'sentiment.anyUnsure:3%',
      /there is no stage of sentiment with a handler 'anyUnsure'/,
    ],
    ['more than all', 'sentiment.score:101%', /expected a percentage above 0 and up to 100, or a count from 1/],
    ['nothing', 'sentiment.score:0', /expected a percentage above 0/],
  ])('with %s is refused', (_, fault, message) => {
    const read = () => readFaults([fault], 'heddle', customerIntelligence);
    expect(read).toThrow(/^HDL629 --fail is '/);
    expect(read).toThrow(message);
  });
});

describe('--input', () => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-demo-'));
  beforeAll(() => {
    mkdirSync(join(folder, 'reviews.csv'));
    writeFileSync(join(folder, '2026 Mai.csv'), 'text,date,source\n');
    writeFileSync(join(folder, 'empty.json'), '');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('becomes a trial, whose name begins with a letter', () => {
    expect(readInputFile(join(folder, '2026 Mai.csv'))).toMatchObject({
      partition: 'reviews-2026-mai',
      key: 'trials/reviews-2026-mai/2026 Mai.csv',
    });
  });

  test.each([
    ['a missing file', 'nowhere.csv', /^HDL620 there is no file \S*nowhere\.csv; expected .*\. Fix: check the path$/],
    ['a missing file of no kind', 'nowhere.text', /^HDL620 there is no file \S*nowhere\.text; /],
    ['a folder', 'reviews.csv', /^HDL620 .*reviews\.csv is a folder; expected .*\. Fix: name one file in it$/],
    ['a folder with no ending', '.', /^HDL620 .* is a folder; expected .*\. Fix: name one file in it$/],
    ['an empty file', 'empty.json', /^HDL620 .*empty\.json is empty; /],
  ])('%s is refused', (_, name, message) => {
    expect(() => readInputFile(join(folder, name))).toThrow(message);
  });
});
