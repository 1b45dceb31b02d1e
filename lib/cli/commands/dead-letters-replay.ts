import { replayLetters } from '../../ledger/index.ts';
import {
  type DeadLetter,
  type LostStart,
  type ReplayMessage,
  type RunRecord,
  upstreamRunsOf,
} from '../../records/index.ts';
import { eachAtOnce } from '../../support/each-at-once.ts';
import { awaitRun } from '../await-run.ts';
import { CliError } from '../cli-error.ts';
import type { Arguments, Command } from '../command.ts';
import { filterOptions, find } from '../dead-letters/find.ts';
import { type PlannedStart, planStarts, replayStarts, rowOf } from '../dead-letters/replay-starts.ts';
import { followRun } from '../progress/index.ts';
import { whoAmI } from '../redo.ts';
import { readText } from '../run-input.ts';
import { columnsOf, print, printJson, remark, type Setting } from '../setting.ts';
import { exitCodeOf, letFollow, showRuns } from '../start-and-follow.ts';
import { cutTo, table } from '../table.ts';
import { openTarget, type Target, targetOptions } from '../target.ts';
import { upstreamFirst } from '../what-follows.ts';

const { all: _, ...filters } = filterOptions;

export const deadLettersReplay: Command = {
  words: 'dead-letters replay',
  says: 'do dead letters again, and what depends on them',
  operands: [{ name: 'id', required: false }],
  options: {
    go: { says: 'do it; without it the plan is printed and nothing is done' },
    rate: { value: 'N', says: 'at most so many dead letters a second (default: no limit)' },
    because: { value: 'TEXT', says: 'why, for the audit trail' },
    message: { value: 'TEXT|@FILE', says: 'of one start/…: what is sent in place of its message, mended' },
    ...filters,
    'no-wait': { says: 'return once all are sent' },
    json: { says: 'the plan, or with --go the runs, as one object a line' },
    ...targetOptions,
  },
  notes: [
    'All dead letters of a run are done again in one further execution of it, with the code that is deployed now.',
    "AWS's own redrive of the dead-letter queue, to the pipeline's replay queue, has the same effect.",
    'What could not start a run (start/…) is sent to the start queue, or to the queue of yours that it came from; so does a redrive of',
    'its queue to that one. A malformed message needs a mended one: --message.',
  ],
  run: async (given, setting) => {
    const rate = given.whole('rate', 1);
    const target = await openTarget(given, setting, given.has('go') ? 'any' : 'none');
    try {
      const { letters, starts } = await find(target, given.operands[0], given, setting.now());
      const plan = await planOf(target, letters);
      const mended = mendedOf(given, setting, letters, starts);
      const planned = await planStarts(target, starts, mended, setting);
      if (!given.has('go') || !given.has('json')) printPlan(plan, planned, given.has('json'), setting);
      const able = plan.filter((group) => group.refused === undefined);
      const refused = [...plan, ...planned].filter((one) => one.refused !== undefined).length;
      if (!given.has('go')) {
        if (plan.length + planned.length > refused) remark(setting, ['', 'Nothing is done yet: add --go.']);
        return 0;
      }
      const because = given.text('because');
      const told = {
        by: whoAmI(),
        ...(because === undefined ? {} : { because }),
        ...(mended === undefined ? {} : { mended }),
      };
      const started = await replayStarts(target, planned, told, given.has('json'), setting);
      const failing = refused > 0 || !started ? 1 : 0;
      const ended = new Map<Group, RunRecord>();
      const endOf = async (group: Group): Promise<RunRecord> => {
        const run = ended.get(group) ?? (await end(target, group.run, given, setting));
        ended.set(group, run);
        return run;
      };
      let portion: Group[] = [];
      const sendPortion = async (): Promise<void> => {
        await send(target, portion, told);
        portion = [];
      };
      const earlier = new Map<string, Group>();
      const sending = oldestFirst(able);
      for (const group of sending) {
        // A run goes on when those that it reads have: until then, what they give is not there.
        const above = upstreamRunsOf(group.run).flatMap((run) => earlier.get(nameOf(run)) ?? []);
        earlier.set(nameOf(group.run), group);
        if (above.length > 0 || portion[0]?.run.pipeline !== group.run.pipeline) await sendPortion();
        for (const one of above) await endOf(one);
        portion.push(group);
        if (portion.length >= mostAtOnce) await sendPortion();
        if (rate === undefined) continue;
        await sendPortion();
        if (group !== sending.at(-1))
          await new Promise((resolve) => setTimeout(resolve, (group.letters.length / rate) * 1_000));
      }
      await sendPortion();
      if (given.has('no-wait') || able.length === 0) return failing;
      const runs: RunRecord[] = [];
      for (const group of able) runs.push(await endOf(group));
      const followed = target.embedded ? await letFollow(target, runs, given, setting) : [];
      await showRuns(target, [...runs, ...followed], given.has('json'), setting);
      return Math.max(failing, ...runs.map(exitCodeOf));
    } finally {
      await target.close();
    }
  },
};

/** What is to be sent in place of the message. Throws CliError HDL603, HDL616. */
const mendedOf = (
  given: Arguments,
  { workingDirectory }: Setting,
  letters: readonly DeadLetter[],
  starts: readonly LostStart[],
): string | undefined => {
  const message = given.text('message');
  if (message === undefined) return undefined;
  if (letters.length > 0 || starts.length !== 1)
    throw new CliError(
      'HDL603',
      2,
      `--message was given with ${letters.length + starts.length} dead letters`,
      'the start/… of one message',
      'name it: npx heddle dead-letters replay start/… --message TEXT',
    );
  return message.startsWith('@') ? readText(message.slice(1), workingDirectory).trimEnd() : message;
};

/** The dead letters of one run. */
interface Group {
  readonly run: RunRecord;
  readonly letters: readonly DeadLetter[];
  readonly refused?: undefined;
}

/** Those that cannot be replayed now, and why. */
interface Refused {
  readonly run: Pick<RunRecord, 'pipeline' | 'run'>;
  readonly letters: readonly DeadLetter[];
  readonly refused: string;
}

const nameOf = ({ pipeline, run }: Pick<RunRecord, 'pipeline' | 'run'>): string => `${pipeline} ${run}`;

/** Within each pipeline: as their messages lie on the queue, so that those of a portion are found at its head. */
const oldestFirst = (groups: readonly Group[]): readonly Group[] =>
  [...Map.groupBy(groups, ({ run }) => run.pipeline).values()].flatMap((own) => own.toReversed());

const runsAtOnce = 20;

/** By run; runs of a pipeline after those of the pipelines that it reads. */
const planOf = async (target: Target, letters: readonly DeadLetter[]): Promise<readonly (Group | Refused)[]> => {
  const { ledger } = target;
  const planned: (Group | Refused)[] = [];
  const byRun = [...Map.groupBy(letters, nameOf).values()];
  await eachAtOnce(byRun, runsAtOnce, async (own, place) => {
    const [first] = own;
    if (!first) return undefined;
    const run = await ledger.runs.get(first.pipeline, first.run);
    if (!run) planned[place] = { run: first, letters: own, refused: 'the record of the run is gone: discard it' };
    else if (run.endedAt === undefined)
      planned[place] = { run, letters: own, refused: `the run is ${run.status}: wait for its end` };
    else planned[place] = { run, letters: own };
    return undefined;
  });
  const order = (await upstreamFirst(target)).map(({ pipeline }) => pipeline);
  return planned.toSorted((a, b) => order.indexOf(a.run.pipeline) - order.indexOf(b.run.pipeline));
};

const printPlan = (
  plan: readonly (Group | Refused)[],
  planned: readonly PlannedStart[],
  json: boolean,
  setting: Setting,
): void => {
  const ofRuns = plan.flatMap(({ run, letters, refused }) => {
    const byStage = Map.groupBy(letters, ({ stage }) => stage);
    return [...byStage].map(([stage, own]) => {
      const items = own.filter(({ item }) => item !== undefined).length;
      return { pipeline: run.pipeline, run: run.run, stage, items, plan: refused ?? 'again, then what depends on it' };
    });
  });
  const rows = [...ofRuns, ...planned.map(rowOf)];
  if (json) printJson(setting, rows);
  else if (rows.length === 0) print(setting, ['No dead letter to replay.']);
  else
    print(
      setting,
      cutTo(
        columnsOf(setting.stdout),
        table(
          ['pipeline', 'run', 'stage', 'items', 'is'],
          rows.map(({ pipeline, run, stage, items, plan: is }) => [
            pipeline,
            run,
            stage,
            items > 0 ? String(items) : '–',
            is,
          ]),
        ),
      ),
    );
};

/** Runs of one pipeline whose letters are sent in one go: for each the dead-letter queue is looked through once. */
const mostAtOnce = 200;

/** Sends the letters of runs of one pipeline to the replay queue, as a redrive would, and takes them off the dead-letter queue. */
const send = async (
  target: Target,
  groups: readonly Group[],
  told: Pick<ReplayMessage, 'by' | 'because'>,
): Promise<void> => {
  const [first] = groups;
  if (!first) return;
  const letters = groups.flatMap((group) => group.letters);
  await replayLetters(target.aws, target.ledger, await target.pipeline(first.run.pipeline), letters, told);
};

/** The run once its further execution has ended. Throws CliError HDL655 when none begins within a minute. */
const end = async (target: Target, before: RunRecord, given: Arguments, setting: Setting): Promise<RunRecord> => {
  const { pipeline, run, generation = 1 } = before;
  const begun = await awaitRun(target, async () => {
    const record = await target.ledger.runs.get(pipeline, run);
    return (record?.generation ?? 1) > generation ? record : undefined;
  });
  if (!begun)
    throw new CliError(
      'HDL655',
      1,
      `the dead letters of ${run} were sent, but the run did not go on within a minute`,
      'the replay operator to take them off the replay queue',
      'see the logs of the replay function; what cannot be replayed goes back to the dead-letter queue',
    );
  const { stages } = await target.pipeline(pipeline);
  const outlet = given.has('json') ? setting.stderr : setting.stdout;
  return followRun({ ledger: target.ledger, aws: target.aws, run: begun, planned: stages, outlet, now: setting.now });
};
