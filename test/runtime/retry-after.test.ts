import { expect, test } from '@jest/globals';
import { waitMs } from '../../lib/runtime/retry-after.ts';

const now = Date.parse('2026-01-01T00:00:00Z');

test.each([
  ['seconds', 3, 3_000],
  ['a header of seconds', '120', 120_000],
  ['a header with a date', 'Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
  ['a date that is past', 'Wed, 31 Dec 2025 23:59:00 GMT', 0],
  ['less than nothing', -1, 0],
  ['no header', null, undefined],
  ['an empty header', '', undefined],
  ['what nobody understands', 'soon', undefined],
])('%s: %j', (_, header, ms) => {
  expect(waitMs(header, now)).toBe(ms);
});
