import type { Pipeline } from '../../definition/index.ts';
import { graphOf, jobOf } from '../../graph/index.ts';
import {
  endedEntry,
  expressSeconds,
  isExpressArn,
  type RunRecord,
  type StageRecord,
  type StartMessage,
} from '../../records/index.ts';
import { oneLine } from '../../support/words.ts';
import { awaitRun } from '../await-run.ts';
import { CliError } from '../cli-error.ts';
import type { Command } from '../command.ts';
import { describeError } from '../describe-error.ts';
import { findRun } from '../find-run.ts';
import { whoAmI } from '../redo.ts';
import { print, remark, type Setting } from '../setting.ts';
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
      const stages = await target.ledger.stages.list(run.pipeline, run.run);
      if (execution === undefined) await takeOut(target, run, cause, setting.now());
      else await target.aws.call('states', 'StopExecution', { executionArn: execution, error: cancelled, cause });
      const settled = await settlement(target, run);
      print(setting, [`${settled.pipeline} ${settled.run} is ${settled.status}.`]);
      remark(setting, await toldOfJobs(setting, run.pipeline, stages, () => newestEvents(target, execution)));
      return 0;
    } finally {
      await target.close();
    }
  },
};

const cancelled = 'Heddle.Cancelled';

/** The part of an event of an execution's history that matters here. */
interface StateExited {
  readonly stateExitedEventDetails?: { readonly name: string; readonly output?: string };
}

/** What a state said last of the job of a stage: only there does it stand what the job is called. */
const jobIn = (newestFirst: readonly StateExited[], stage: string, given: string): string | undefined => {
  for (const { stateExitedEventDetails: { name, output = '{}' } = { name: '' } } of newestFirst) {
    if (name !== `${stage}.call` && name !== `${stage}.look`) continue;
    const job = JSON.parse(output).service?.result?.[given];
    if (typeof job === 'string') return job;
  }
  return undefined;
};

const newestEvents = async ({ aws }: Target, executionArn: string | undefined): Promise<readonly StateExited[]> => {
  if (executionArn === undefined) return [];
  const asked = { executionArn, reverseOrder: true, maxResults: 1_000, includeExecutionData: true };
  const { events } = await aws.call('states', 'GetExecutionHistory', asked);
  return events as readonly StateExited[];
};

/** Which jobs go on when a run is stopped, in words: AWS stops those that it follows, and Heddle asks after the others. */
export const jobsLeft = (
  definition: Pipeline | undefined,
  records: readonly Pick<StageRecord, 'stage' | 'status'>[],
  newestFirst: readonly StateExited[] = [],
): readonly string[] => {
  const underWay = new Set(records.flatMap(({ stage, status }) => (status === 'running' ? [stage] : [])));
  return (definition ? graphOf(definition).stages : []).flatMap(({ id, node }) => {
    const poll = node.kind === 'service' && underWay.has(id) ? jobOf(node.service)?.poll : undefined;
    if (!poll) return [];
    const job = jobIn(newestFirst, id, poll.given);
    const how =
      job === undefined
        ? 'aws bedrock list-model-invocation-jobs --status-equals InProgress finds it, stop-model-invocation-job stops it'
        : `aws bedrock stop-model-invocation-job --job-identifier ${job} stops it`;
    return [`The job of ${id} goes on at Bedrock: ${how}.`];
  });
};

/** Once the run is stopped: a definition that cannot be loaded makes no failure of that. */
export const toldOfJobs = async (
  { loadPipelines }: Pick<Setting, 'loadPipelines'>,
  pipeline: string,
  records: readonly Pick<StageRecord, 'stage' | 'status'>[],
  history: () => Promise<readonly StateExited[]>,
): Promise<readonly string[]> => {
  const says = (error: unknown): string => oneLine(describeError(error).message, 300);
  try {
    const definition = (await loadPipelines()).find(({ name }) => name === pipeline);
    const left = jobsLeft(definition, records);
    if (left.length === 0) return left;
    return await history().then(
      (newestFirst) => jobsLeft(definition, records, newestFirst),
      (error: unknown) => [...left, `Its name could not be read in the history: ${says(error)}`],
    );
  } catch (error) {
    return [`Whether a job of it goes on at Bedrock is not known: ${says(error)}`];
  }
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
