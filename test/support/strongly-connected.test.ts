import { expect, test } from '@jest/globals';
import { stronglyConnected } from '../../lib/support/strongly-connected.ts';

const edges = (text: string) => (node: string) =>
  text.split(' ').flatMap((edge) => (edge.startsWith(node) ? [edge.slice(-1)] : []));

test.each([
  ['a chain', 'ab bc', [['c'], ['b'], ['a']]],
  ['a diamond', 'ab ac bd cd', [['d'], ['b'], ['c'], ['a']]],
  ['a state that leads to itself', 'ab bb bc', [['c'], ['b'], ['a']]],
  ['a loop begins where it is entered', 'ab bc cb cd', [['d'], ['b', 'c'], ['a']]],
  ['a loop in a loop', 'ab bc cb cd da de', [['e'], ['a', 'b', 'c', 'd']]],
  ['what cannot be reached is left out', 'ab xa', [['b'], ['a']]],
])('%s', (_, text, groups) => {
  expect(stronglyConnected('a', edges(text))).toEqual(groups);
});

test('a chain of a hundred thousand', () => {
  const next = (node: string) => (Number(node) < 100_000 ? [String(Number(node) + 1)] : []);
  expect(stronglyConnected('0', next)).toHaveLength(100_001);
});
