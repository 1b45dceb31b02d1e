import { describe, expect, test } from '@jest/globals';
import { readDrop } from '../../../lib/pipelines/customer-intelligence/reading/read-drop.ts';

const rowsOf = (key: string, text: string) => {
  const drop = readDrop(key, text);
  if (!drop.ok) throw new Error(drop.problem);
  return drop.value.rows;
};
const fields = { text: 'Good', date: '2026-01-05', source: 'shop' };

describe('CSV', () => {
  test.each([
    ['plain', 'text,date,source\nGood,2026-01-05,shop\n', [{ line: 2, fields }]],
    ['CR LF, no last newline', 'text,date,source\r\nGood,2026-01-05,shop', [{ line: 2, fields }]],
    ['a byte order mark', '\uFEFFtext,date,source\nGood,2026-01-05,shop', [{ line: 2, fields }]],
    ['names in another case and order', 'Source, DATE ,Text\nshop,2026-01-05,Good', [{ line: 2, fields }]],
    ['extra columns', 'id,text,date,source,stars\n7,Good,2026-01-05,shop,5', [{ line: 2, fields }]],
    [
      'a label',
      'text,date,source,label\nGood,2026-01-05,shop,positive',
      [{ line: 2, fields: { ...fields, label: 'positive' } }],
    ],
    [
      'a comma in quotes',
      'text,date,source\n"Good, cheap",2026-01-05,shop',
      [{ line: 2, fields: { ...fields, text: 'Good, cheap' } }],
    ],
    [
      'quotes in quotes',
      'text,date,source\n"A ""good"" one",2026-01-05,shop',
      [{ line: 2, fields: { ...fields, text: 'A "good" one' } }],
    ],
    [
      'a stray quote',
      'text,date,source\nA 5" phone,2026-01-05,shop',
      [{ line: 2, fields: { ...fields, text: 'A 5" phone' } }],
    ],
    [
      'the line where a row begins, past newlines in quotes and blank lines',
      'text,date,source\r\n"Two\r\nlines",2026-01-05,shop\r\n\r\nGood,2026-01-05,shop\r\n',
      [
        { line: 2, fields: { ...fields, text: 'Two\nlines' } },
        { line: 5, fields },
      ],
    ],
    [
      'a row of the wrong width',
      'text,date,source\nGood,cheap,2026-01-05,shop\nGood,2026-01-05,shop',
      [
        {
          line: 2,
          fields: { text: 'Good', date: 'cheap', source: '2026-01-05' },
          problem: 'there are 4 columns; expected 3, as in the header',
        },
        { line: 3, fields },
      ],
    ],
  ])('%s', (_, text, expected) => {
    expect(rowsOf('drops/monday/reviews.csv', text)).toEqual(expected);
  });
});

describe('JSON and JSON Lines', () => {
  const item = '{"text":"Good","Date":"2026-01-05","source":"shop","id":7}';
  test.each([
    [
      'a list',
      'a.json',
      `[${item},\n${item}]`,
      [
        { line: 1, fields },
        { line: 2, fields },
      ],
    ],
    [
      'a list with something else in it',
      'a.json',
      `["x",${item}]`,
      [
        { line: 1, fields: {}, problem: '"x" is not an object; expected {"text": …, "date": …, "source": …}' },
        { line: 2, fields },
      ],
    ],
    [
      'lines, one of them blank',
      'a.JSONL',
      `${item}\r\n\r\n${item}\n`,
      [
        { line: 1, fields },
        { line: 3, fields },
      ],
    ],
    ['a byte order mark', 'a.jsonl', `\uFEFF${item}`, [{ line: 1, fields }]],
    [
      'a list on a line',
      'a.jsonl',
      '[1]',
      [{ line: 1, fields: {}, problem: '[1] is not an object; expected {"text": …, "date": …, "source": …}' }],
    ],
  ])('%s', (_, key, text, expected) => {
    expect(rowsOf(key, text)).toEqual(expected);
  });

  test('a broken line is its own problem only', () => {
    const [broken, whole] = rowsOf('a.jsonl', `{"text":\n${item}`);
    expect(broken).toMatchObject({ line: 1, problem: expect.stringMatching(/^"\{\\"text\\":" is not JSON \(.+\)$/) });
    expect(whole).toEqual({ line: 2, fields });
  });
});

test('notes are gathered once each', () => {
  const text = ['one', 'two', 'one', ''].map((note) => JSON.stringify({ ...fields, note })).join('\n');
  expect(readDrop('drops/monday/a.jsonl', text)).toMatchObject({ value: { file: 'a.jsonl', notes: ['one', 'two'] } });
});

describe('a file that cannot be read says what was found, what was expected and the fix', () => {
  test.each([
    ['a.xlsx', 'x', 'a.xlsx ends in .xlsx; expected .csv, .json or .jsonl. Fix: rename or convert it'],
    ['reviews', 'x', 'reviews ends in nothing known; expected .csv, .json or .jsonl. Fix: rename or convert it'],
    [
      'a.csv',
      '',
      'a.csv has the columns none; expected text, date and source, but text and date and source are missing. Fix: name the columns in the first line, separated by commas',
    ],
    [
      'a.csv',
      'text;date;source\n',
      'a.csv has the columns "text;date;source"; expected text, date and source, but text and date and source are missing. Fix: name the columns in the first line, separated by commas',
    ],
    [
      'a.csv',
      'text,when,source\n',
      'a.csv has the columns "text", "when", "source"; expected text, date and source, but date is missing. Fix: name the columns in the first line, separated by commas',
    ],
    ['a.csv', 'text,date,source\n', 'a.csv has no rows; expected one review or more. Fix: add some'],
    [
      'a.csv',
      'text,date,source\n"Good,2026-01-05,shop\n',
      'a.csv is not CSV: Quote Not Closed: the parsing is finished with an opening quote at line 2. Fix: close the quote, and write quotes inside a field twice',
    ],
    [
      'a.json',
      '{"text":"Good"}',
      'a.json holds {"text":"Good"}; expected a list of objects. Fix: put [ and ] around them',
    ],
    ['a.jsonl', '\n\n', 'a.jsonl has no rows; expected one review or more. Fix: add some'],
  ])('%s %j', (file, text, problem) => {
    expect(readDrop(`drops/monday/${file}`, text)).toEqual({ ok: false, problem });
  });

  test('broken JSON', () => {
    expect(readDrop('a.json', '[{')).toMatchObject({
      problem: expect.stringMatching(/^a\.json is not JSON: .+\. Fix: write a list of objects, \[\{"text": …\}\]$/),
    });
  });
});
