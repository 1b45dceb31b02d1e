import { type DeadLetter, letterName, type ReplayMessage, type RunRecord } from '../../records/index.ts';
import { awaitRun } from '../await-run.ts';
import { CliError } from '../cli-error.ts';
import type { Arguments, Command } from '../command.ts';
import { filterOptions, findLetters } from '../dead-letters/find.ts';
import { takeOut } from '../dead-letters/take-out.ts';
import { paintFor } from '../paint.ts';
import { followRun } from '../progress/index.ts';
import { whoAmI } from '../redo.ts';
import { runJson, viewRun } from '../run-view.ts';
import { runsTable } from '../runs-table.ts';
import { columnsOf, print, printJson, remark, type Setting } from '../setting.ts';
import { exitCodeOf, unfinished } from '../start-and-follow.ts';
import { table } from '../table.ts';
import { openTarget, type Target, targetOptions } from '../target.ts';

const { all: _, ...filters } = filterOptions;

export const deadLettersReplay: Command = {
  words: 'dead-letters replay',
  says: 'do dead letters again, and what depends on them',
  operands: [{ name: 'id', required: false }],
  options: {
    go: { says: 'do it; without it the plan is printed and nothing is done' },
    rate: { value: 'N', says: 'at most so many dead letters a second (default: no limit)' },
    because: { value: 'TEXT', says: 'why, for the audit trail' },
    ...filters,
    'no-wait': { says: 'return once all are sent' },
    json: { says: 'the plan, or with --go the runs, as one object a line' },
    ...targetOptions,
  },
  notes: [
    'All dead letters of a run are done again in one further execution of it, with the code that is deployed now.',
    "AWS's own redrive of the dead-letter queue, to the pipeline's replay queue, has the same effect.",
  ],
  run: async (given, setting) => {
    const rate = given.whole('rate', 1);
    const target = await openTarget(given, setting);
    try {
      const letters = await findLetters(target, given.operands[0], given, setting.now());
      const plan = await planOf(target, letters);
      if (!given.has('go') || !given.has('json')) printPlan(plan, given.has('json'), setting);
      const able = plan.filter(({ refused }) => refused === undefined);
      if (!given.has('go')) {
        if (able.length > 0) remark(setting, ['', 'Nothing is done yet: add --go.']);
        return 0;
      }
      const because = given.text('because');
      const told = { by: whoAmI(), ...(because === undefined ? {} : { because }) };
      for (const group of able) {
        await send(target, group, told);
        if (rate !== undefined && group !== able.at(-1))
          await new Promise((resolve) => setTimeout(resolve, (group.letters.length / rate) * 1_000));
      }
      const refused = plan.length - able.length;
      if (given.has('no-wait') || able.length === 0) return refused > 0 ? 1 : 0;
      const ended: RunRecord[] = [];
      for (const { run } of able) ended.push(await end(target, run, given, setting));
      await show(target, ended, given.has('json'), setting);
      if (target.embedded) for (const run of ended) remark(setting, await unfinished(run, setting));
      return Math.max(refused > 0 ? 1 : 0, ...ended.map(exitCodeOf));
    } finally {
      await target.close();
    }
  },
};

/** The dead letters of one run, and why they cannot be replayed now. */
interface Group {
  readonly run: RunRecord;
  readonly letters: readonly DeadLetter[];
  readonly refused: string | undefined;
}

const planOf = async ({ ledger }: Target, letters: readonly DeadLetter[]): Promise<readonly Group[]> => {
  const byRun = new Map<string, DeadLetter[]>();
  for (const letter of letters) {
    const key = `${letter.pipeline} ${letter.run}`;
    byRun.set(key, [...(byRun.get(key) ?? []), letter]);
  }
  const groups: Group[] = [];
  for (const group of byRun.values()) {
    const [first] = group;
    const run = first && (await ledger.runs.get(first.pipeline, first.run));
    if (!run) continue;
    const refused = run.endedAt === undefined ? `the run is ${run.status}: wait for its end` : undefined;
    groups.push({ run, letters: group, refused });
  }
  return groups;
};

const printPlan = (plan: readonly Group[], json: boolean, setting: Setting): void => {
  const rows = plan.flatMap(({ run, letters, refused }) => {
    const stages = [...new Set(letters.map(({ stage }) => stage))];
    return stages.map((stage) => {
      const own = letters.filter((letter) => letter.stage === stage);
      const items = own.filter(({ item }) => item !== undefined).length;
      return { pipeline: run.pipeline, run: run.run, stage, items, plan: refused ?? 'again, then what depends on it' };
    });
  });
  if (json) printJson(setting, rows);
  else if (rows.length === 0) print(setting, ['No dead letter to replay.']);
  else
    print(
      setting,
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
    );
};

/** Sends a run's letters to the replay queue, as a redrive would, and takes them off the dead-letter queue. */
const send = async (
  target: Target,
  { run, letters }: Group,
  told: Pick<ReplayMessage, 'by' | 'because'>,
): Promise<void> => {
  const { replayQueueUrl, deadLetterQueueUrl } = await target.pipeline(run.pipeline);
  const messages = letters.map(({ pipeline, run: id, stage, item }) => ({ pipeline, run: id, stage, item, ...told }));
  for (let start = 0; start < messages.length; start += 10) {
    await target.aws.call('sqs', 'SendMessageBatch', {
      QueueUrl: replayQueueUrl,
      Entries: messages
        .slice(start, start + 10)
        .map((message, at) => ({ Id: String(at), MessageBody: JSON.stringify(message) })),
    });
  }
  await takeOut(target.aws, deadLetterQueueUrl, new Set(letters.map(letterName)));
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
  return followRun({ ledger: target.ledger, run: begun, planned: stages, outlet, now: setting.now });
};

const show = async (target: Target, runs: readonly RunRecord[], json: boolean, setting: Setting): Promise<void> => {
  const views = await Promise.all(runs.map((run) => viewRun(target, run)));
  const now = setting.now();
  if (json) {
    printJson(
      setting,
      views.map((view) => runJson(view, now)),
    );
    return;
  }
  print(setting, ['', ...runsTable(views, { now, width: columnsOf(setting.stdout), paint: paintFor(setting) })]);
};
