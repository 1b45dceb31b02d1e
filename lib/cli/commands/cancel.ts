import { endedEntry, expressSeconds, isExpressArn, type RunRecord, type StartMessage } from '../../records/index.ts';
import { awaitRun } from '../await-run.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { findRun } from '../find-run.ts';
import { whoAmI } from '../redo.ts';
import { print, remark } from '../setting.ts';
import { openTarget, type Target, targetOptions } from '../target.ts';

export const cancel: Command = {
  words: 'cancel',
  says: 'stop a run that is under way; heddle resume lets it go on later',
  operands: [{ name: 'run', required: true }],
  options: {
    go: { says: 'do it; without it what would be stopped is printed' },
    because: { value: 'TEXT', says: 'why, for the audit trail' },
    pipeline: { value: 'P', says: 'look in this pipeline only' },
    ...targetOptions,
  },
  run: async (given, setting) => {
    const target = await openTarget(given, setting, given.has('go') ? 'any' : 'none');
    try {
      const run = await findRun(target, given.operands[0] ?? '', given.text('pipeline'));
      const execution = run.status === 'pending' && run.gated ? undefined : underWay(run);
      if (!given.has('go')) {
        print(setting, [
          `${run.pipeline} ${run.run} is ${run.status} and would be ${execution === undefined ? 'taken out of the queue' : `stopped: ${execution}`}`,
        ]);
        remark(setting, ['', 'Nothing is done yet: add --go.']);
        return 0;
      }
      const because = given.text('because');
      const cause = `stopped by ${whoAmI()}${because === undefined ? '' : `: ${because}`}`;
      if (execution === undefined) await takeOut(target, run, cause, setting.now());
      else await target.aws.call('states', 'StopExecution', { executionArn: execution, error: cancelled, cause });
      const settled = await settlement(target, run);
      print(setting, [`${settled.pipeline} ${settled.run} is ${settled.status}.`]);
      remark(setting, await toldOfJobs(target, settled));
      return 0;
    } finally {
      await target.close();
    }
  },
};

const cancelled = 'Heddle.Cancelled';

/** What became of the jobs that AWS does not end with the run: whoever settled it has noted it before. */
const toldOfJobs = async (
  { ledger }: Target,
  { pipeline, run, generation = 1 }: RunRecord,
): Promise<readonly string[]> => {
  const history = await ledger.audit.list(pipeline, run);
  return history.flatMap(({ id, what, detail }) =>
    (what === 'jobStopped' || what === 'jobLeft') && id.endsWith(`#${generation}`) ? [detail] : [],
  );
};

/**
 * Ends a run that waits for others of its pipeline. Should it begin at this moment, it is under way and is not ended. Whoever dies before
 * the gate is told leaves it among the open runs, and without the line that says that all was told: the sweep tells it.
 */
const takeOut = async (
  { ledger, aws, manifest }: Target,
  before: RunRecord,
  cause: string,
  now: number,
): Promise<void> => {
  const { pipeline, run, generation = 1 } = before;
  const endedAt = new Date(now).toISOString();
  const end = { status: 'cancelled', endedAt, endedBy: whoAmI(), error: cancelled, cause } as const;
  const ended = await ledger.runs.end(pipeline, run, end, generation, 'untold');
  const entry = ended && endedEntry(ended);
  if (!entry) return;
  const message: StartMessage = { kind: 'ended', pipeline, run, generation };
  await aws.call('sqs', 'SendMessage', { QueueUrl: manifest.startQueueUrl, MessageBody: JSON.stringify(message) });
  await ledger.audit.record(pipeline, run, entry);
  await ledger.openRuns.close(ended);
};

/** The ARN of the run's execution. Throws CliError HDL656 for a run that is not under way, HDL658 for one that AWS cannot stop. */
export const underWay = ({ run, status, executionArn, endedAt }: RunRecord): string => {
  if (endedAt === undefined && executionArn !== undefined && isExpressArn(executionArn))
    throw new CliError(
      'HDL658',
      2,
      `the run ${run} is an Express execution`,
      'a Standard execution: AWS stops no others',
      `wait for its end; AWS ends it ${expressSeconds} s after it began at the latest`,
    );
  if (endedAt === undefined && executionArn !== undefined) return executionArn;
  throw new CliError(
    'HDL656',
    2,
    `the run ${run} is ${status}`,
    'a run that is under way',
    endedAt === undefined ? 'wait until its execution has begun' : 'none is needed: it has ended',
  );
};

/** The run once the reconciler has settled it. Throws CliError HDL657 when it does not within a minute. */
const settlement = async (target: Target, { pipeline, run }: RunRecord): Promise<RunRecord> => {
  const settled = await awaitRun(target, async () => {
    const record = await target.ledger.runs.get(pipeline, run);
    return record?.endedAt === undefined ? undefined : record;
  });
  if (settled) return settled;
  throw new CliError(
    'HDL657',
    1,
    `the execution of ${run} was stopped, but the run was not settled within a minute`,
    'the reconcile operator to settle it',
    `see the logs of the reconcile function and the queue ${target.manifest.undeliveredQueueUrl}`,
  );
};
