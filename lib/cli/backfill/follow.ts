// Follows a backfill to its end, telling how it goes.
import type { BackfillRecord } from '../../records/index.ts';
import { statesOf } from '../../records/index.ts';
import { oneLine } from '../../support/words.ts';
import type { Outlet } from '../setting.ts';
import type { Target } from '../target.ts';
import { backfillReport, countsOf, progressLine, viewBackfill } from './view.ts';

const lookEveryMs = 300;
const up = (lines: number): string => (lines > 0 ? `\u001b[${lines}A` : '');
const clearBelow = '\u001b[J';

/** Resolves once it has ended, or is paused. A block redrawn on a terminal, else a line for each tenth. */
export const followBackfill = async (
  target: Target,
  id: string,
  { outlet, now }: { readonly outlet: Outlet; now(): number },
): Promise<BackfillRecord> => {
  let drawn = 0;
  let told = '';
  for (;;) {
    const backfill = await target.ledger.backfills.get(id);
    if (!backfill) throw new Error(`the ledger lost the backfill ${id}`);
    const states = statesOf(backfill.states);
    // What is under way when a backfill is paused or cancelled still comes to its end.
    const rests = backfill.status !== 'running' && !states.includes('asked');
    if (outlet.isTerminal) {
      const lines = backfillReport(await viewBackfill(target, backfill), now());
      const fitting = lines.map((line) => oneLine(line, outlet.width - 1));
      outlet.write(`${up(drawn)}${clearBelow}${fitting.map((line) => `${line}\n`).join('')}`);
      drawn = lines.length;
    } else {
      const { completed, failed } = countsOf(states);
      const mark = `${backfill.status} ${Math.floor(((completed + failed) * 10) / states.length)}`;
      if (mark !== told) outlet.write(`${id}: ${backfill.status}, ${progressLine(backfill, states, now())}\n`);
      told = mark;
    }
    if (rests) return backfill;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
};
