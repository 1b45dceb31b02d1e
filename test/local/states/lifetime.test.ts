import { expect, test } from '@jest/globals';
import { Lifetime } from '../../../lib/local/states/machine/lifetime.ts';

test('nothing is begun for an ended lifetime: an execution stopped as it begins to wait does not wait', () => {
  const lifetime = new Lifetime();
  lifetime.end();
  let begun = 0;
  void lifetime.until(() => {
    begun++;
    return () => undefined;
  });
  expect(begun).toBe(0);
});

test('what was begun is undone at the end, once', () => {
  const lifetime = new Lifetime();
  let undone = 0;
  void lifetime.child().until(() => () => {
    undone++;
  });
  lifetime.end();
  lifetime.end();
  expect(undone).toBe(1);
});
