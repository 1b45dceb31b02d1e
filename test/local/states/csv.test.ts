import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CsvRows } from '../../../lib/local/states/machine/csv.ts';

const rowsOf = (pieces: readonly string[]): string[][] => {
  const rows = new CsvRows(',');
  return [...pieces.flatMap((piece) => rows.push(piece)), ...rows.end()];
};

// RFC 4180, what is left of it in real files, and what AWS says of both.
test.each<[string, string, string[][]]>([
  ['quotes, doubled', 'a,"b ""c"""\n', [['a', 'b "c"']]],
  ['a line break in a cell', '"a\r\nb",c', [['a\r\nb', 'c']]],
  ['both ends of lines', 'a\r\nb\nc', [['a'], ['b'], ['c']]],
  ['a carriage return alone', 'a\rb\n', [['a\rb']]],
  ['a quote inside a cell', 'a"b",c\n', [['a"b"', 'c']]],
  ['empty cells and lines', ',\n\n a\n', [['', ''], [' a']]],
  ['quotes, doubled, in a cell without any around it', 'a,{""k"":""v""},""\n', [['a', '{"k":"v"}', '']]],
  ['backslashes, doubled', 'C:\\\\Files\\\\a.exe,1\n', [['C:\\Files\\a.exe', '1']]],
  ['a backslash before a delimiter or a quote', 'a\\,b,\\"c\\",x"\\""\n', [['a,b', '"c"', 'x"""']]],
  ['a backslash before anything else', 'a\\b,"c\\d"\\\ne\\', [['ab', 'cd'], ['e']]],
  ['a backslash in quotes', '"a\\"b,c",d\n', [['a"b,c', 'd']]],
  ['a quote that never ends', '"a\nb', [['a\nb']]],
])('%s', (_name, text, rows) => {
  expect(rowsOf([text])).toEqual(rows);
});

test('where the text is cut makes no difference', () => {
  const text = fc.array(fc.constantFrom('a', '"', ',', '\n', '\r', ' ', '\\'), { maxLength: 30 });
  fc.assert(
    fc.property(text, (characters) => {
      expect(rowsOf(characters)).toEqual(rowsOf([characters.join('')]));
    }),
    { numRuns: 500 },
  );
});
