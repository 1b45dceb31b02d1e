// `heddle dead-letters replay` for what could not start a run: the rows of its plan, and doing it.
import { type LostStart, lostStartName } from '../../records/index.ts';
import { print, printJson, type Setting } from '../setting.ts';
import type { Target } from '../target.ts';
import { refusalOf, replayStart } from './lost-starts.ts';
import { letterJson } from './table.ts';

export interface PlannedStart {
  readonly lost: LostStart;
  readonly refused: string | undefined;
}

/** One after another: those of one queue are looked for there. */
export const planStarts = async (
  target: Target,
  starts: readonly LostStart[],
  mended: string | undefined,
  setting: Setting,
): Promise<readonly PlannedStart[]> => {
  const planned: PlannedStart[] = [];
  for (const lost of starts) planned.push({ lost, refused: await refusalOf(target, lost, mended, setting) });
  return planned;
};

/** As a row of the plan, beside those of runs. */
export const rowOf = ({ lost, refused }: PlannedStart) => ({
  pipeline: lost.pipeline ?? '–',
  run: lostStartName(lost),
  stage: lost.trigger,
  items: 0,
  plan: refused ?? (lost.queue === undefined ? 'sent to start its run' : `sent to ${lost.queue}`),
});

/** Sends them one by one, and says what became of each. True when all came through. */
export const replayStarts = async (
  target: Target,
  planned: readonly PlannedStart[],
  told: { readonly by: string; readonly because?: string; readonly mended?: string },
  json: boolean,
  setting: Setting,
): Promise<boolean> => {
  let through = true;
  for (const { lost, refused } of planned) {
    if (refused !== undefined) continue;
    const after = await replayStart(target, lost, told, told.mended);
    through &&= after.state === 'replayed';
    if (json) printJson(setting, [letterJson(after)]);
    else print(setting, [`${lostStartName(lost)}  ${becameOf(lost, after)}`]);
  }
  return through;
};

const becameOf = (before: LostStart, { state = 'open', because, attempts, error, cause }: LostStart): string => {
  if (state !== 'open') return because ?? state;
  return attempts > before.attempts
    ? `failed again: ${error}: ${cause}`
    : 'was sent, and is not decided within a minute: see the logs of the dispatch function';
};
