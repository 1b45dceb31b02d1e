import { expect, test } from '@jest/globals';
import { callFrom } from '../../lib/local/operation-table.ts';

test('a call whose operation cannot be had is rejected, not thrown at the caller, and had the next time', async () => {
  let isFull = true;
  const call = callFrom('lambda', {}, () => {
    if (isFull) throw new Error('database or disk is full');
    return { Late: () => ({ done: true }) };
  });
  await expect(call('Late', {})).rejects.toThrow('database or disk is full');
  isFull = false;
  expect(await call('Late', {})).toEqual({ done: true });
  await expect(call('Never', {})).rejects.toMatchObject({ code: 'NotImplemented' });
});
