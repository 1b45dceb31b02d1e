import type { BackfillRecord } from '../../records/index.ts';
import { backfillRunId } from '../../records/index.ts';
import { nearest } from '../../support/nearest.ts';
import { oneLine } from '../../support/words.ts';
import { CliError } from '../cli-error.ts';
import type { Arguments } from '../command.ts';
import { columnsOf, print, printJson, remark, type Setting } from '../setting.ts';
import { cutTo, table } from '../table.ts';
import type { Target } from '../target.ts';
import { followBackfill } from './follow.ts';
import { type BackfillView, backfillJson, backfillReport, viewBackfill } from './view.ts';

/** Throws CliError HDL693. */
export const findBackfill = async (target: Target, id: string): Promise<BackfillRecord> => {
  const exact = await target.ledger.backfills.get(id);
  if (exact) return exact;
  const known = await target.ledger.backfills.latest(100);
  const ids = known.map((backfill) => backfill.id);
  const near = ids.find((candidate) => id.length > 2 && candidate.startsWith(id)) ?? nearest(id, ids);
  throw new CliError(
    'HDL693',
    2,
    `there is no backfill '${id}' in ${target.name}`,
    'the id of a backfill, as npx heddle backfills shows it',
    near ? `did you mean ${near}?` : 'see npx heddle backfills',
  );
};

/** Follows it, unless told not to wait, and shows how it stands. Resolves with the exit code. */
export const showBackfill = async (target: Target, id: string, given: Arguments, setting: Setting): Promise<number> => {
  const isJson = given.has('json');
  const outlet = isJson ? setting.stderr : setting.stdout;
  const before = await findBackfill(target, id);
  if (!isJson && !given.has('no-wait') && before.status === 'running') print(setting, ['']);
  const backfill = given.has('no-wait') ? before : await followBackfill(target, id, { outlet, now: setting.now });
  if (isJson) printJson(setting, [backfillJson(backfill)]);
  else {
    const view = await viewBackfill(target, backfill);
    const drawn = outlet.isTerminal && !given.has('no-wait');
    const width = columnsOf(setting.stdout);
    if (!drawn) print(setting, ['', ...cutTo(width, backfillReport(view, setting.now()))]);
    print(setting, await failures(target, view, width));
  }
  if (target.embedded && backfill.status === 'running')
    remark(setting, [`The local engine stops with this command; npx heddle backfills ${id} goes on with it.`]);
  return backfill.status === 'failed' || backfill.status === 'cancelled' ? 1 : 0;
};

const shownFailures = 10;

const failures = async (
  { ledger }: Target,
  { backfill, plan, states }: BackfillView,
  width: number,
): Promise<readonly string[]> => {
  const failed = plan.filter((_, place) => states[place] === 'failed');
  if (failed.length === 0) return [];
  const rows = await Promise.all(
    failed.slice(0, shownFailures).map(async ({ pipeline, partition }) => {
      const run = await ledger.runs.get(pipeline, backfillRunId(pipeline, partition, backfill.id));
      return [pipeline, partition, run?.run ?? '–', oneLine(run?.cause ?? 'it could not be started', 80)];
    }),
  );
  const more = failed.length - rows.length;
  return [
    '',
    ...cutTo(width, table(['failed', 'partition', 'run', 'because'], rows)),
    ...(more > 0 ? [`… and ${more} more`] : []),
    '',
    'A run that is resumed (npx heddle resume RUN --go) lets the backfill go on; npx heddle backfill runs what failed anew.',
  ];
};
