// What stages hang on, read out of machines that the compiler made.
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { joinWirings, wiringOf } from '../../lib/console/index.ts';

const wired = (golden: string): readonly string[] =>
  wiringOf(readFileSync(`test/asl/golden/${golden}.asl.json`, 'utf8')).stages.map(
    ({ stage, needs, items }) => `${stage}${items ? ' (map)' : ''} <- ${needs.toSorted().join(', ')}`,
  );

test.each([
  ['sequence', ['first <- ', 'second <- first']],
  ['after', ['first <- ', 'second <- first']],
  ['parallel', ['first <- ', 'second <- ', 'third <- first, second']],
  ['latch', ['first <- ', 'third <- first, second', 'second <- ', 'fourth <- second']],
  ['choose', ['first <- ', 'second <- first', 'third <- second']],
  ['choose-in-a-wave', ['first <- ', 'second <- ', 'third <- first, second']],
  ['choice-behind-a-latch', ['second <- ', 'any <- ', 'fourth <- second', 'first <- ', 'third <- first, second']],
  ['approve', ['first <- ', 'release <- first', 'second <- first, release']],
  ['check', ['first <- ', 'enough <- first', 'second <- enough, first', 'odd <- first']],
  ['run', ['child <- ', 'each (map) <- child']],
  ['map', ['first <- ', 'each (map) <- first']],
  ['map-after-a-map', ['first <- ', 'each (map) <- first', 'second (map) <- each']],
  ['wait', ['first <- ', 'coolDown <- first', 'opening <- ', 'second <- coolDown, opening']],
  ['compensate', ['first <- ', 'second <- first']],
])('%s', (golden, expected) => {
  expect(wired(golden)).toEqual(expected);
});

test('of machines that make one pipeline, a stage counts once', () => {
  const text = readFileSync('test/asl/golden/sequence.asl.json', 'utf8');
  expect(joinWirings([wiringOf(text), wiringOf(text)])).toEqual(wiringOf(text).stages);
});
