import { findBackfill, showBackfill } from '../backfill/show.ts';
import { backfillJson, backfillsTable } from '../backfill/view.ts';
import type { Command } from '../command.ts';
import { columnsOf, print, printJson } from '../setting.ts';
import { cutTo } from '../table.ts';
import { openTarget, targetOptions } from '../target.ts';

const usualLimit = 20;

export const backfills: Command = {
  words: 'backfills',
  says: 'list backfills, newest first; of one, watch how it goes',
  operands: [{ name: 'id', required: false }],
  options: {
    limit: { value: 'N', says: `at most so many (default: ${usualLimit})` },
    'no-wait': { says: 'of one that is under way, only how it stands now' },
    json: { says: 'one object a line' },
    ...targetOptions,
  },
  run: async (given, setting) => {
    const limit = given.whole('limit', 1) ?? usualLimit;
    const id = given.operands[0];
    const watches = id !== undefined && !given.has('no-wait');
    const target = await openTarget(given, setting, watches ? 'any' : 'none');
    try {
      if (id !== undefined) return await showBackfill(target, (await findBackfill(target, id)).id, given, setting);
      const found = await target.ledger.backfills.latest(limit);
      if (given.has('json')) printJson(setting, found.map(backfillJson));
      else if (found.length > 0) print(setting, cutTo(columnsOf(setting.stdout), backfillsTable(found, setting.now())));
      else print(setting, [`No backfill yet in ${target.name}. Plan one: npx heddle backfill <pipeline>`]);
      return 0;
    } finally {
      await target.close();
    }
  },
};
