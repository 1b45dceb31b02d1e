import { resumeOrderOf } from '../../ledger/index.ts';
import { isCompensating, type ResumeOrder, type RunRecord } from '../../records/index.ts';
import { awaitRun } from '../await-run.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { findRun } from '../find-run.ts';
import { planFor, printPlan, whoAmI } from '../redo.ts';
import { print, remark } from '../setting.ts';
import { exitCodeOf, followMended } from '../start-and-follow.ts';
import { openTarget, type Target, targetOptions } from '../target.ts';

export const resume: Command = {
  words: 'resume',
  says: 'let a run that ended go on: what failed and what depends on it',
  operands: [{ name: 'run', required: true }],
  options: {
    from: { value: 'STAGE', says: 'begin at this stage, whatever it gave before' },
    go: { says: 'do it; without it the plan is printed and nothing is done' },
    because: { value: 'TEXT', says: 'why, for the audit trail' },
    pipeline: { value: 'P', says: 'look in this pipeline only' },
    'no-wait': { says: 'return once it is under way' },
    json: { says: 'the plan as one object a stage; with --go the run as one object' },
    ...targetOptions,
  },
  notes: ['It runs with the code that is deployed now, however long ago the run was.'],
  run: async (given, setting) => {
    const target = await openTarget(given, setting);
    try {
      const found = await findRun(target, given.operands[0] ?? '', given.text('pipeline'));
      const run = await compensated(target, found);
      const from = given.text('from');
      refuse(run, from);
      const manifest = await target.pipeline(run.pipeline);
      const plan = await planFor(target, run, manifest, from);
      const go = given.has('go');
      if (!go || !given.has('json')) printPlan(plan, given.has('json'), setting);
      if (!go) {
        remark(setting, ['', 'Nothing is done yet: add --go.']);
        return 0;
      }
      const reason = given.text('because') ?? (from === undefined ? 'resumed' : `resumed from ${from}`);
      const resumed = await ask(target, run, resumeOrderOf(run, plan, { by: whoAmI(), reason }));
      if (!given.has('json')) print(setting, ['']);
      return exitCodeOf(await followMended(resumed, manifest.stages, target, given, setting));
    } finally {
      await target.close();
    }
  },
};

/** The run when what it did is undone, where that is under way; as it is after a minute. */
const compensated = async (target: Target, run: RunRecord): Promise<RunRecord> => {
  if (!isCompensating(run)) return run;
  let latest = run;
  const ended = await awaitRun(target, async () => {
    latest = (await target.ledger.runs.get(run.pipeline, run.run)) ?? run;
    return isCompensating(latest) ? undefined : latest;
  });
  return ended ?? latest;
};

const refuse = ({ run, status, compensation }: RunRecord, from: string | undefined): void => {
  if (isCompensating({ compensation }))
    throw new CliError(
      'HDL659',
      2,
      `what the run ${run} did is being undone`,
      'a run that has ended, with its compensation',
      `wait for its end: npx heddle run ${run} shows how far it is`,
    );
  if (status === 'completed' && from === undefined)
    throw new CliError(
      'HDL623',
      2,
      `the run ${run} is completed`,
      'a run that failed or was cancelled',
      'name the stage to begin at with --from; for its dead letters: npx heddle dead-letters replay',
    );
  if (status !== 'completed' && status !== 'failed' && status !== 'cancelled')
    throw new CliError(
      'HDL624',
      2,
      `the run ${run} is ${status}`,
      'a run that has ended',
      'wait for its end, or stop its execution first',
    );
};

/** Sends the order and waits until it is carried out. Throws CliError HDL625 when another was, or none within a minute. */
const ask = async (target: Target, { pipeline, run }: RunRecord, order: ResumeOrder): Promise<RunRecord> => {
  await target.aws.call('sqs', 'SendMessage', {
    QueueUrl: target.manifest.startQueueUrl,
    MessageBody: JSON.stringify({ kind: 'resume', pipeline, run, order }),
  });
  const resumed = await awaitRun(target, async () => {
    const record = await target.ledger.runs.get(pipeline, run);
    if (record?.resume?.id === order.id) return record;
    if ((record?.generation ?? 1) < order.generation) return undefined;
    throw new CliError(
      'HDL625',
      1,
      `somebody else (${record?.resume?.by ?? 'unknown'}) resumed the run ${run} meanwhile`,
      'to be the only one',
      `see npx heddle run ${run}`,
    );
  });
  if (resumed) return resumed;
  throw new CliError(
    'HDL625',
    1,
    `the run ${run} was not resumed within a minute`,
    'dispatch to take the message off the start queue',
    `see the logs of the dispatch function and the queue ${target.manifest.startDeadLetterQueueUrl}`,
  );
};
