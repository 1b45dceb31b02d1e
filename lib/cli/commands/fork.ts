import { randomBytes } from 'node:crypto';
import { forkId, type RunRecord, type StartMessage } from '../../records/index.ts';
import { awaitRun } from '../await-run.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { findRun } from '../find-run.ts';
import { planFor, printPlan, whoAmI } from '../redo.ts';
import { print, remark } from '../setting.ts';
import { exitCodeOf, followAndShow } from '../start-and-follow.ts';
import { openTarget, type Target, targetOptions } from '../target.ts';

export const fork: Command = {
  words: 'fork',
  says: "make a new run from a stage of an old one, with the old one's results up to there",
  operands: [{ name: 'run', required: true }],
  options: {
    from: { value: 'STAGE', says: 'the first stage that the new run does itself (required)' },
    go: { says: 'do it; without it the plan is printed and nothing is done' },
    id: { value: 'ID', says: 'what it is asked for as: the same id never runs twice (default: a new one)' },
    pipeline: { value: 'P', says: 'look in this pipeline only' },
    'no-wait': { says: 'return once it is recorded' },
    json: { says: 'the plan as one object a stage; with --go the run as one object' },
    ...targetOptions,
  },
  run: async (given, setting) => {
    const target = await openTarget(given, setting);
    try {
      const parent = await findRun(target, given.operands[0] ?? '', given.text('pipeline'));
      const from = given.text('from');
      if (from === undefined)
        throw new CliError(
          'HDL628',
          2,
          'heddle fork was given no stage',
          'heddle fork <run> --from STAGE',
          `name one: npx heddle graph ${parent.pipeline}`,
        );
      const manifest = await target.pipeline(parent.pipeline);
      const plan = await planFor(target, parent, manifest, from);
      const go = given.has('go');
      if (!go || !given.has('json')) printPlan(plan, given.has('json'), setting);
      if (!go) {
        remark(setting, ['', 'Nothing is done yet: add --go.']);
        return 0;
      }
      const id = given.text('id') ?? randomBytes(6).toString('hex');
      const again = plan.filter(({ does }) => does !== 'reused').map(({ stage }) => stage);
      const { pipeline, run } = parent;
      const forked = await ask(target, parent, { kind: 'fork', pipeline, run, id, from, again, by: whoAmI() });
      if (!given.has('json')) print(setting, ['']);
      return exitCodeOf(await followAndShow(forked, manifest.stages, target, given, setting));
    } finally {
      await target.close();
    }
  },
};

/** Sends the message and waits until the run is recorded. Throws CliError HDL619. */
const ask = async (
  target: Target,
  parent: RunRecord,
  message: Extract<StartMessage, { kind: 'fork' }>,
): Promise<RunRecord> => {
  await target.aws.call('sqs', 'SendMessage', {
    QueueUrl: target.manifest.startQueueUrl,
    MessageBody: JSON.stringify(message),
  });
  const run = forkId(parent, message.id);
  const forked = await awaitRun(target, () => target.ledger.runs.get(parent.pipeline, run));
  if (forked) return forked;
  throw new CliError(
    'HDL619',
    1,
    `${parent.pipeline} was asked for a fork, but no run of it was recorded within a minute`,
    'dispatch to take the message off the start queue',
    `see the logs of the dispatch function and the queue ${target.manifest.startDeadLetterQueueUrl}`,
  );
};
