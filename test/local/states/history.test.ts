import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeRecords, encodeRecords } from '../../../lib/local/states/history/encoding.ts';
import { type LogRecord, toHistoryEvent } from '../../../lib/local/states/history/record.ts';

const text = fc.oneof(fc.string(), fc.constantFrom('TaskStateEntered', '{}', 'input,name'));
const shape = fc.dictionary(
  fc.stringMatching(/^[a-z]+$/),
  fc.oneof(
    text,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.dictionary(fc.string(), text),
    fc.array(fc.integer()),
  ),
  { maxKeys: 4 },
);
const event = fc.record(
  {
    frame: fc.nat(),
    id: fc.integer({ min: 1, max: 25_000 }),
    previous: fc.nat(),
    at: fc.integer({ min: 0, max: 2 ** 41 }),
    type: text,
    details: shape,
    memo: shape,
  },
  { requiredKeys: ['frame', 'id', 'previous', 'at', 'type'] },
);
const note = fc.record({ frame: fc.nat(), note: text, memo: shape });

describe('the encoding of a log', () => {
  test('gives back what was written', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(event, note)), (records) => {
        // As JSON: -0 and records without a prototype are not the log's concern.
        const plain = JSON.parse(JSON.stringify(records)) as LogRecord[];
        expect(JSON.stringify(decodeRecords(encodeRecords(plain)))).toBe(JSON.stringify(plain));
      }),
    );
  });

  test('writes a payload once, however many events it passes through', () => {
    const payload = JSON.stringify({ text: 'x'.repeat(1000) });
    const records: LogRecord[] = ['TaskSucceeded', 'TaskStateExited', 'PassStateEntered'].map((type, index) => ({
      frame: 0,
      id: index + 1,
      previous: index,
      at: 0,
      type,
      details: { output: payload },
    }));
    expect(encodeRecords(records).length).toBeLessThan(payload.length + 200);
  });

  test.each([['[0,[],[0]]'], ['[0,[],[0,1,0,0,9999,-1,-1]]'], ['{']])('refuses %s', (broken) => {
    expect(() => decodeRecords(broken)).toThrow();
  });
});

describe('events as AWS gives them', () => {
  const at = Date.parse('2026-01-01T00:00:00.500Z');
  test.each([
    [
      { frame: 0, id: 2, previous: 0, at, type: 'TaskStateEntered', details: { input: '{}', name: 'T' } },
      { stateEnteredEventDetails: { input: '{}', inputDetails: { truncated: false }, name: 'T' } },
    ],
    [
      { frame: 0, id: 2, previous: 0, at, type: 'LambdaFunctionScheduled', details: { input: '1', resource: 'r' } },
      { lambdaFunctionScheduledEventDetails: { input: '1', inputDetails: { truncated: false }, resource: 'r' } },
    ],
    [{ frame: 0, id: 2, previous: 0, at, type: 'MapStateSucceeded' }, {}],
  ])('%j', (record, details) => {
    expect(toHistoryEvent(record)).toEqual({
      timestamp: at / 1000,
      type: record.type,
      id: 2,
      previousEventId: 0,
      ...details,
    });
  });
});
