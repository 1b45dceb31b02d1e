import { expect, test } from '@jest/globals';
import type { Item } from '../../lib/ledger/table.ts';
import { asHeld, asTold } from '../../lib/ledger/told.ts';
import { mostTries, type Telling, type Try } from '../../lib/records/index.ts';

const written = (item: Item, more: Item & Telling): Item => ({
  ...item,
  ...Object.fromEntries(Object.entries(asHeld(more)).filter(([, value]) => value !== undefined)),
});

test('attempts that told are told of, between those that were killed, and the last ones are kept', () => {
  let item: Item = {};
  let known: readonly Try[] = [];
  for (let attempt = 0; attempt < 3 * mostTries; attempt++) {
    const begun = { at: `moment ${Math.floor(attempt / 2)}` }; // two may begin at the same
    item = { ...item, tries: [...((item.tries as readonly Try[]) ?? []), begun] }; // as a claim appends it
    known = [...known, begun];
    expect(asTold(item)).toMatchObject({ tries: known });
    if (attempt % 3 === 1) continue; // it is killed
    known = [...known.slice(0, -1), { ...begun, ms: attempt }].slice(-mostTries);
    item = written(item, { spent: { usage: { lambdaCalls: attempt } }, tries: known });
    expect(asTold(item)).toEqual({ spent: { usage: { lambdaCalls: attempt } }, tries: known });
  }
});

test('what is done again keeps what was paid', () => {
  const telling = { spent: { usage: { writeUnits: 2 } }, measured: { usedMb: 9 }, tries: [{ at: 'noon', ms: 1 }] };
  const { toldText: _, ...left } = written({ stage: 'clean' }, telling);
  expect(asTold(left)).toEqual({ stage: 'clean', spent: telling.spent, tries: telling.tries });
});

test('an item that tells nothing is as it is', () => {
  const item = { stage: 'clean', told: true, tries: [{ at: 'noon' }] };
  expect([asHeld(item), asTold(item)]).toEqual([item, item]);
});
