import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { JsonScanner } from '../../lib/support/json-scanner.ts';

const scanned = (text: string, piece = text.length || 1): JsonScanner => {
  const bytes = Buffer.from(text);
  const scanner = new JsonScanner();
  for (let start = 0; start < bytes.length; start += piece)
    if (!scanner.push(bytes.subarray(start, start + piece))) break;
  scanner.end();
  return scanner;
};
const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

test.each([
  ['[1,\n2,\n]', 'line 3: ] where a value is expected'],
  ['[1,\n{"a" 1}]', 'line 2: 1 where : is expected'],
  ['[{"a":1,}]', 'line 1: } where a name is expected'],
  ['[1}', 'line 1: } where , or ] is expected'],
  ['[1]\n\n[2]', 'line 3: [ where the end is expected'],
  ['[1,\n2', 'line 2: it ends where , or ] is expected'],
  ['["a', 'line 1: it ends where the end of a text is expected'],
  ['["a\nb"]', 'line 1: a text goes over the end of the line'],
  ['["\\x"]', 'line 1: \\x in a text is no escape'],
  ['["\\u12g4"]', 'line 1: \\u in a text is not followed by four hexadecimal digits'],
  ['[\n[01]]', 'line 2: 01 is no value'],
  ['[nil]', 'line 1: nil is no value'],
  ['\uFEFF[]', 'line 1: a character that is none of JSON where a value is expected'],
  ['', 'line 1: it ends where a value is expected'],
  ['['.repeat(10_001), 'line 1: it is nested more than 10000 deep'],
])('%j', (text, problem) => {
  expect(scanned(text).problem).toBe(problem);
  expect(scanned(text, 1).problem).toBe(problem);
});

describe('finds something wrong where JSON.parse does', () => {
  const changed = fc.record({ value: fc.json(), at: fc.nat(), with: fc.constantFrom(...'[]{},:"\\0e-+.tn \n', '') });
  test.each([1, 3, 1_000])('in pieces of %d bytes', (piece) => {
    fc.assert(
      fc.property(changed, ({ value, at, with: char }) => {
        expect(scanned(value, piece).problem).toBeUndefined();
        const place = at % (value.length + 1);
        const text = value.slice(0, place) + char + value.slice(place + 1);
        expect([text, scanned(text, piece).problem === undefined]).toEqual([text, isJson(text)]);
      }),
      { numRuns: 500 },
    );
  });
});
