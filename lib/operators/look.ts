// What stands in for the events that Step Functions does not send of Express executions: a message to ourselves, sent before
// the execution starts and delivered when it can no longer be under way.
import { expressSeconds, type StartMessage } from '../records/index.ts';
import { errorNames } from '../support/error-names.ts';
import type { Outcome } from './outcome.ts';
import { settleRun } from './reconcile.ts';
import type { Services } from './services.ts';

type Look = Extract<StartMessage, { kind: 'look' }>;

/** From before an execution starts until it has certainly ended: its time, and what the start itself may take. */
const lookSeconds = expressSeconds + 30;
/** Clocks of two Lambdas do not agree to the second. */
const graceSeconds = 10;

/** Has a run looked at after so many seconds. More looks than one do no harm. */
export const sendLook = async (
  look: Omit<Look, 'kind'>,
  { aws, startQueueUrl }: Pick<Services, 'aws' | 'startQueueUrl'>,
  afterSeconds = lookSeconds,
): Promise<void> => {
  const message: Look = { kind: 'look', ...look };
  await aws.call('sqs', 'SendMessage', {
    QueueUrl: startQueueUrl,
    MessageBody: JSON.stringify(message),
    DelaySeconds: afterSeconds,
  });
};

/** Settles a run whose execution ended without doing so; one that may still be under way is looked at again. */
export const look = async ({ pipeline, run, generation }: Look, services: Services): Promise<Outcome> => {
  const record = await services.ledger.runs.get(pipeline, run);
  const begunAt = record?.startedAt === undefined ? undefined : Date.parse(record.startedAt);
  if (record?.endedAt === undefined && begunAt !== undefined) {
    const left = Math.ceil((begunAt - services.now()) / 1_000) + expressSeconds + graceSeconds;
    if (left > 0) {
      await sendLook({ pipeline, run, generation }, services, left);
      return { kind: 'underWay', run };
    }
  }
  const cause =
    begunAt === undefined
      ? `its Express execution did not begin within ${lookSeconds} s`
      : `its Express execution ended without settling it; AWS ends one after ${expressSeconds} s`;
  const end = { status: 'failed', error: errorNames.runFailed, cause } as const;
  const settled = await settleRun({ pipeline, run, generation }, end, services);
  return settled ? { kind: 'settled', run } : { kind: 'duplicate', run };
};
