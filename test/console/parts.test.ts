// Parts of pages: answers that are buttons, differences of runs, groups of dead letters, charts.
import { expect, test } from '@jest/globals';
import { answersOf } from '../../lib/console/approvals.ts';
import { barChart, pointChart } from '../../lib/console/chart.ts';
import { differenceOf } from '../../lib/console/compare.ts';
import { answerSkeleton, byBegin, likeness, textOf } from '../../lib/console/index.ts';
import { groupLetters } from '../../lib/console/letter-groups.ts';

test.each([
  ['a flag', { properties: { ok: { type: 'boolean' } } }, ['ok: yes', 'ok: no'], '{\n  "ok": false\n}'],
  ['a few words', { properties: { to: { enum: ['eu', 'us'] } } }, ['to: eu', 'to: us'], '{\n  "to": "eu"\n}'],
  [
    'two fields',
    { properties: { ok: { type: 'boolean' }, why: { type: 'string' } } },
    [],
    '{\n  "ok": false,\n  "why": ""\n}',
  ],
  ['a number', { type: 'number' }, [], '0'],
  ['no schema', null, [], 'null'],
])('answers that are buttons: %s', (_, schema, buttons, skeleton) => {
  expect(answersOf(schema).map(({ text }) => text)).toEqual(buttons);
  expect(answerSkeleton(schema)).toBe(skeleton);
});

const print = { code: 'c', contract: 'k', input: 'i' };
test.each([
  [print, print, 'same code, same input'],
  [print, { ...print, code: 'd' }, 'other code'],
  [print, { code: 'd', contract: 'k', input: 'j' }, 'other code, other input'],
  [undefined, print, ''],
])('what two results differ in: %j %j', (one, other, expected) => {
  expect(differenceOf(one, other)).toBe(expected);
});

test('dead letters that failed alike are one group, the largest first', () => {
  const letter = { stage: 'score', error: 'Heddle.Permanent', cause: 'a' };
  const groups = groupLetters([{ ...letter, cause: 'b' }, letter, letter, { ...letter, state: 'replayed' }]);
  expect(groups.map(({ cause, state, letters }) => [cause, state, letters.length])).toEqual([
    ['a', 'open', 2],
    ['b', 'open', 1],
    ['a', 'replayed', 1],
  ]);
});

test.each([
  ['line 7: no text', 'line 1203: no text', true],
  ['line 7: no text', 'line 7: no date', false],
  ['HTTP 429 of item 3', 'HTTP 429 of item 14', true],
  ['HTTP 429 of item 3', 'HTTP 500 of item 3', false],
  ['status: 404', 'status: 503', false],
  ['HTTP 503', 'HTTP 504', false],
  ['StatusCode: 400, item 17', 'StatusCode: 403, item 17', false],
  ['HTTP/1.1 503 of item 3', 'HTTP/1.1 503 of item 14', true],
  ['HTTP/1.1 503 of item 3', 'HTTP/1.1 404 of item 3', false],
  ['HTTP/2 503', 'HTTP/2 429', false],
  ['got 503 Service Unavailable of item 3', 'got 503 Service Unavailable of item 14', true],
  ['got 503 Service Unavailable', 'got 502 Bad Gateway', false],
  ['item 412 not found', 'item 87 not found', true],
  ['503 from the model', '404 from the model', false],
  ['{"status": 503}', '{"status": 404}', false],
  ['the process ended with exit 1', 'the process ended with exit 137', false],
  ['HDL429 no such run', 'HDL432 no such run', false],
  ['no such post code 12345', 'no such post code 54321', true],
  ['Error: 17 of 50 failed', 'Error: 18 of 50 failed', true],
  ['request 4f9c2a1b-0000-4d1e-9abc-0123456789ab', 'request 0a1b2c3d-1111-4d1e-9abc-ba9876543210', true],
  ['run 20261124-120000-3f9c2a', 'run 20261125-130000-9b0d11', true],
  ['Request ID: 4442587FB7D0A2F9', 'Request ID: 0A49CE4060975EAC', true],
  ['event 01HZX3Q4K5M6N7P8R9S0T1V2W3', 'event 01HZX3Q4K5M6N7P8R9S0AAAAAA', true],
  ['object 3f9c2a', 'object banana', false],
  ['a [b] (c) 1.5 $ ^ \\', 'a [b] (c) 2.75 $ ^ \\', true],
  ['', '', true],
  ['Error: 451 characters', 'Error: 512 characters', true],
  ['too long: 451 of 400 words', 'too long: 460 of 400 words', true],
  ['Error: 401 Incorrect API key', 'Error: 403 Country not supported', false],
  ['429 {"type":"error"}', '529 {"type":"error"}', false],
  ['no such post code 1234', 'no such post code 4321', true],
  ['barcode 123 is unknown', 'barcode 456 is unknown', true],
  ['it ended with code 1', 'it ended with code 137', false],
  ['{"code":503}', '{"code":404}', false],
  ['a traceback:\n  line 7', 'a traceback:\r\n  line 12', true],
])('%j and %j failed alike: %j', (one, other, expected) => {
  expect(likeness(one) === likeness(other)).toBe(expected);
});

test('stages are told in the order in which they began; what is to be done again comes last', () => {
  const stage = (name: string, more: object) => ({ stage: name, status: 'completed', attempts: 1, ...more }) as const;
  const stages = [
    stage('again', { status: 'pending' }),
    stage('second', { startedAt: '2026-01-31T08:00:02.000Z' }),
    stage('skipped', { status: 'skipped', endedAt: '2026-01-31T08:00:01.000Z' }),
  ];
  expect(stages.toSorted(byBegin).map((one) => one.stage)).toEqual(['skipped', 'second', 'again']);
});

test('charts of nothing, of one value, and of equal values can be drawn', () => {
  const point = { name: 'a', day: '2026-01-31', value: 1, outcome: 'passed', href: '/' } as const;
  for (const chart of [
    barChart([], String),
    barChart([{ name: 'a', value: 0 }], String),
    pointChart([point], [], String),
    pointChart([point, point], [], String),
  ])
    expect(textOf(chart)).not.toMatch(/NaN|undefined|Infinity/);
});
