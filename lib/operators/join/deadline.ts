// How long a partition waits for the rest of its upstreams. The end of the wait is a message to ourselves; SQS holds one back for
// 15 minutes at most, so it comes back until it is due.
import type { JoinPolicy, PipelineManifest, StartMessage } from '../../records/index.ts';
import { isoTime, type Services } from '../services.ts';
import { policiesOf } from './above.ts';

type Deadline = Extract<StartMessage, { kind: 'waited' }>;

const longestDelay = 900;

const sendDeadline = ({ aws, startQueueUrl, now }: Services, message: Deadline): Promise<unknown> =>
  aws.call('sqs', 'SendMessage', {
    QueueUrl: startQueueUrl,
    MessageBody: JSON.stringify(message),
    DelaySeconds: Math.min(longestDelay, Math.max(0, Math.ceil((Date.parse(message.at) - now()) / 1_000))),
  });

/** Whether a deadline message is due. One that is not is sent on its way again. */
export const isDue = async (message: Deadline, services: Services): Promise<boolean> => {
  if (services.now() >= Date.parse(message.at)) return true;
  await sendDeadline(services, message);
  return false;
};

/**
 * Tells of policies whether their deadline has passed, and sees to it that a message comes when it has. `by` names the message
 * that found it so: should it have died before it could send, its repeat sends again.
 */
export const deadlines = async (
  partition: string,
  manifest: PipelineManifest,
  services: Services,
  { by, after }: { readonly by: string; readonly after: string },
): Promise<(policy: JoinPolicy) => boolean> => {
  const spans = new Set(policiesOf(manifest).flatMap(({ deadlineSeconds }) => deadlineSeconds ?? []));
  if (spans.size === 0) return () => false;
  const { pipeline } = manifest;
  const waiting = await services.ledger.awaits.since(pipeline, partition, {
    since: isoTime(services.now()),
    by,
    after,
  });
  const endOf = (seconds: number): number => Date.parse(waiting.since) + seconds * 1_000;
  if (waiting.by === by)
    for (const seconds of spans)
      if (endOf(seconds) > services.now())
        await sendDeadline(services, { kind: 'waited', pipeline, partition, at: isoTime(endOf(seconds)) });
  return ({ deadlineSeconds }) => deadlineSeconds !== undefined && services.now() >= endOf(deadlineSeconds);
};
