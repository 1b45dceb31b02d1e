// Follows a chain of runs to its end, telling what happens as it happens.
import { CliError } from '../cli-error.ts';
import { isOver } from './chain.ts';
import { drawBlock, drawChanges } from './draw.ts';
import type { PipelineProgress, Snapshot } from './snapshot.ts';

export interface Screen {
  readonly isTerminal: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  write(text: string): void;
}

const lookEveryMs = 200;
/** Without any change for this long something is wrong that the ledger does not show. */
const longestSilenceMs = 120_000;

const up = (lines: number): string => (lines > 0 ? `\u001b[${lines}A` : '');
const clearLine = '\u001b[2K';

/** Resolves with the last snapshot. Throws CliError HDL621 when nothing changes for two minutes. */
export const follow = async (look: () => Promise<Snapshot>, screen: Screen): Promise<Snapshot> => {
  let before: readonly PipelineProgress[] = [];
  let drawn = 0;
  let lastChange = Date.now();
  let lastSeen = '';

  for (;;) {
    const snapshot = await look();
    const now = Date.now();
    if (screen.isTerminal) {
      const lines = drawBlock(snapshot.pipelines, now);
      screen.write(up(drawn) + lines.map((line) => `${clearLine}${line.slice(0, screen.width - 1)}\n`).join(''));
      drawn = lines.length;
    } else if (drawn > 0 || !isOver(snapshot.chain)) {
      drawn = 1; // From here on there is something to tell; a chain that was over at the first look is not told again.
      for (const line of drawChanges(before, snapshot.pipelines, now)) screen.write(`${line}\n`);
    }
    if (isOver(snapshot.chain)) return snapshot;
    const seen = JSON.stringify(snapshot.pipelines);
    if (seen !== lastSeen) lastChange = Date.now();
    if (Date.now() - lastChange > longestSilenceMs) {
      throw new CliError(
        'HDL621',
        1,
        'nothing has changed for two minutes',
        'the runs to go on',
        'see npx heddle runs and the logs of the stage that is running',
      );
    }
    lastSeen = seen;
    before = snapshot.pipelines;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
};
