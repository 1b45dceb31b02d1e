import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeLine, lineOf } from '../../../lib/local/states/history/decoding.ts';
import { Handover, Line } from '../../../lib/local/states/history/encoding.ts';
import { type LogRecord, toHistoryEvent } from '../../../lib/local/states/history/record.ts';

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('TaskStateEntered', '{}', 'input,name'),
);
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

const encoded = (records: readonly LogRecord[]): string => {
  const line = new Line();
  for (const record of records) line.add(record);
  return line.take();
};

describe('the encoding of a log', () => {
  test('gives back what was written', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(event, note)), (records) => {
        // As JSON: -0 and records without a prototype are not the log's concern.
        const plain = JSON.parse(JSON.stringify(records)) as LogRecord[];
        expect(JSON.stringify(decodeLine(encoded(plain)))).toBe(JSON.stringify(plain));
      }),
    );
  });

  test('gives back the five events of a handover', () => {
    const parts = fc.record({
      id: fc.nat(),
      at: fc.integer({ max: 2 ** 41 }),
      output: text,
      name: text,
      next: text,
      called: text,
    });
    fc.assert(
      fc.property(parts, ({ id, at, output, name, next, called }) => {
        const line = Handover.to(name, next, called).line(id, at, output);
        expect(decodeLine(line)).toEqual([
          { frame: 0, id, previous: id - 1, at, type: 'LambdaFunctionSucceeded', details: { output } },
          {
            frame: 0,
            id: id + 1,
            previous: id,
            at,
            type: 'TaskStateExited',
            details: { name, output },
            memo: { next },
          },
          {
            frame: 0,
            id: id + 2,
            previous: id + 1,
            at,
            type: 'TaskStateEntered',
            details: { input: output, name: next },
          },
          {
            frame: 0,
            id: id + 3,
            previous: id + 2,
            at,
            type: 'LambdaFunctionScheduled',
            details: { input: output, resource: called },
          },
          { frame: 0, id: id + 4, previous: id + 3, at, type: 'LambdaFunctionStarted' },
        ]);
        expect(lineOf(`${line}${line}`, 1)).toBe(line);
      }),
    );
  });

  test('gives back the three events of a handover to the end', () => {
    const place = { frame: 0, at: 1_790_000_000_123 };
    const output = '"\0"';
    expect(decodeLine(Handover.toEnd('A\0').line(7, place.at, output))).toEqual([
      { ...place, id: 7, previous: 6, type: 'LambdaFunctionSucceeded', details: { output } },
      { ...place, id: 8, previous: 7, type: 'TaskStateExited', details: { name: 'A\0', output } },
      { ...place, id: 9, previous: 8, type: 'ExecutionSucceeded', details: { output } },
    ]);
  });

  test('reads what earlier layouts wrote: a time as one number of milliseconds', () => {
    expect(decodeLine('27 0 i1,p0,t1790000000123,0,-,-,')).toEqual([
      { frame: 0, id: 1, previous: 0, at: 1_790_000_000_123, type: 'ExecutionStarted' },
    ]);
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
    expect(encoded(records).length).toBeLessThan(payload.length + 200);
  });

  test.each([
    ['{', 'where a number belongs'],
    ['1 0 7', 'without an end'],
    ['2 0 7,', 'in the middle of a record'],
    ['9 0 9999,-,-,', 'a word 9999'],
    ['6 0 -,-,-,', 'without a type'],
    ['9 3 0,50,-,4,abc', 'in the middle of a string'],
    ['10 0 0,50,-,=0,', 'a string 0'],
  ])('refuses %s', (broken, why) => {
    expect(() => decodeLine(broken)).toThrow(why);
  });

  test('finds a line in a chunk, and refuses one that is cut off', () => {
    const lines = [1, 2, 3].map((id) =>
      encoded([{ frame: 0, id, previous: 0, at: 0, type: 'T', details: { a: '\0 x' } }]),
    );
    const chunk = lines.join('');
    expect(lines.map((_, place) => lineOf(chunk, place))).toEqual(lines);
    expect(() => lineOf(chunk.slice(0, -1), 2)).toThrow('in the middle of a line');
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
