// Follows one run to its end, telling what happens as it happens.
import type { Ledger } from '../../ledger/index.ts';
import { isCompensating, type RunRecord } from '../../records/index.ts';
import type { Aws } from '../../support/aws-call.ts';
import type { Outlet } from '../setting.ts';
import { drawBlock, drawChanges } from './draw.ts';
import { lookAt, type RunState } from './look.ts';
import { openMapRuns } from './map-runs.ts';

export interface Following {
  readonly ledger: Ledger;
  /** To ask Step Functions how far its maps are. @default only the ledger is asked */
  readonly aws?: Aws;
  readonly run: Pick<RunRecord, 'pipeline' | 'run'>;
  /** Ids of the stages of its definition, in order. */
  readonly planned: readonly string[];
  /** A block redrawn in place where this is a terminal, else a line for each change. */
  readonly outlet: Outlet;
  now(): number;
}

/** Looks take a fifth of the time at most: those at large maps are further apart. */
const lookEveryMs = 200;
const restsPerLook = 4;
const up = (lines: number): string => (lines > 0 ? `\u001b[${lines}A` : '');
/** Clears from the cursor to the end of the screen. */
const clearBelow = '\u001b[J';

/** Resolves with the run's record once it has ended, and what it did is undone where that is to be. */
export const followRun = async ({ ledger, aws, run, planned, outlet, now }: Following): Promise<RunRecord> => {
  let before: RunState | undefined;
  let drawn = 0;
  const mapRuns = aws && openMapRuns(aws);
  for (;;) {
    const began = performance.now();
    const state = await lookAt(ledger, run, planned, mapRuns);
    const restMs = Math.max(lookEveryMs, restsPerLook * (performance.now() - began));
    if (!state) throw new Error(`the ledger lost the run ${run.run} of ${run.pipeline}`);
    if (outlet.isTerminal) {
      const lines = drawBlock(state, { now: now(), width: outlet.width, height: outlet.height });
      outlet.write(`${up(drawn)}${clearBelow}${lines.map((line) => `${line}\n`).join('')}`);
      drawn = lines.length;
    } else {
      outlet.write(
        drawChanges(before, state, now())
          .map((line) => `${line}\n`)
          .join(''),
      );
    }
    if (state.run.endedAt !== undefined && !isCompensating(state.run)) return state.run;
    before = state;
    await new Promise((resolve) => setTimeout(resolve, restMs));
  }
};
