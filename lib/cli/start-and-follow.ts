// What `start` and `local run` share: check the input, ask for the run, follow it, say how it ended.
import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Pipeline } from '../definition/index.ts';
import { graphOf } from '../graph/index.ts';
import type { RunRecord } from '../records/index.ts';
import { plain } from '../support/words.ts';
import { askForInput } from './ask-for-input.ts';
import { askForRun } from './ask-for-run.ts';
import type { Arguments, Option } from './command.ts';
import { paintFor } from './paint.ts';
import { followRun } from './progress/index.ts';
import { checkInput, readInput } from './run-input.ts';
import { outputLines, readOutput } from './run-output.ts';
import { runJson, viewRun } from './run-view.ts';
import { runsTable } from './runs-table.ts';
import { columnsOf, print, printJson, remark, type Setting } from './setting.ts';
import type { Target } from './target.ts';
import { followWhatFollows, yetToFollow } from './what-follows.ts';

export const startOptions: { readonly [name: string]: Option } = {
  input: {
    value: 'JSON',
    says: 'the input, or @FILE of it (default: {}; on a terminal, what the contract needs is asked for)',
  },
  partition: { value: 'P', says: 'the slice of data that the run is for (default: its id)' },
  id: { value: 'ID', says: 'what it is asked for as: the same id never runs twice (default: a new one)' },
  json: { says: 'the run as one object on one line, progress on stderr' },
};

/** The input that was given, once the contract takes it. Done before anything is started. Throws CliError HDL616, HDL617. */
export const inputFor = async (pipeline: Pipeline, given: Arguments, setting: Setting) =>
  checkInput(
    pipeline,
    given.text('input') === undefined && setting.ask
      ? await askForInput(pipeline, setting.ask, setting)
      : readInput(given.text('input'), setting.workingDirectory),
  );

/** Resolves with the exit code: 1 when the run failed. */
export const startAndFollow = async (
  pipeline: Pipeline,
  input: Awaited<ReturnType<typeof inputFor>>,
  target: Target,
  given: Arguments,
  setting: Setting,
): Promise<number> => {
  remark(setting, target.notices ?? []);
  const { run, repeated } = await askForRun(target, {
    pipeline: pipeline.name,
    id: given.text('id') ?? newId(setting.now()),
    partition: given.text('partition'),
    input,
    by: `${userInfo().username} with heddle`,
  });
  if (repeated) remark(setting, [`${run.run} was asked for before, by this id: nothing runs again`]);
  const planned = graphOf(pipeline).stages.map(({ id }) => id);
  const ended = await followAndShow(run, planned, target, given, setting);
  return exitCodeOf(ended);
};

/** Follows a run to its end, unless told not to wait, and shows how it stands. */
export const followAndShow = async (
  run: RunRecord,
  planned: readonly string[],
  target: Target,
  given: Arguments,
  setting: Setting,
): Promise<RunRecord> => {
  const ended = await followToEnd(run, planned, target, given, setting);
  if (target.embedded) remark(setting, await unfinished(ended, target));
  return ended;
};

/** The same for a run that was mended: with what follows from it, where that would stop with this command. */
export const followMended = async (
  run: RunRecord,
  planned: readonly string[],
  target: Target,
  given: Arguments,
  setting: Setting,
): Promise<RunRecord> => {
  const ended = await followToEnd(run, planned, target, given, setting);
  if (!target.embedded) return ended;
  if (given.has('no-wait')) remark(setting, await unfinished(ended, target));
  else await showRuns(target, await letFollow(target, [ended], given, setting), given.has('json'), setting);
  return ended;
};

const followToEnd = async (
  run: RunRecord,
  planned: readonly string[],
  target: Target,
  given: Arguments,
  setting: Setting,
): Promise<RunRecord> => {
  const ended = given.has('no-wait') ? run : await follow(planned, run, target, given, setting);
  await show(target, ended, given, setting);
  return ended;
};

/** Runs as a table, or as one object a line. */
export const showRuns = async (
  target: Target,
  runs: readonly RunRecord[],
  json: boolean,
  setting: Setting,
): Promise<void> => {
  const views = await Promise.all(runs.map((run) => viewRun(target, run)));
  const now = setting.now();
  if (json) {
    printJson(
      setting,
      views.map((view) => runJson(view, now)),
    );
  } else if (views.length > 0)
    print(setting, ['', ...runsTable(views, { now, width: columnsOf(setting.stdout), paint: paintFor(setting) })]);
};

export const exitCodeOf = ({ status }: RunRecord): number => (status === 'failed' || status === 'cancelled' ? 1 : 0);

/** What an engine that stops with this command leaves for the next one: the run itself, or those that follow from it. */
const unfinished = async (run: RunRecord, target: Target): Promise<readonly string[]> => {
  const goOn = 'The local engine stops with this command';
  if (run.endedAt === undefined) return [`${goOn}; the run goes on with the next that opens it.`];
  if (run.status !== 'completed') return [];
  const next = await yetToFollow(target, run);
  return next.length > 0
    ? [`${goOn}; what follows for this partition (${next.join(', ')}) begins with the next that opens it.`]
    : [];
};

/**
 * Stays, in an engine that stops with this command, until the pipelines that read what was mended are done with it. Resolves
 * with their runs.
 */
export const letFollow = async (
  target: Target,
  runs: readonly RunRecord[],
  given: Arguments,
  setting: Setting,
): Promise<readonly RunRecord[]> => {
  const outlet = given.has('json') ? setting.stderr : setting.stdout;
  const mended = runs.filter(({ status }) => status === 'completed');
  const backfills = new Set(mended.flatMap(({ backfill }) => backfill ?? []));
  for (const id of backfills) remark(setting, [`It is part of a backfill, which goes on: npx heddle backfills ${id}`]);
  const { ended, missing } = await followWhatFollows(target, mended, { outlet, now: setting.now });
  if (missing.length > 0)
    remark(setting, [
      `${missing.join(', ')} did not begin within a minute, and may with the next command that opens it.`,
    ]);
  return ended;
};

/** `20261124-120000-3f9c2a`: ids that sort by time, and that nobody else comes up with. */
export const newId = (now: number): string => {
  const time = new Date(now).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  return `${time}-${randomBytes(3).toString('hex')}`;
};

const follow = (
  planned: readonly string[],
  run: RunRecord,
  { ledger, aws }: Target,
  given: Arguments,
  { stdout, stderr, now }: Setting,
): Promise<RunRecord> | RunRecord => {
  if (run.endedAt !== undefined) return run;
  return followRun({ ledger, aws, run, planned, outlet: given.has('json') ? stderr : stdout, now });
};

const show = async (target: Target, run: RunRecord, given: Arguments, setting: Setting): Promise<void> => {
  const view = await viewRun(target, run);
  const now = setting.now();
  if (given.has('json')) return printJson(setting, [runJson(view, now)]);
  const width = columnsOf(setting.stdout);
  print(setting, ['', ...runsTable([view], { now, width, paint: paintFor(setting) })]);
  const output = await readOutput(target.ledger, run);
  if (output !== undefined) print(setting, ['', ...outputLines(output, Math.min(width, 160), 20)]);
  const why = run.cause ?? (run.status === 'pending' ? run.waits : undefined);
  if (why !== undefined) print(setting, ['', plain(why)]);
  if ((run.deadLetters ?? 0) > 0 || run.status === 'failed') {
    const state = given.text('state');
    print(setting, ['', `Look closer: npx heddle run ${run.run}${state === undefined ? '' : ` --state ${state}`}`]);
  }
};
