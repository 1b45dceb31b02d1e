import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { by, daily, definePipeline, hourly, keys, monthly, weekly, withTrials } from '../../lib/definition/index.ts';

test('bounds become keys', () => {
  expect(daily({ from: '2026-01-01' })).toEqual({
    kind: 'time',
    every: 'day',
    from: '2026-01-01',
    timeZone: 'UTC',
    endOffset: 0,
  });
  expect(hourly({ from: '2026-01-01', to: '2026-01-31' })).toMatchObject({
    from: '2026-01-01T00',
    to: '2026-01-31T23',
  });
  expect(weekly({ from: '2026-01-01' })).toMatchObject({ from: '2026-W01' });
  expect(monthly({ from: '2026-01-15', to: '2026-03' })).toMatchObject({ from: '2026-01', to: '2026-03' });
});

const day = daily({ from: '2026-01-01' });
test.each<[string, () => unknown, string]>([
  ['a zone', () => daily({ from: '2026-01-01', timeZone: 'Europe/Berln' }), "'Europe/Berln' is no time zone"],
  ['a first day', () => daily({ from: '2026-02-30' }), "from is '2026-02-30', which is no day"],
  ['a last week', () => weekly({ from: '2026-01-01', to: 'x' }), "to is 'x', which is no week"],
  [
    'an order',
    () => monthly({ from: '2026-02', to: '2026-01' }),
    'it ends with 2026-01, before it begins with 2026-02',
  ],
  ['an offset', () => hourly({ from: '2026-01-01', endOffset: 0.5 }), 'endOffset is 0.5, not a whole number'],
  ['no keys', () => keys([]), 'the list is empty'],
  ['a key with a bar', () => keys(['a|b']), "'a|b' cannot be a key"],
  ['a key twice', () => keys(['a', 'b', 'a']), "'a' is there twice"],
  ['one dimension', () => by({ day }), 'there are 1 dimensions, not two'],
  ['time second', () => by({ source: keys(['web']), day }), 'time is the second dimension'],
  ['time twice', () => by({ day, hour: hourly({ from: '2026-01-01' }) }), 'both dimensions are time'],
  ['trials among keys', () => withTrials(keys(['web'])), 'these partitions have no time'],
  ['a name', () => by({ start: day, source: keys(['web']) }), "'start' cannot be a dimension's name"],
])('what cannot be is refused: %s', (_, make, message) => {
  expect(make).toThrow(`HDL120`);
  expect(make).toThrow(message);
});

test("a run's partition is refs, and data in the pipeline", () => {
  const pipeline = definePipeline(
    'orders',
    { input: z.object({}), partitions: by({ day, source: keys(['web']) }) },
    (flow) => ({ day: flow.partition.day, source: flow.partition.source, from: flow.partition.start }),
  );
  const ref = (field: string) => ({ kind: 'ref', source: { kind: 'partition' }, path: [field] });
  expect(pipeline.flow.output).toEqual({
    kind: 'object',
    fields: { day: ref('day'), source: ref('source'), from: ref('start') },
  });
  expect(JSON.parse(JSON.stringify(pipeline.partitions))).toEqual(pipeline.partitions);
});
