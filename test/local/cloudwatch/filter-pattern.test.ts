import { expect, test } from '@jest/globals';
import { lineFilter } from '../../../lib/local/services/cloudwatchlogs/filter-pattern.ts';
import { regexTest } from '../../../lib/local/services/cloudwatchlogs/regex-term.ts';
import { seeded } from '../crash/lives.ts';

// AWS's own examples: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-json-log-events.html
const trail = JSON.stringify({
  eventType: 'UpdateTrail',
  sourceIPAddress: '111.111.111.111',
  arrayKey: ['value', 'another value'],
  objectList: [
    { name: 'a', id: 1 },
    { name: 'b', id: 2 },
  ],
  SomeObject: null,
  'cluster.name': 'c',
});
const compound = JSON.stringify({
  user: { id: 1, email: 'John.Stiles@example.com' },
  users: [{ id: 2, email: 'John.Doe@example.com' }],
  actions: ['GET', 'PUT', 'DELETE'],
  coordinates: [[0, 1, 2], [4, 5, 6], [7]],
});

// pattern | line | matches
test.each<readonly [string, string, boolean]>([
  ['', 'anything', true],
  ['ERROR', 'an ERROR came', true],
  ['ERROR timeout', 'ERROR: no time', false],
  ['ERROR -retry', 'ERROR, will retry', false],
  ['?WARN ?ERROR', 'a WARN', true],
  ['?WARN ?ERROR', 'an INFO', false],
  ['"two words"', 'has two words', true],
  ['{ $.level = "ERROR" }', '{"level":"ERROR"}', true],
  ['{ $.level = "ERR*" }', '{"level":"ERROR"}', true],
  ['{ $.run.id = "x" && $.ms > 5 }', '{"run":{"id":"x"},"ms":6}', true],
  ['{ ($.ms > 5) || ($.ok IS FALSE) }', '{"ms":1,"ok":false}', true],
  ['{ $.none NOT EXISTS }', '{"a":1}', true],
  ['{ $.level = "ERROR" }', 'level ERROR', false],
  ['{ $.msg = "a && (b || c)" }', '{"msg":"a && (b || c)"}', true],
  ['%4[0-9]{2}%', 'status 404', true],
  ['-%4[0-9]{2}%', 'status 404', false],
  ['%.*4.4%', 'status 404', true],
  ['%.*?4.4%', 'status 404', true],
  ['%.*%', '', true],
  ['%.*b%', 'a'.repeat(1_000_000), false], // of which the line a million times makes minutes
  ['%a*a*a*a*a*a*b%', 'a'.repeat(50_000), false], // for which JavaScript's own makes years
  [`%${'a?'.repeat(40)}${'a'.repeat(40)}$%`, 'a'.repeat(39), false], // and of this
  ['{ $.sourceIPAddress != 123.123.* }', trail, true],
  ['{ $.arrayKey[0] = "value" }', trail, true],
  ['{ $.arrayKey = "value" }', trail, false],
  ['{ $.eventType = %Trail% }', trail, true],
  ['{ $.arrayKey[*] = %val.{2}% }', trail, true],
  ['{ $.* = %111\\.111\\.111\\.1[0-9]{1,2}% }', trail, true],
  ['{ $.[\'cluster.name\'] = "c" }', trail, true],
  ['{ $.SomeObject IS NULL }', trail, true],
  ['{ $.SomeOtherObject NOT EXISTS }', trail, true],
  ['{ $.objectList[1].id = 2 }', trail, true],
  ['{ $.number[0] = 1e+3 }', '{"number":[1000]}', true],
  ['{ $.errorCode = 4* }', '{"errorCode":404}', true],
  ['{ $.a = "a*a" }', '{"a":"a"}', false],
  ['{ $.a = "*b*c" }', '{"a":"a.b\\nbc"}', true],
  ['{ $.a = "a*a*a*a*a*a*a*b" }', JSON.stringify({ a: 'a'.repeat(2_000) }), false], // of which a regular expression makes hours
  ['{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', compound, true],
  [
    '{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch" && $.actions[2] = "nonmatch" }',
    compound,
    true,
  ],
  [
    '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch") && $.actions[2] = "nonmatch" }',
    compound,
    false,
  ],
  ['{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', compound, false],
])('filter %s', (pattern, line, expected) => {
  expect(lineFilter(pattern)(line)).toBe(expected);
});

test('regular expressions mean what they mean to JavaScript', () => {
  const random = seeded(7);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const letters = ['a', 'b', '.', '[ab]', '[^a]', '\\.', '\\w', '\\x61', '[a-]', '|', '^', '$', '-'];
  const times = ['', '', '', '*', '+', '?', '{2}', '{0,2}', '{1,}', '*?'];
  const texts = ['', 'a', 'b', 'ab', 'ba', 'aab', 'abab', '.', 'a.b', '-', 'a\nb', 'bbb', 'aaaa'];
  for (let time = 0; time < 3_000; time++) {
    const source = Array.from({ length: 1 + Math.floor(random() * 5) }, () => {
      const letter = pick(letters);
      return ['|', '^', '$'].includes(letter) ? letter : `${letter}${pick(times)}`;
    }).join('');
    const fits = regexTest(source);
    const found = texts.map((text) => `${text}: ${fits(text)}`);
    expect([source, ...found]).toEqual([source, ...texts.map((text) => `${text}: ${new RegExp(source).test(text)}`)]);
  }
});

test.each([
  ['{ $.a = }', "Invalid filter pattern { $.a = } at 'its end'"],
  ['{ ($.a = 1 }', "Invalid filter pattern { ($.a = 1 } at 'its end'"],
  ['{ $.a > "x" }', 'Invalid filter pattern { $.a > "x" } at \'its end\''],
  ['{ $.a = 1 && }', "Invalid filter pattern { $.a = 1 && } at 'its end'"],
  ['%(a+)+%', 'Invalid filter pattern: %(a+)+% has what no regular expression may have'],
  ['%a{2000}%', 'Invalid filter pattern: a regular expression of more than 1000 letters'],
  ['%a{600}b{0,600}%', 'Invalid filter pattern: a regular expression of more than 1000 letters'],
  ['%[%', 'Invalid filter pattern: Invalid regular expression: /[/: Unterminated character class'],
  ['{ $.a = 1', 'Invalid filter pattern: { $.a = 1 has no end'],
  ['[ip, user]', 'HDL501 the local engine does not implement the filter pattern [ip, user]'],
])('filter %s is refused', (pattern, message) => {
  expect(() => lineFilter(pattern)).toThrow(message);
});
