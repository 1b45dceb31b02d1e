// A run that is not over by its deadline: somebody is told, once; and where the definition says so, the run is ended.
import {
  executionName,
  isExpressArn,
  type PipelineManifest,
  type RunRecord,
  type StartMessage,
} from '../records/index.ts';
import { AwsCallError } from '../support/aws-call.ts';
import { endOfLate, tellLate } from './late.ts';
import type { Outcome } from './outcome.ts';
import { settleRun } from './reconcile.ts';
import { isoTime, type Services } from './services.ts';

type Due = Extract<StartMessage, { kind: 'deadline' }>;

/** SQS holds a message back for 15 minutes at most; a deadline further away is the sweep's to see coming. */
export const longestDelaySeconds = 900;
/** The deadline of a run that is asked for, or to go on, now. */
export const deadlineFrom = (
  { deadline }: PipelineManifest,
  now: number,
): Required<Pick<RunRecord, 'deadline'>> | Record<never, never> =>
  deadline
    ? { deadline: { at: isoTime(now + deadline.seconds * 1_000), ...(deadline.ends ? { ends: true as const } : {}) } }
    : {};

/** Has a run looked at when its deadline comes, where that is soon. May be repeated. */
export const watchDeadline = async (
  { pipeline, run, generation = 1, deadline }: RunRecord,
  { aws, startQueueUrl, now }: Services,
): Promise<void> => {
  if (!deadline) return;
  const seconds = Math.ceil((Date.parse(deadline.at) - now()) / 1_000);
  if (seconds > longestDelaySeconds) return;
  const message: Due = { kind: 'deadline', pipeline, run, generation };
  await aws.call('sqs', 'SendMessage', {
    QueueUrl: startQueueUrl,
    MessageBody: JSON.stringify(message),
    DelaySeconds: Math.max(0, seconds),
  });
};

/** What comes of a run at its deadline. Repeats tell nobody twice. */
export const atDeadline = async (
  { pipeline, run, generation }: Due,
  manifest: PipelineManifest,
  services: Services,
): Promise<Outcome> => {
  const record = await services.ledger.runs.get(pipeline, run);
  if (!record?.deadline || (record.generation ?? 1) !== generation) return { kind: 'duplicate', run };
  const { at } = record.deadline;
  if (record.endedAt !== undefined && record.endedAt <= at) return { kind: 'duplicate', run };
  if (isoTime(services.now()) < at) {
    await watchDeadline(record, services); // clocks differ
    return { kind: 'underWay', run };
  }
  await tellLate(record, services);
  if (record.deadline.ends && record.endedAt === undefined) await end(record, manifest, services);
  return { kind: 'settled', run };
};

/** Stops the execution, whose event settles the run; a run that has none is settled here. */
const end = async (record: RunRecord, { stateMachineArn }: PipelineManifest, services: Services): Promise<void> => {
  const { pipeline, run, generation = 1, executionArn, status } = record;
  const { error, cause, ...rest } = endOfLate(record);
  if (executionArn !== undefined && isExpressArn(executionArn)) return; // AWS ends it, within minutes
  const name = executionName(run, generation);
  const arn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
  try {
    await services.aws.call('states', 'StopExecution', { executionArn: arn, error, cause });
  } catch (thrown) {
    if (!(thrown instanceof AwsCallError && thrown.code === 'ExecutionDoesNotExist')) throw thrown;
    if (status === 'pending') await settleRun({ pipeline, run, generation }, { ...rest, error, cause }, services);
  }
};
